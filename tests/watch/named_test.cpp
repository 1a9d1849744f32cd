// A look at the names that the kernel gave comes to what a look at everything comes to, or is none.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "tests/watch/fixture.h"
#include "watch/inotify.h"
#include "watch/scan.h"
#include "watch/settle.h"

namespace fairlead::watch {
namespace {

// With a file of a folder below, and so something that is read apart; and without.
const auto kFollowed = std::make_shared<const Followed>(Followed{".env", "b.yaml", "sub/x.env"});
const auto kFollowedHere = std::make_shared<const Followed>(Followed{".env", "b.yaml"});

// What changes a directory in all the ways that editors and tools do. Returns the names in it that
// the kernel would give.
class Tools {
 public:
  Tools(fs::path manifests, unsigned seed) : manifests_(std::move(manifests)), random_(seed) {
    fs::create_directory(manifests_ / "sub");
  }

  std::set<std::string> change() {
    const std::string name = pick({"a.yaml", "b.yaml", "c.yaml", "d.yml", ".env"});
    const fs::path path = manifests_ / name;
    const std::string text = std::to_string(random_() % 4);
    switch (random_() % 16) {
      case 0:
        fs::remove_all(path);
        return {name};
      case 1:
        replace_by([&](const fs::path& at) { fs::create_symlink("c.yaml", at); }, path);
        return {name, "temp"};
      case 2: {
        const std::string other = pick({"a.yaml", "b.yaml", "c.yaml"});
        if (fs::is_regular_file(fs::symlink_status(path)))
          ::rename(path.c_str(), (manifests_ / other).c_str());
        return {name, other};
      }
      case 3:
        if (fs::is_regular_file(fs::symlink_status(path))) ::chmod(path.c_str(), 0666);
        return {name};
      case 4:
        fs::remove_all(path);
        fs::create_directory(path);
        return {name};
      case 5:
        write(manifests_ / "sub/x.env", text);
        return {};  // of a folder below
      case 6:
        write(manifests_ / ".swp", text);
        return {".swp"};
      case 7:
        replace_by([&](const fs::path& at) { write(at, std::string(5000, 'x')); }, path);
        return {name, "temp"};
      case 8:
      case 9:
        replace_by([&](const fs::path& at) { write(at, text); }, path);
        return {name, "temp"};
      default:
        if (!fs::exists(fs::symlink_status(path)) || fs::is_regular_file(fs::symlink_status(path)))
          write(path, text);
        return {name};
    }
  }

 private:
  std::string pick(const std::vector<std::string>& names) {
    return names[random_() % names.size()];
  }
  template <typename Make>
  void replace_by(const Make& make, const fs::path& path) {
    if (fs::is_directory(fs::symlink_status(path))) fs::remove_all(path);
    make(manifests_ / "temp");
    fs::rename(manifests_ / "temp", path);
  }

  fs::path manifests_;
  std::mt19937 random_;
};

Scan whole(const Options& options, const std::shared_ptr<const Followed>& followed,
           const Scan& known) {
  Scan scan = scan_directory(options, followed, known);
  const auto names = scan.apart;
  for (const Name& name : names)
    join(scan, read_apart(options, name, known));
  return scan;
}

std::string said(const std::optional<Snapshot>& snapshot) {
  if (!snapshot) return "nothing";
  std::string out = snapshot->complete ? "complete\n" : "incomplete " + snapshot->problem + "\n";
  for (const auto* files : {&snapshot->files, &snapshot->references}) {
    for (const auto& [name, file] : *files)
      out += name + " " + *file.bytes + " " + file.error + "\n";
    out += "--\n";
  }
  return out;
}

// As InotifyDirectory does it: names are read alone while all that is open came by names.
struct ByNames {
  std::shared_ptr<const Followed> followed;
  Settler settler{50ms};
  Scan known;
  bool open_whole = true;
  int named = 0;

  std::optional<Snapshot> look(const Options& options, std::set<std::string> touched,
                               SteadyTime now) {
    std::set<std::string> apart;
    for (const Name& name : known.apart)
      apart.insert(name.path);
    const auto steps = plan_watches(options.path, apart).steps;
    open_whole |=
        std::ranges::any_of(touched, [&](const auto& name) { return steps.contains(name); });
    std::erase_if(touched, [this](const auto& name) { return !is_read_here(name, known); });
    touched.merge(settler.open());
    std::optional<Scan> scan;
    if (!open_whole) scan = scan_names(options, touched, known);
    if (scan) {
      ++named;
      return settler.offer(*scan, now, now);
    }
    Scan all = whole(options, followed, known);
    auto snapshot = settler.offer(all, now, now);
    open_whole = !all.problem.empty() || settler.recheck_at() != SteadyTime::max();
    known = std::move(all);
    return snapshot;
  }
};

TEST(Named, LooksComeToWhatWholeOnesComeTo) {
  int named = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const test::TemporaryFolder folder;
    Options options;
    options.path = folder.path.string();
    options.max_file_bytes = 4096;
    options.trusted = trusted_users();
    Tools tools(folder.path, seed);
    std::mt19937 random(seed);
    Settler always_whole{50ms};
    Scan known;
    const auto followed = seed % 2 == 0 ? kFollowed : kFollowedHere;
    ByNames by_names;
    by_names.followed = followed;
    SteadyTime now{1s};
    for (int step = 0; step < 150; ++step, now += 20ms) {
      std::set<std::string> touched;
      bool below = false;
      for (auto changes = random() % 4 == 0 ? random() % 3 : 0; changes > 0; --changes) {
        auto names = tools.change();
        below |= names.empty();
        touched.merge(names);
      }
      by_names.open_whole |= below;  // what happens elsewhere has no name here
      Scan all = whole(options, followed, known);
      const auto expected = always_whole.offer(all, now, now);
      known = std::move(all);
      const auto seen = by_names.look(options, touched, now);
      ASSERT_EQ(said(seen), said(expected)) << "seed " << seed << " step " << step;
    }
    named += by_names.named;
  }
  EXPECT_GT(named, 500) << "else this shows nothing";
}

class Names : public Watching {
 protected:
  void SetUp() override {
    Watching::SetUp();
    for (const char* name : {"a.yaml", "b.yaml"})
      write(manifests / name, "one");
  }
  std::uint64_t whole_scans() const {
    const auto statistics = directory->statistics();
    return statistics.scans - statistics.named_scans;
  }
};

TEST_F(Names, AChangedFileIsReadAlone) {
  start(60s, true);
  ASSERT_TRUE(reads("a.yaml", "one"));
  const auto before = whole_scans();
  write(root / "next", "two");
  fs::rename(root / "next", manifests / "a.yaml");
  ASSERT_TRUE(reads("a.yaml", "two"));
  EXPECT_FALSE(snapshots.back().whole) << "it counts for no removal";
  EXPECT_EQ(*snapshots.back().files.at("b.yaml").bytes, "one");
  write(manifests / "b.yaml", "two");
  ASSERT_TRUE(reads("b.yaml", "two"));
  EXPECT_EQ(whole_scans(), before);
}

TEST_F(Names, WhatComesOrGoesIsForAWholeScan) {
  start(60s, true);
  ASSERT_TRUE(reads("a.yaml", "one"));
  fs::remove(manifests / "a.yaml");
  ASSERT_TRUE(eventually([](const Snapshot& s) { return !s.files.contains("a.yaml"); }));
  EXPECT_TRUE(snapshots.back().whole);
  write(manifests / "c.yaml", "three");
  ASSERT_TRUE(reads("c.yaml", "three"));
  EXPECT_TRUE(snapshots.back().whole);
}

TEST_F(Names, WhatEditorsWriteBesideIsNoReasonToLook) {
  start(60s, true);
  ASSERT_TRUE(reads("a.yaml", "one"));
  run_for(200ms);
  const auto before = directory->statistics();
  write(manifests / ".a.yaml.swp", "x");
  fs::remove(manifests / ".a.yaml.swp");
  run_for(400ms);
  EXPECT_GT(directory->statistics().events, before.events);
  EXPECT_EQ(directory->statistics().scans, before.scans);
}

TEST_F(Names, AFollowedFileInTheDirectoryIsReadAlone) {
  write(manifests / "web.env", "A=1");
  followed = {"web.env"};
  start(60s, true);
  ASSERT_TRUE(eventually([](const Snapshot& s) { return s.references.contains("web.env"); }));
  const auto before = whole_scans();
  write(manifests / "web.env", "A=2");
  ASSERT_TRUE(
      eventually([](const Snapshot& s) { return *s.references.at("web.env").bytes == "A=2"; }));
  EXPECT_EQ(whole_scans(), before);
}

// Edits without end must not keep the whole scans away that removals are counted by.
TEST_F(Names, WholeScansComeInTimeWhateverIsEdited) {
  start(300ms, true);
  ASSERT_TRUE(reads("a.yaml", "one"));
  for (int edit = 0; edit < 12; ++edit) {
    write(manifests / "a.yaml", "version " + std::to_string(edit));
    run_for(100ms);
  }
  const auto told_whole = std::ranges::count_if(snapshots, &Snapshot::whole);
  EXPECT_GE(told_whole, 3);
  EXPECT_GT(directory->statistics().named_scans, 0u);
}

// A folder has no name that is read, but what is read may stand anywhere beneath it.
TEST_F(Names, AFolderThatIsReplacedOrClosedIsSeenAtOnce) {
  fs::create_directories(manifests / "conf/app");
  write(manifests / "conf/app/x.env", "A=1");
  write(manifests / "conf/app/l.yaml", "one");
  fs::create_symlink("conf/app/l.yaml", manifests / "l.yaml");
  followed = {"conf/app/x.env"};
  start(600s, true);
  ASSERT_TRUE(reads("l.yaml", "one"));
  fs::create_directories(manifests / "new/app");
  write(manifests / "new/app/x.env", "A=2");
  write(manifests / "new/app/l.yaml", "two");
  run_for(300ms);
  fs::rename(manifests / "conf", manifests / "old");
  fs::rename(manifests / "new", manifests / "conf");
  EXPECT_TRUE(reads("l.yaml", "two"));
  EXPECT_TRUE(eventually(
      [](const Snapshot& s) { return *s.references.at("conf/app/x.env").bytes == "A=2"; }));
  ::chmod((manifests / "conf").c_str(), 0777);
  EXPECT_TRUE(eventually(
      [](const Snapshot& s) { return !s.references.at("conf/app/x.env").error.empty(); }));
}

// The same tools, at their own pace, and a rescan that comes too late to help.
TEST_F(Names, NothingIsMissedOfWhatToolsDo) {
  settle = 20ms;
  followed = *kFollowed;
  start(600s, true);
  Tools tools(manifests, 7);
  std::mt19937 random(7);
  for (int round = 0; round < 15; ++round) {
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      tools.change();
      run_for(std::chrono::milliseconds(random() % 30));
    }
    Options options;
    options.path = manifests.string();
    options.settle_time = Duration::zero();
    options.max_file_bytes = 4096;
    options.followed = followed;
    const auto now = scan_once(options);
    // An error keeps what was good before, which a scan of its own can't know.
    EXPECT_TRUE(eventually([&now](const Snapshot& s) {
      const auto same = [](const Files& a, const Files& b) {
        return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
          return x.first == y.first && x.second.error == y.second.error &&
                 (!x.second.error.empty() || *x.second.bytes == *y.second.bytes);
        });
      };
      return same(s.files, now.files) && same(s.references, now.references);
    })) << "round "
        << round;
  }
}

}  // namespace
}  // namespace fairlead::watch
