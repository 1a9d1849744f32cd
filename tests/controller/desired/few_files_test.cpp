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
        snapshot.files["f" + std::to_string(file) + ".yaml"] = file_of(text);
      }
      if (random() % 15 == 0) snapshot.files.erase("f" + std::to_string(random() % 6) + ".yaml");
      now += seconds(10);
      const auto changed = few.apply(std::make_shared<const watch::Snapshot>(snapshot), now);
      auto with_more = snapshot;
      const std::string other = "other" + std::to_string(step);
      with_more.files["zz" + other + ".yaml"] =
          file_of("name: " + other + "\nservices: {a: {image: i}}\n");
      const auto changed_all =
          all.apply(std::make_shared<const watch::Snapshot>(std::move(with_more)), now);
      ASSERT_EQ(told(few, changed), told(all, changed_all)) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace fairlead::controller
