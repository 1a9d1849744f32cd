#include "controller/record/inventory.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "controller/record/instance_lock.h"
#include "tests/controller/record/durable.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

class OnDisk : public testing::Test {
 protected:
  // As the holder of the lock.
  Inventory open() {
    if (!lock) lock = std::move(lock_instance(folder).value());
    return Inventory(file_on_disk(*lock, "inventory.json"), clock);
  }
  Status write(Inventory& inventory) { return test::durable(inventory); }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder))
      found.insert(entry.path().filename());
    return found;
  }

  test::TemporaryFolder made;
  fs::path folder = made.path;
  std::unique_ptr<InstanceLock> lock;
  VirtualClock clock;
  std::uint64_t lists = 0;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

InventoryEntry container(const std::string& name, const std::string& id = "") {
  return {Kind::kContainer, "shop", "web", name, id};
}

Inventory::Is in(std::set<std::string> names) {
  return [names = std::move(names)](const std::string& name) { return names.contains(name); };
}

TEST_F(OnDisk, RemembersHooksUntilTheContainerIsGone) {
  const ContainerHooks hooks{{{{"warm", "up"}, "1", "/x", true, {"A=1"}}}, {{{"flush"}}}, true};
  {
    auto inventory = open();
    ASSERT_TRUE(inventory.load("fresh"));
    inventory.remember_hooks("c1", hooks);
    ASSERT_TRUE(write(inventory));
  }
  auto inventory = open();
  ASSERT_TRUE(inventory.load("other"));
  ASSERT_TRUE(inventory.hooks().contains("c1"));
  EXPECT_EQ(inventory.hooks().at("c1"), hooks);
  inventory.gone(Kind::kContainer, "any", "c1");
  EXPECT_TRUE(inventory.hooks().empty());
}

TEST_F(OnDisk, RemembersRunsAndReadingsUntilTheContainerIsGone) {
  const Readings readings{{"user", "7", "seven"}};
  {
    auto inventory = open();
    ASSERT_TRUE(inventory.load("fresh"));
    inventory.intend(container("shop-web-1"));
    ASSERT_TRUE(inventory.created(Kind::kContainer, "shop-web-1", "c1"));
    EXPECT_TRUE(inventory.unread().contains("c1"));
    inventory.remember_runs("c1", {4, 2});
    ASSERT_TRUE(write(inventory));
  }
  auto inventory = open();
  ASSERT_TRUE(inventory.load("other"));
  EXPECT_TRUE(inventory.unread().contains("c1")) << "not compared yet";
  EXPECT_EQ(inventory.runs().at("c1"), (Runs{4, 2}));
  inventory.compared({{"c1", readings}});
  EXPECT_TRUE(inventory.unread().empty());
  inventory.forgive("c1");
  EXPECT_EQ(inventory.runs().at("c1"), (Runs{4, 0, true}));
  ASSERT_TRUE(write(inventory));
  auto again = open();
  ASSERT_TRUE(again.load("other"));
  EXPECT_EQ(again.readings().at("c1"), readings);
  again.gone(Kind::kContainer, "any", "c1");
  EXPECT_TRUE(again.readings().empty() && again.runs().empty());
}

TEST_F(OnDisk, AContainerWhoseReplyWasLostIsOursAndACopyIsNot) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("fresh"));
  inventory.intend(container("shop-web-1"));
  inventory.adopted(container("shop-web-1", "c1"));
  EXPECT_TRUE(inventory.unread().contains("c1"));
  inventory.adopted(container("shop-web-2", "c2"));
  EXPECT_FALSE(inventory.unread().contains("c2"));
}

TEST_F(OnDisk, SurvivesARestart) {
  {
    auto inventory = open();
    ASSERT_TRUE(inventory.load("fresh"));
    inventory.remember_engine("E1");
    inventory.intend(container("shop-web-1"));
    ASSERT_TRUE(inventory.created(Kind::kContainer, "shop-web-1", "c1"));
    inventory.intend({Kind::kNetwork, "shop", "front", "shop_front", ""});
    EXPECT_EQ(inventory.generation("shop", "d1"), 1u);
    EXPECT_EQ(inventory.generation("shop", "d2"), 2u);
    ASSERT_TRUE(write(inventory));
  }
  auto inventory = open();
  ASSERT_TRUE(inventory.load("another"));
  EXPECT_EQ(inventory.instance(), "fresh");
  EXPECT_EQ(inventory.engine_id(), "E1");
  EXPECT_TRUE(inventory.knows(Kind::kContainer, "c1"));
  EXPECT_FALSE(inventory.knows(Kind::kNetwork, "c1"));
  EXPECT_EQ(inventory.entries().size(), 2u) << "an intent without a reply is kept";
  EXPECT_EQ(inventory.generation("shop", "d2"), 2u);
  EXPECT_EQ(inventory.generation("shop", "d3"), 3u);
}

TEST_F(OnDisk, FollowsARename) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  inventory.intend(container("web.next"));
  ASSERT_TRUE(inventory.created(Kind::kContainer, "web.next", "c1"));
  ASSERT_TRUE(inventory.created(Kind::kContainer, "web", "c1"));
  EXPECT_EQ(inventory.entries(), std::set<InventoryEntry>{container("web", "c1")});
}

TEST_F(OnDisk, DropsOnlyWhatIsGone) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  for (const char* id : {"c1", "c2"}) {
    inventory.intend(container(std::string("web-") + id));
    ASSERT_TRUE(inventory.created(Kind::kContainer, std::string("web-") + id, id));
  }
  inventory.gone(Kind::kContainer, "web-c1", "c1");
  EXPECT_FALSE(inventory.knows(Kind::kContainer, "c1"));
  EXPECT_TRUE(inventory.knows(Kind::kContainer, "c2"));
}

TEST_F(OnDisk, KnowsAnIntentUntilItsReply) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  inventory.intend(container("web"));
  EXPECT_TRUE(inventory.intended(Kind::kContainer, "shop", "web"));
  EXPECT_FALSE(inventory.intended(Kind::kContainer, "other", "web"));
  EXPECT_FALSE(inventory.intended(Kind::kNetwork, "shop", "web"));
  ASSERT_TRUE(inventory.created(Kind::kContainer, "web", "c1"));
  EXPECT_FALSE(inventory.intended(Kind::kContainer, "shop", "web"));
}

// Neither an intent whose request was never sent nor an absence that was not written keeps an App.
TEST_F(OnDisk, ForgetsWhatIsLeftOfAnAppThatIsGoneExceptItsVolumes) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  inventory.intend(container("web"));
  inventory.adopted(container("api", "c1"));
  inventory.remember_runs("c1", {1, 1});
  inventory.adopted({Kind::kNetwork, "other", "front", "other_front", "n1"});
  inventory.adopted({Kind::kVolume, "shop", "data", "shop_data", "shop_data"});
  inventory.nothing_left("shop");
  EXPECT_EQ(inventory.apps(), std::set<std::string>{"other"});
  EXPECT_EQ(inventory.volumes_of("shop"), std::set<std::string>{"shop_data"});
  EXPECT_TRUE(inventory.runs().empty());
}

// Its removal was not written before the process died.
TEST_F(OnDisk, ForgetsWhatTwoListsInARowDoNotHave) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  inventory.remember_engine("E1");
  inventory.adopted(container("old", "c1"));
  inventory.remember_runs("c1", {1, 1});
  inventory.adopted(container("web", "c2"));
  inventory.adopted({Kind::kNetwork, "shop", "front", "shop_front", "n1"});
  inventory.adopted({Kind::kVolume, "shop", "data", "shop_data", "shop_data"});
  inventory.adopted({Kind::kContainer, "left", "web", "left-web", "c9"});
  inventory.intend(container("old"));
  const auto list = [&](const std::set<std::string>& ids) {
    const auto absent = inventory.absent(++lists, in(ids), in({"shop"}));
    inventory.forget(absent);
    return absent;
  };
  EXPECT_TRUE(list({"c2"}).empty());
  // Made since the list before: this list may have been asked for first.
  inventory.adopted(container("new", "c3"));
  EXPECT_EQ(list({"c2", "n1"}), std::set<InventoryEntry>{container("old", "c1")});
  EXPECT_TRUE(list({"c2", "c3"}).empty()) << "n1 was there in between";
  EXPECT_TRUE(inventory.knows(Kind::kNetwork, "n1"));
  EXPECT_FALSE(inventory.knows(Kind::kContainer, "c1"));
  EXPECT_TRUE(inventory.runs().empty());
  EXPECT_TRUE(inventory.intended(Kind::kContainer, "shop", "old")) << "its request is on its way";
  EXPECT_EQ(inventory.volumes_of("shop"), std::set<std::string>{"shop_data"});
  EXPECT_TRUE(inventory.knows(Kind::kContainer, "c9")) << "nothing_left() is for those that left";
  EXPECT_EQ(list({}).size(), 1u);
  EXPECT_EQ(list({}).size(), 2u);
}

TEST_F(OnDisk, GoesThroughAListOnceIfItHadAll) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  inventory.remember_engine("E1");
  inventory.adopted(container("web", "c1"));
  std::set<std::string> ids{"c1"};
  int asked = 0;
  const auto list = [&](std::uint64_t number) {
    asked = 0;
    const auto listed = [&](const std::string& id) {
      ++asked;
      return ids.contains(id);
    };
    return inventory.absent(number, listed, in({"shop"}));
  };
  EXPECT_TRUE(list(1).empty());
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(list(1).empty());
  EXPECT_EQ(asked, 0);
  inventory.adopted(container("new", "c2"));
  EXPECT_TRUE(list(1).empty()) << "the first that does not have it";
  EXPECT_EQ(list(1), std::set<InventoryEntry>{container("new", "c2")}) << "the second";
  ids = {"c2"};
  EXPECT_TRUE(list(2).empty());
  EXPECT_EQ(list(3), std::set<InventoryEntry>{container("web", "c1")});
}

// The disk of the engine was not there when it started: its containers come back.
TEST_F(OnDisk, KeepsWhatWasMadeOnAnotherEngine) {
  {
    auto inventory = open();
    ASSERT_TRUE(inventory.load("i"));
    inventory.remember_engine("E1");
    inventory.adopted(container("web", "c1"));
    EXPECT_TRUE(inventory.absent(++lists, in({}), in({"shop"})).empty());
    inventory.remember_engine("E2");
    inventory.adopted(container("web", "c2"));
    ASSERT_TRUE(write(inventory));
  }
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(inventory.absent(++lists, in({"c2"}), in({"shop"})).empty());
  EXPECT_TRUE(inventory.knows(Kind::kContainer, "c1"));
  inventory.remember_engine("E1");
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(inventory.absent(++lists, in({"c1"}), in({"shop"})).empty());
  EXPECT_TRUE(inventory.absent(++lists, in({}), in({"shop"})).empty());
  EXPECT_EQ(inventory.absent(++lists, in({}), in({"shop"})),
            std::set<InventoryEntry>{container("web", "c1")})
      << "it was listed here again";
}

TEST_F(OnDisk, RefusesACreationWithoutAnIntent) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  const auto created = inventory.created(Kind::kContainer, "web", "c1");
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().reason, Reason::kInternalInconsistency);
}

TEST_F(OnDisk, NeverOverwritesADamagedFile) {
  const auto path = folder / "inventory.json";
  for (const std::string bytes : {"", "{", "[]", R"({"format":1})", R"({"format":99})", "\xff"}) {
    std::ofstream(path, std::ios::trunc) << bytes;
    auto inventory = open();
    const auto loaded = inventory.load("fresh");
    ASSERT_FALSE(loaded) << bytes;
    EXPECT_NE(loaded.error().hint, "") << bytes;
    std::ifstream in(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), bytes);
  }
}

// What is appended is on disk before what follows it: only the last line may be half a one.
TEST_F(OnDisk, RefusesWhatWasDamagedAfterItWasWrittenAndTouchesNothing) {
  const auto path = folder / "inventory.json";
  {
    auto inventory = open();
    ASSERT_TRUE(inventory.load("i"));
    for (const char* name : {"a", "b", "c"}) {
      inventory.intend(container(name));
      ASSERT_TRUE(write(inventory));
    }
  }
  const auto whole = read(path);
  auto hurt = whole;
  hurt[hurt.find("\"name\":\"b\"") + 8] = 'B';
  std::ofstream(path, std::ios::trunc) << hurt;
  auto inventory = open();
  const auto loaded = inventory.load("fresh");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            "inventory.json is damaged: change 2 does not match its sum, and others follow it");
  EXPECT_THAT(loaded.error().hint, HasSubstr("backup"));
  EXPECT_EQ(read(path), hurt);
  Inventory reader(copy_of_file(path), clock);
  EXPECT_FALSE(reader.load("fresh"));
  std::ofstream(path, std::ios::trunc) << whole;
  auto again = open();
  ASSERT_TRUE(again.load("fresh"));
  EXPECT_EQ(again.entries().size(), 3u);
}

TEST_F(OnDisk, TakesOverTheFileOfAnEarlierVersion) {
  const auto path = folder / "inventory.json";
  std::ofstream(path) << R"({"format":1,"instance":"old","engine":"E1","entries":[)"
                         R"({"kind":"container","app":"shop","component":"web","name":"web",)"
                         R"("id":"c1"}],"generations":{"shop":{"generation":3,"digest":"d"}}})";
  {
    auto inventory = open();
    ASSERT_TRUE(inventory.load("fresh"));
    EXPECT_EQ(inventory.instance(), "old");
    EXPECT_TRUE(inventory.knows(Kind::kContainer, "c1"));
    inventory.intend(container("next"));
    ASSERT_TRUE(write(inventory));
    inventory.intend(container("last"));
    ASSERT_TRUE(write(inventory));
  }
  auto inventory = open();
  ASSERT_TRUE(inventory.load("fresh"));
  EXPECT_EQ(inventory.generation("shop", "d"), 3u);
  EXPECT_EQ(inventory.entries().size(), 3u);
}

// A backup that was put back, or an editor, while it ran: what memory has is written whole.
TEST_F(OnDisk, AppendsToNothingThatSomebodyElseHasChanged) {
  const auto path = folder / "inventory.json";
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  const std::vector<std::function<void()>> changes = {
      [] {},
      [&path] { fs::remove(path); },
      [&path] { fs::resize_file(path, fs::file_size(path) - 3); },
      [&path] { std::ofstream(path, std::ios::app) << "x"; },
      [&path] {
        fs::copy_file(path, path.string() + ".copy");
        fs::rename(path.string() + ".copy", path);
      },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    inventory.intend(container("web" + std::to_string(i)));
    ASSERT_TRUE(write(inventory));
    changes[i]();
  }
  inventory.intend(container("last"));
  ASSERT_TRUE(write(inventory));
  Inventory reader(copy_of_file(path), clock);
  ASSERT_TRUE(reader.load("fresh"));
  EXPECT_EQ(reader.entries(), inventory.entries());
  EXPECT_EQ(reader.torn(), 0u);
}

TEST_F(OnDisk, WritesInProportionToWhatChanged) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  constexpr std::size_t kEntries = 2000;
  for (std::size_t i = 0; i < kEntries; ++i)
    inventory.adopted(container("web" + std::to_string(i), "c" + std::to_string(i)));
  ASSERT_TRUE(write(inventory));
  const auto size = fs::file_size(folder / "inventory.json");
  inventory.changed("c7");
  inventory.remember_files({{"shop", "shop.yaml"}}, {});
  ASSERT_TRUE(write(inventory));
  EXPECT_LE(fs::file_size(folder / "inventory.json"), size + 200);
  inventory.remember_files({{"shop", "shop.yaml"}}, {});
  inventory.changed("c7");
  inventory.gone(Kind::kContainer, "none", "none");
  const auto written = fs::last_write_time(folder / "inventory.json");
  ASSERT_TRUE(write(inventory));
  EXPECT_EQ(fs::last_write_time(folder / "inventory.json"), written) << "nothing changed";
}

TEST_F(OnDisk, TakesOverALostInstanceUnlessItHasObjectsOfItsOwn) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("fresh"));
  ASSERT_TRUE(inventory.take_over("lost"));
  EXPECT_EQ(inventory.instance(), "lost");
  inventory.intend(container("shop-web-1"));
  EXPECT_TRUE(inventory.take_over("lost"));
  const auto refused = inventory.take_over("other");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kNotOwner);
  EXPECT_EQ(inventory.instance(), "lost");
}

TEST_F(OnDisk, SaysWhenTheDiskRefuses) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  fs::remove(folder / "inventory.json");
  fs::create_directories(folder / "inventory.json" / "in the way");
  inventory.intend(container("web"));
  const auto intended = write(inventory);
  ASSERT_FALSE(intended);
  EXPECT_NE(intended.error().message.find("inventory.json"), std::string::npos);
}

// Whatever has the place of its file may be held by another.
TEST_F(OnDisk, AHolderWhoseLockFileIsAnotherWritesNothing) {
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  EXPECT_TRUE(lock->held());
  fs::rename(folder / "lock", folder / "aside");
  fs::remove(folder / "inventory.json");
  inventory.intend(container("web"));
  auto written = write(inventory);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().reason, Reason::kNotOwner);
  EXPECT_THAT(written.error().message, HasSubstr("lock was removed"));
  auto other = lock_instance(folder);
  ASSERT_TRUE(other);
  written = write(inventory);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("lock was replaced"));
  EXPECT_TRUE((*other)->held());
  EXPECT_EQ(names(), (std::set<std::string>{"aside", "lock"}));
  fs::rename(folder / "aside", folder / "lock");
  EXPECT_TRUE(write(inventory)) << "it never was let go";
}

TEST_F(OnDisk, WhoHasNotTheLockChangesNothing) {
  auto holder = open();
  ASSERT_TRUE(holder.load("holder"));
  holder.intend(container("shop-web-1"));
  ASSERT_TRUE(write(holder));
  const auto before = read(folder / "inventory.json");
  Inventory reader(copy_of_file(folder / "inventory.json"), clock);
  ASSERT_TRUE(reader.load("fresh"));
  EXPECT_EQ(reader.instance(), "holder");
  EXPECT_EQ(reader.generation("shop", "d1"), 1u);
  reader.remember_engine("E2");
  reader.acknowledge_volumes("shop");
  reader.adopted(container("stolen", "c9"));
  ASSERT_TRUE(write(reader));
  EXPECT_EQ(read(folder / "inventory.json"), before);
  EXPECT_EQ(names(), (std::set<std::string>{"inventory.json", "lock"}));
}

TEST_F(OnDisk, AReaderOfAnEmptyFolderLeavesItEmpty) {
  Inventory reader(copy_of_file(folder / "inventory.json"), clock);
  ASSERT_TRUE(reader.load("fresh"));
  EXPECT_EQ(reader.instance(), "fresh");
  EXPECT_TRUE(names().empty());
}

TEST_F(OnDisk, TheNextHolderRemovesWhatACrashLeftHalfWritten) {
  std::ofstream(folder / "inventory.json.tmp.Ab12Cd") << "{";
  std::ofstream(folder / "mine.txt") << "kept";
  auto inventory = open();
  ASSERT_TRUE(inventory.load("i"));
  EXPECT_EQ(names(), (std::set<std::string>{"inventory.json", "lock", "mine.txt"}));
}

TEST_F(OnDisk, AFailedWriteLeavesNothingBehind) {
  auto inventory = open();
  fs::create_directories(folder / "inventory.json" / "x");
  const auto loaded = inventory.load("i");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().reason, Reason::kPermissionDenied);
  EXPECT_THAT(loaded.error().message,
              HasSubstr("inventory.json: not a regular file, but a folder"));
  inventory.remember_engine("E1");
  EXPECT_FALSE(write(inventory));
  EXPECT_EQ(names(), (std::set<std::string>{"inventory.json", "lock"}));
}

}  // namespace
}  // namespace fairlead::controller
