// The process dies, or the power goes, at any byte that is written and between any two calls that
// change a file: the next process finds all that was reported to be on disk, and nothing that never
// was. Every point is tried, with the file as it is in production.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "controller/record/inventory.h"
#include "tests/controller/record/durable.h"
#include "tests/controller/record/file_calls.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;

using test::FileCall;
using test::FileCalls;
using test::FileFault;

constexpr const char* kFile = "inventory.json";
// So that it is written anew often.
constexpr std::size_t kFloor = 600;

// Between two calls, and after every so many bytes of one, the next process is given real files in
// a real folder; after all others what it reads, which is a hundred times faster.
constexpr std::size_t kRealEvery = 41;

// A file that is read, and what would be written in its place.
class Shown final : public StateFile {
 public:
  Shown(std::unique_ptr<StateFile> file, std::string& text) : file_(std::move(file)), text_(text) {}
  Result<std::string> read() override { return file_->read(); }
  Status replace(const std::string& bytes) override {
    text_ = bytes;
    return {};
  }
  Status append(const std::string&) override { return replace("appended"); }

 private:
  std::unique_ptr<StateFile> file_;
  std::string& text_;
};

using test::durable;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

using DiskStep = std::function<void(Inventory&)>;

InventoryEntry web_of(const std::string& app, const std::string& id = "") {
  return {Kind::kContainer, app, "web", app + "-web-1", id};
}

Inventory::Is is(const std::string& wanted) {
  return [wanted](const std::string& name) { return name == wanted; };
}

// The life of an App with one container and one volume, with a change of every kind.
std::vector<DiskStep> life_of(const std::string& app, const std::string& id) {
  const std::string volume = app + "_data";
  return {
      [=](Inventory& i) { i.remember_files({{app, app + ".yaml"}}, {}); },
      [=](Inventory& i) { i.generation(app, "digest of " + app); },
      [=](Inventory& i) { i.intend({Kind::kVolume, app, "data", volume, ""}); },
      [=](Inventory& i) { (void)i.created(Kind::kVolume, volume, volume); },
      [=](Inventory& i) { i.intend(web_of(app)); },
      [=](Inventory& i) { i.remember_hooks(id, {{{{"warm", "up\n"}}}, {}, true}); },
      [=](Inventory& i) { (void)i.created(Kind::kContainer, app + "-web-1", id); },
      [=](Inventory& i) { i.compared({{id, {{"user", "7", "\"seven\""}}}}); },
      [=](Inventory& i) { i.remember_runs(id, {2, 1}); },
      [=](Inventory& i) { i.intend({Kind::kNetwork, app, "front", app + "_front", ""}); },
      [=](Inventory& i) { i.refused(Kind::kNetwork, app + "_front"); },
      [=](Inventory& i) { i.adopted({Kind::kNetwork, app, "back", app + "_back", "n" + id}); },
      [=](Inventory& i) { i.volume_recreated(app, volume); },
      [=](Inventory& i) { i.forgive(id); },
      [=](Inventory& i) { i.changed(id); },
      [=](Inventory& i) { i.remember_engine("engine of " + app); },
      [=](Inventory& i) { i.acknowledge_volumes(app); },
      [=](Inventory& i) { i.compared({{id, {}}}); },
      [=](Inventory& i) { (void)i.absent(1, is(id), is(app)); },
      [=](Inventory& i) { (void)i.created(Kind::kContainer, app + "-web-1.old", id); },
      [=](Inventory& i) { i.forget({{Kind::kNetwork, app, "back", app + "_back", "n" + id}}); },
      [=](Inventory& i) { i.gone(Kind::kContainer, app + "-web-1.old", id); },
      [=](Inventory& i) { i.generation(app, "next digest"); },
      [=](Inventory& i) { i.intend(web_of(app)); },
      [=](Inventory& i) { i.nothing_left(app); },
      [=](Inventory& i) { i.remember_files({}, {}); },
  };
}

std::vector<DiskStep> steps_of(int apps) {
  std::vector<DiskStep> all;
  for (int i = 0; i < apps; ++i) {
    const auto number = std::to_string(i);
    for (auto& step : life_of("app" + number, "c" + number))
      all.push_back(std::move(step));
  }
  return all;
}

// What a file's bytes are, and which of them a loss of power leaves.
struct Content {
  std::string now;
  std::string synced;
};

// A folder as the kernel has it and as the disk has it, by the calls that were made so far.
struct Folder {
  std::map<std::string, std::shared_ptr<Content>> now;
  std::map<std::string, std::shared_ptr<Content>> synced;

  void apply(const FileCall& call) {
    switch (call.what) {
      case FileCall::What::kMake:
        now[call.name] = std::make_shared<Content>();
        break;
      case FileCall::What::kWrite:
        now.at(call.name)->now += call.bytes;
        break;
      case FileCall::What::kSync:
        now.at(call.name)->synced = now.at(call.name)->now;
        break;
      case FileCall::What::kSyncFolder:
        synced = now;
        break;
      case FileCall::What::kTruncate:
        now.at(call.name)->now.resize(static_cast<std::size_t>(call.size));
        break;
      case FileCall::What::kRename:
        now[call.to] = now.at(call.name);
        now.erase(call.name);
        break;
      case FileCall::What::kRemove:
        now.erase(call.name);
        break;
    }
  }
};

// What a restart may find, by name.
using Image = std::map<std::string, std::string>;

Image image_of(const std::map<std::string, std::shared_ptr<Content>>& names, bool synced) {
  Image image;
  for (const auto& [name, content] : names)
    image[name] = synced ? content->synced : content->now;
  return image;
}

// Of the folder as it is, and of the part of `next` that had been done. Each of the two may be lost
// alone: what a file holds, and which file has a name.
std::set<Image> images_of(const Folder& folder, const FileCall* next) {
  std::set<Image> images;
  for (const auto* names : {&folder.now, &folder.synced}) {
    for (const bool synced : {false, true})
      images.insert(image_of(*names, synced));
  }
  if (next == nullptr || next->what != FileCall::What::kWrite) return images;
  const auto& bytes = next->bytes;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    auto image = image_of(folder.now, false);
    auto& content = image.at(next->name);
    const auto before = content;
    content = before + bytes.substr(0, size);
    images.insert(image);
    // It has its length, and nothing in place of the beginning.
    content = before + std::string(size, '\0') + bytes.substr(size);
    images.insert(image);
    // That may happen to a file whose name was not synced, too.
    if (next->name == kFile) continue;
    image = image_of(folder.synced, true);
    image[next->name] = bytes.substr(0, size);
    images.insert(image);
  }
  return images;
}

// What one process did: the calls, and what it knew after how many of them.
struct Recorded {
  struct Point {
    std::size_t calls = 0;
    std::size_t steps = 0;
    bool reported = false;  // to be on disk
  };
  std::vector<FileCall> calls;
  std::vector<Point> points;
};

// What may be found after a crash in the call with this number, by number of steps.
struct Bounds {
  std::ptrdiff_t reported = 0;
  std::ptrdiff_t latest = 0;
  bool begun = false;  // anything was reported
};

Bounds bounds_at(const Recorded& run, std::size_t call) {
  Bounds bounds;
  for (const auto& point : run.points) {
    if (point.calls > call) break;
    bounds.latest = static_cast<std::ptrdiff_t>(point.steps);
    if (point.reported) bounds.reported = bounds.latest;
    bounds.begun |= point.reported;
  }
  return bounds;
}

class Crash : public testing::Test {
 protected:
  std::unique_ptr<InstanceLock> lock_of(const fs::path& where) {
    return std::move(lock_instance(where).value());
  }

  // Everything that the next process knows, in one form, or why it does not start.
  std::string found_by(std::unique_ptr<StateFile> file) {
    std::string text;
    Inventory inventory(std::make_unique<Shown>(std::move(file), text), clock);
    const auto loaded = inventory.load("a new installation");
    if (!loaded) return loaded.error().message;
    (void)inventory.disk().write_now();
    return text;
  }

  std::string found_in(const fs::path& where) {
    const auto lock = lock_of(where);
    return found_by(file_on_disk(*lock, kFile));
  }

  std::string found_in_memory(const std::string& bytes) {
    return found_by(file_in_memory(std::make_shared<std::string>(bytes)));
  }

  std::string found_in(const Image& image) {
    fs::remove(other / kFile);
    for (const auto& [name, bytes] : image)
      std::ofstream(other / name, std::ios::binary | std::ios::trunc) << bytes;
    return found_in(other);
  }

  // What it is to know after each of `steps`, the first being none.
  std::vector<std::string> known_after(const std::vector<DiskStep>& steps) {
    std::vector<std::string> texts;
    const auto bytes = std::make_shared<std::string>();
    Inventory inventory(file_in_memory(bytes), clock);
    EXPECT_TRUE(inventory.load("i"));
    texts.push_back(*bytes);
    for (const auto& step : steps) {
      step(inventory);
      EXPECT_TRUE(inventory.disk().write_now());
      texts.push_back(*bytes);
    }
    return texts;
  }

  // All of `steps` by one process, which waits for the disk now and then.
  Recorded record(const std::vector<DiskStep>& steps) {
    Recorded run;
    const auto lock = lock_of(folder);
    FileCalls calls(folder);
    Inventory inventory(file_on_disk(*lock, kFile), clock, kFloor);
    EXPECT_TRUE(inventory.load("i"));
    run.points.push_back({calls.made.size(), 0, true});
    std::mt19937 random(1);
    for (std::size_t done = 1; done <= steps.size(); ++done) {
      steps[done - 1](inventory);
      run.points.push_back({calls.made.size(), done, false});
      if (random() % 3 == 0) continue;
      EXPECT_TRUE(durable(inventory));
      run.points.push_back({calls.made.size(), done, true});
    }
    run.calls = calls.made;
    return run;
  }

  test::TemporaryFolder made;
  test::TemporaryFolder made_for_restarts;
  fs::path folder = made.path;
  fs::path other = made_for_restarts.path;
  VirtualClock clock;
};

TEST_F(Crash, AtEveryByteAndBetweenAnyTwoCallsNothingIsLostAndNothingInvented) {
  const auto steps = steps_of(6);
  const auto known = known_after(steps);
  const auto run = record(steps);
  Folder disk;
  std::size_t crashes = 0;
  std::size_t restarts = 0;
  std::map<FileCall::What, std::size_t> count;
  for (std::size_t number = 0; number <= run.calls.size(); ++number) {
    const FileCall* next = number < run.calls.size() ? &run.calls[number] : nullptr;
    const auto bounds = bounds_at(run, number);
    for (const auto& image : images_of(disk, next)) {
      // Before the first file has its name there is nothing to be found.
      if (!bounds.begun && !image.contains(kFile)) continue;
      const bool between = next == nullptr || next->what != FileCall::What::kWrite;
      const bool real = between || crashes % kRealEvery == 0 || !image.contains(kFile);
      const auto text = real ? found_in(image) : found_in_memory(image.at(kFile));
      restarts += real ? 1 : 0;
      const auto first = known.begin() + bounds.reported;
      const auto last = known.begin() + bounds.latest + 1;
      ASSERT_NE(std::find(first, last, text), last)
          << "before call " << number << ", " << bounds.reported << " of " << bounds.latest
          << " changes were reported\nfound: " << text
          << "\nthere: " << (image.contains(kFile) ? image.at(kFile) : "nothing");
      ++crashes;
    }
    if (next == nullptr) break;
    ++count[next->what];
    disk.apply(*next);
  }
  EXPECT_EQ(image_of(disk.now, false).at(kFile), image_of(disk.synced, true).at(kFile));
  const auto anew = count[FileCall::What::kRename];
  const auto appends = count[FileCall::What::kWrite] - anew;
  EXPECT_GE(anew, 5u);
  EXPECT_GE(appends, 50u);
  EXPECT_GE(crashes, 5000u);
  std::cout << crashes << " crash points, " << restarts
            << " of them on a real disk: " << run.calls.size() << " calls, " << appends
            << " appends, written anew " << anew << " times\n";
}

// The process goes on: what the disk did not take stays to be written, and what it took of it is in
// nobody's way.
TEST_F(Crash, AWriteThatFailsAtAnyByteOrCallLosesNothingAndIsMadeUpFor) {
  const auto steps = steps_of(1);
  const auto known = known_after(steps);
  constexpr std::size_t kBefore = 8;
  constexpr std::size_t kAfter = 12;
  std::size_t tried = 0;
  const auto run = [&](const FileFault& fault) {
    fs::remove(folder / kFile);
    const auto lock = lock_of(folder);
    FileCalls calls(folder);
    Inventory inventory(file_on_disk(*lock, kFile), clock);
    EXPECT_TRUE(inventory.load("i"));
    std::size_t done = 0;
    const auto go_on = [&](std::size_t to) {
      while (done < to)
        steps[done++](inventory);
      return durable(inventory);
    };
    EXPECT_TRUE(go_on(2));
    EXPECT_TRUE(go_on(kBefore));
    const auto begun = calls.made.size();
    calls.fault = fault;
    calls.fault->call += begun;
    const auto failed = go_on(kAfter);
    const auto needed =
        std::vector(calls.made.begin() + static_cast<std::ptrdiff_t>(begun), calls.made.end());
    ++tried;
    const auto text = found_in(Image{{kFile, bytes_of(folder / kFile)}});
    EXPECT_TRUE(text == known[kAfter] || (!failed && text == known[kBefore])) << text;
    if (fault.dead) return needed;
    calls.fault.reset();
    EXPECT_TRUE(go_on(kAfter + 1));
    EXPECT_TRUE(go_on(steps.size()));
    EXPECT_EQ(found_in(Image{{kFile, bytes_of(folder / kFile)}}), known[steps.size()]);
    return needed;
  };
  const auto calls = run({1000, 0, 0, false});
  ASSERT_EQ(calls.size(), 2u) << "one write and one sync";
  const auto size = calls[0].bytes.size();
  for (const int error : {ENOSPC, 0}) {
    for (std::size_t written = error == 0 ? 1 : 0; written < size; ++written)
      run({0, written, error, false});
  }
  for (std::size_t written = 0; written < size; ++written)
    run({0, written, EIO, true});
  // The sync fails, and then any call of what is done about it.
  const auto made_up = run({1, 0, EIO, false});
  ASSERT_GE(made_up.size(), 8u) << "written anew";
  for (std::size_t call = 1; call < made_up.size(); ++call)
    run({call, 0, EIO, true});
  EXPECT_GE(tried, 3 * size);
  std::cout << tried << " failures\n";
}

// Two crashes: what is appended after the first follows no half line.
TEST_F(Crash, WhatIsWrittenAfterACrashAtAnyByteIsFoundAfterTheNext) {
  const auto steps = steps_of(1);
  const auto known = known_after(steps);
  constexpr std::size_t kBefore = 6;
  constexpr std::size_t kAfter = 9;
  std::string before;
  std::string line;
  {
    const auto bytes = std::make_shared<std::string>();
    Inventory inventory(file_in_memory(bytes), clock);
    ASSERT_TRUE(inventory.load("i"));
    std::size_t done = 0;
    while (done < kBefore)
      steps[done++](inventory);
    ASSERT_TRUE(durable(inventory));
    before = *bytes;
    while (done < kAfter)
      steps[done++](inventory);
    ASSERT_TRUE(durable(inventory));
    line = bytes->substr(before.size());
  }
  for (std::size_t size = 0; size <= line.size(); ++size) {
    std::ofstream(folder / kFile, std::ios::binary | std::ios::trunc)
        << before << line.substr(0, size);
    {
      const auto lock = lock_of(folder);
      FileCalls calls(folder);
      Inventory inventory(file_on_disk(*lock, kFile), clock);
      ASSERT_TRUE(inventory.load("other"));
      const bool whole = size == line.size();
      EXPECT_EQ(inventory.torn(), whole ? 0 : size);
      for (std::size_t at = whole ? kAfter : kBefore; at < steps.size(); ++at) {
        steps[at](inventory);
        if (at % 4 != 0) continue;
        ASSERT_TRUE(durable(inventory));
      }
      ASSERT_TRUE(durable(inventory));
    }
    ASSERT_EQ(found_in(folder), known.back()) << size << " bytes of the last line";
  }
}

}  // namespace
}  // namespace fairlead::controller
