// What happens to the folder of manifests must never be taken for a wish to delete (W1…W30).
#include <sys/mount.h>

#include <chrono>
#include <fstream>
#include <functional>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

namespace fs = std::filesystem;

struct Sabotage {
  const char* name;
  std::function<void(const fs::path& manifests)> act;
};

void PrintTo(const Sabotage& sabotage, std::ostream* out) {
  *out << sabotage.name;
}

class Folder : public Scenario {
 protected:
  void TearDown() override {
    if (fairlead_) umount2(fairlead_->manifests.c_str(), MNT_DETACH);
    Scenario::TearDown();
  }

  static std::string small(const std::string& name) {
    return app(name, service("a", "[net]"), "    net: {}\n");
  }
};

class Source : public Folder, public testing::WithParamInterface<Sabotage> {};

TEST_P(Source, DeletesNothing) {
  fairlead_->put("keep1.yaml", small("keep1"));
  fairlead_->put("keep2.yaml", small("keep2"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"keep1-a-1", "keep2-a-1"}); }));
  const auto before = footprint("keep1") + footprint("keep2");
  GetParam().act(fairlead_->manifests);
  // Longer than three readings and the time that an absence must last.
  EXPECT_TRUE(stays([&] { return footprint("keep1") + footprint("keep2") == before; }, seconds(8)));
  EXPECT_TRUE(fairlead_->running());
}

const Sabotage kSabotages[] = {
    {"Emptied",
     [](const fs::path& manifests) {
       for (const auto& entry : fs::directory_iterator(manifests))
         fs::remove_all(entry.path());
     }},
    {"MovedAway",
     [](const fs::path& manifests) { fs::rename(manifests, manifests.string() + ".old"); }},
    {"ReplacedByAFile",
     [](const fs::path& manifests) {
       fs::rename(manifests, manifests.string() + ".old");
       write_text(manifests, "not a folder\n");
     }},
    {"HiddenByAnEmptyMount",
     [](const fs::path& manifests) {
       ASSERT_EQ(mount("none", manifests.c_str(), "tmpfs", 0, nullptr), 0);
     }},
    {"HalfWritten",
     [](const fs::path& manifests) {
       write_text(manifests / "keep1.yaml", "apiVersion: fairlead.dev/v1\nkind: App\nspec: {serv");
       write_text(manifests / "keep2.yaml", "");
     }},
};

INSTANTIATE_TEST_SUITE_P(Sabotaged, Source, testing::ValuesIn(kSabotages),
                         [](const auto& given) { return std::string(given.param.name); });

TEST_F(Folder, AnAppThatLeftIsRemovedAndOnlyThat) {
  for (const auto* name : {"stay1", "stay2", "leaves"}) {
    fairlead_->put(std::string(name) + ".yaml", small(name));
  }
  fairlead_->more_arguments = {"--removal-grace", "6"};
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"stay1-a-1", "stay2-a-1", "leaves-a-1"}); }));
  const auto before = footprint("stay1") + footprint("stay2");
  fairlead_->remove("leaves.yaml");
  EXPECT_TRUE(stays([] { return runs("leaves-a-1"); }, seconds(4))) << "6 s of grace";
  EXPECT_TRUE(eventually([] { return containers_of("leaves").empty(); }, seconds(90)));
  EXPECT_TRUE(eventually([] { return networks_of("leaves").empty(); }));
  EXPECT_EQ(footprint("stay1") + footprint("stay2"), before);
}

// git-sync publishes a revision by renaming a symbolic link over the old one.
// As `run` is started without options: the further files are known one scan later.
TEST_F(Folder, AManifestWithFurtherFilesDelaysNobody) {
  std::filesystem::create_directory(fairlead_->manifests / "parts");
  std::ofstream(fairlead_->manifests / "parts/e.env") << "A=1\n";
  std::ofstream(fairlead_->manifests / "parts/s.txt") << "s3cret\n";
  std::ofstream(fairlead_->manifests / "parts/more.yml")
      << "services: {more: {image: \"fairlead/sample:1\", command: [/sample, serve]}}\n";
  fairlead_->put("files.yaml",
                 "include: [parts/more.yml]\n"
                 "services:\n  a: {image: \"fairlead/sample:1\", command: [/sample, serve],"
                 " env_file: parts/e.env, secrets: [s]}\n"
                 "secrets: {s: {file: parts/s.txt}}\n");
  for (const std::string name : {"p1", "p2", "p3"})
    fairlead_->put(name + ".yaml", app(name, service("a", "[net]"), "    net: {}\n"));
  fairlead_->start();
  const auto began = std::chrono::steady_clock::now();
  const auto changed = [this](const std::string& name) {
    return fairlead_->log().find("msg=\"change applied\" app=" + name + " ") != std::string::npos;
  };
  EXPECT_TRUE(eventually([&] { return changed("p1") && changed("p2") && changed("p3"); }));
  const auto took = std::chrono::steady_clock::now() - began;
  RecordProperty(
      "milliseconds",
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_LT(took, std::chrono::seconds(3)) << "a second on an idle machine\n" << fairlead_->log();
  const auto listed = fairlead_->ask({"get", "apps"}).text;
  for (const std::string name : {"files", "p1", "p2", "p3"})
    EXPECT_NE(listed.find("\n" + name + " "), std::string::npos) << listed;
  EXPECT_TRUE(eventually([] { return all_run({"files-a-1", "files-more-1", "p1-a-1"}); }))
      << fairlead_->log();
}

TEST_F(Folder, AFlippedLinkIsFollowed) {
  const auto base = fairlead_->manifests.parent_path();
  for (const auto* revision : {"rev1", "rev2"}) {
    fs::create_directories(base / revision);
    write_text(base / revision / "flip.yaml", small("flip"));
  }
  write_text(base / "rev2" / "more.yaml", small("more"));
  fs::remove(fairlead_->manifests);
  fs::create_directory_symlink("rev1", fairlead_->manifests);
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("flip-a-1"); }));
  const auto before = footprint("flip");
  fs::create_directory_symlink("rev2", base / "next");
  fs::rename(base / "next", fairlead_->manifests);
  EXPECT_TRUE(eventually([] { return runs("more-a-1"); }));
  EXPECT_EQ(footprint("flip"), before);
}

}  // namespace fairlead::engine_test
