// A store that looks only at the files that changed comes to what one comes to that looks at all.
#include <gmock/gmock.h>

#include <random>

#include "base/digest.h"
#include "controller/desired/store.h"
#include "model/form/canonical.h"

namespace fairlead::controller {
namespace {

using std::chrono::seconds;

// Few names, ports and subnets for many files: much of it clashes now and then.
std::string any_file(std::mt19937& random, int file) {
  const auto pick = [&random](int most) { return std::to_string(random() % most); };
  if (random() % 12 == 0) return "services: {a: [}\n";
  const bool own = random() % 3 != 0;
  const std::string name = own ? "app" + std::to_string(file) : "app" + pick(6);
  std::string text = "name: " + name + "\nservices:\n  a:\n    image: i:" + pick(3) + "\n";
  if (random() % 4 == 0) text += "    container_name: box" + pick(4) + "\n";
  if (random() % 4 == 0) text += "    ports: ['80" + pick(4) + ":80']\n";
  if (random() % 3 == 0)
    text += "    networks: [n]\nnetworks: {n: {ipam: {config: [{subnet: 10." + pick(5) +
            ".0.0/16}]}}}\n";
  return text;
}

// What a store says of all but the file that makes it look at everything.
std::string told(const DesiredStore& store, const DesiredStore::Changes& changes) {
  std::string out;
  for (const auto& [key, entry] : store.entries()) {
    if (key.starts_with("other")) continue;
    out += key + " " + entry.file + " " + entry.digest +
           (changes.keys.contains(key) ? " changed\n" : "\n");
  }
  for (const auto& [name, file] : store.files()) {
    if (name.starts_with("zz")) continue;
    out += name + (file.valid ? " valid\n" : " broken\n");
    for (const auto& each : file.diagnostics)
      out += "  " + model::to_string(each) + "\n";
  }
  for (const auto& key : store.mentioned())
    if (!key.starts_with("other")) out += "mentioned " + key + "\n";
  return out;
}

watch::File file_of(const std::string& text) {
  return {std::make_shared<const std::string>(text), sha256_hex(text), ""};
}

TEST(FewFiles, ChangedAloneComeToTheSameAsAllTogether) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    DesiredStore few;
    DesiredStore all;
    watch::Snapshot snapshot;
    snapshot.complete = true;
    snapshot.followed = std::make_shared<const watch::Followed>(watch::Followed{".env"});
    SteadyTime now{seconds(1000)};
    for (int step = 0; step < 60; ++step) {
      for (auto edits = 1 + random() % 2; edits > 0; --edits) {
        const int file = static_cast<int>(random() % 6);
        // Mostly calm: else the two ways would be one.
        const std::string text =
            random() % 3 != 0
                ? "name: app" + std::to_string(file) +
                      "\nservices: {a: {image: 'i:" + std::to_string(random() % 4) + "'}}\n"
                : any_file(random, file);
        snapshot.files.put("f" + std::to_string(file) + ".yaml", file_of(text));
      }
      if (random() % 15 == 0) snapshot.files.erase("f" + std::to_string(random() % 6) + ".yaml");
      now += seconds(10);
      const auto changed = few.apply(std::make_shared<const watch::Snapshot>(snapshot), now);
      auto with_more = snapshot;
      const std::string other = "other" + std::to_string(step);
      with_more.files.put("zz" + other + ".yaml",
                          file_of("name: " + other + "\nservices: {a: {image: i}}\n"));
      const auto changed_all =
          all.apply(std::make_shared<const watch::Snapshot>(std::move(with_more)), now);
      ASSERT_EQ(told(few, changed), told(all, changed_all)) << "seed " << seed << " step " << step;
    }
  }
}

// Manifests and what they refer to, on a disk that changes; decoded later, as on a pool.
class Edited {
 public:
  explicit Edited(unsigned seed) : random_(seed) {
    snapshot_.complete = true;
    snapshot_.followed = store.references();
  }

  void edit() {
    const std::string number = pick(4);
    if (random_() % 3 != 0) {
      snapshot_.files.put("f" + number + ".yaml",
                          file_of("name: app" + number + "\nservices: {a: {image: i, env_file: e" +
                                  pick(3) + ".env}}\n"));
    } else if (random_() % 4 == 0) {
      snapshot_.files.erase("f" + number + ".yaml");
    } else {
      disk_["e" + pick(3) + ".env"] = file_of("A=" + pick(3) + "\n");
    }
    if (random_() % 8 == 0) disk_.erase("e" + pick(3) + ".env");
    snapshot_.complete = random_() % 6 != 0;
    apply();
    while (!begun_.empty() && random_() % 2 == 0)
      finish(random_() % begun_.size());
  }

  void settle() {
    snapshot_.complete = true;
    for (int look = 0; look < 8; ++look) {
      apply();
      while (!begun_.empty())
        finish(0);
    }
  }

  void expect_all_as_on_disk() const {
    EXPECT_FALSE(store.undecided());
    EXPECT_EQ(store.files().size(), snapshot_.files.size());
    model::DecodeOptions options;
    options.read = [this](const std::string& path) {
      return source_of(disk_.contains(path) ? &disk_.at(path) : nullptr);
    };
    for (const auto& [name, file] : snapshot_.files) {
      const auto fresh = model::decode(name, *file.bytes, options);
      const bool valid = !model::has_errors(fresh.diagnostics);
      EXPECT_EQ(store.files().at(name).valid, valid) << name;
      if (!valid) continue;
      const auto* entry = store.find("app" + name.substr(1, 1));
      ASSERT_NE(entry, nullptr) << name;
      EXPECT_EQ(entry->digest, fresh.apps.front().digest) << name;
    }
  }

 private:
  std::string pick(int most) { return std::to_string(random_() % static_cast<unsigned>(most)); }

  void apply() {
    snapshot_.whole = random_() % 3 == 0;
    now_ += seconds(1);
    store.apply(std::make_shared<const watch::Snapshot>(snapshot_), now_);
    // As the directory: what is followed now is in the next snapshot.
    snapshot_.followed = store.references();
    snapshot_.references = {};
    for (const auto& path : *snapshot_.followed)
      if (disk_.contains(path)) snapshot_.references.put(path, disk_.at(path));
  }

  void finish(std::size_t one) {
    const auto place = begun_.begin() + static_cast<std::ptrdiff_t>(one);
    const auto job = std::move(*place);
    begun_.erase(place);
    job();
  }

  std::mt19937 random_;
  watch::Snapshot snapshot_;
  std::map<std::string, watch::File> disk_;
  SteadyTime now_{seconds(1000)};
  std::vector<std::function<void()>> begun_;

 public:
  DesiredStore store{
      {}, {}, {}, [this](auto work, auto done, bool) {
        begun_.push_back([work = std::move(work), done = std::move(done)] { done(work()); });
      }};
};

TEST(FewFiles, FollowWhatTheyReferToHoweverItChanges) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Edited edited(seed);
    for (int step = 0; step < 80; ++step)
      edited.edit();
    edited.settle();
    edited.expect_all_as_on_disk();
  }
}

}  // namespace
}  // namespace fairlead::controller
