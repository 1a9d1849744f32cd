// Who is in force when files or Apps claim the same: whoever has it, whatever the order.

#include <gmock/gmock.h>

#include "base/digest.h"
#include "controller/desired/store.h"
#include "controller/request/specs.h"

namespace fairlead::controller {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Files = std::map<std::string, std::string>;

std::string plain_app(const std::string& name, const std::string& services) {
  return "name: " + name + "\nservices: {" + services + "}\n";
}

const std::string kDb = "db: {image: 'i:1'}";
const std::string kWeb = "web: {image: 'i:1'}";

// A store, and what the inventory says; restart() forgets all but that.
class Desired : public testing::Test {
 protected:
  void restart() {
    store = DesiredStore({}, [this] { return known; });
  }

  // One more complete scan, ten seconds after the last.
  void scan(const Files& files, bool whole = true) {
    watch::Snapshot snapshot;
    snapshot.complete = true;
    snapshot.whole = whole;
    snapshot.followed = std::make_shared<const watch::Followed>(followed);
    for (const auto& [name, bytes] : files)
      snapshot.files.put(name, {std::make_shared<const std::string>(bytes), sha256_hex(bytes), ""});
    now += seconds(10);
    changes = store.apply(std::make_shared<const watch::Snapshot>(std::move(snapshot)), now);
  }

  // As the controller does after each scan.
  void record() {
    known.files.clear();
    for (const auto& [key, entry] : store.entries()) {
      known.files[key] = entry.file;
      known.digests[key] = entry.digest;
    }
  }

  std::string file_of(const std::string& key) const {
    const auto* entry = store.find(key);
    return entry == nullptr ? "" : entry->file;
  }

  std::vector<std::string> errors_of(const std::string& file) const {
    std::vector<std::string> out;
    for (const auto& each : store.files().at(file).diagnostics)
      out.push_back(model::to_string(each));
    return out;
  }

  Incumbents known;
  watch::Followed followed = {".env"};
  DesiredStore store{{}, [this] { return known; }};
  DesiredStore::Changes changes;
  SteadyTime now{seconds(1000)};
};

TEST_F(Desired, OnlyWholeScansCountAnAbsence) {
  const std::string with = plain_app("a", kDb + ", " + kWeb);
  const std::string without = plain_app("a", kDb);
  scan({{"a.yaml", with}});
  scan({{"a.yaml", without}}, false);
  const auto recent = [this] { return store.find("a")->parts.recent({}, now); };
  for (int named = 0; named < 5; ++named)
    scan({{"a.yaml", without}}, false);
  EXPECT_THAT(recent(), ElementsAre("container/web/1")) << "nobody has read the whole directory";
  for (int whole = 0; whole < 4; ++whole)
    scan({{"a.yaml", without}});
  EXPECT_THAT(recent(), IsEmpty());
}

TEST_F(Desired, ABrokenFileOfANamedScanLetsAbsencesStartOver) {
  scan({{"a.yaml", plain_app("a", kDb + ", " + kWeb)}, {"b.yaml", plain_app("b", kDb)}});
  const Files without = {{"a.yaml", plain_app("a", kDb)}, {"b.yaml", plain_app("b", kDb)}};
  for (int whole = 0; whole < 3; ++whole)
    scan(without);
  scan({{"a.yaml", "services: {a: [}"}, {"b.yaml", plain_app("b", kDb)}}, false);
  scan(without, false);
  scan(without);
  EXPECT_THAT(store.find("a")->parts.recent({}, now), ElementsAre("container/web/1"));
}

TEST_F(Desired, ANameIsNotVacantForNamedScans) {
  scan({{"a.yaml", plain_app("x", kDb)}, {"b.yaml", plain_app("b", kDb)}});
  const Files moved = {{"a.yaml", plain_app("other", kDb)}, {"b.yaml", plain_app("x", kWeb)}};
  for (int named = 0; named < 6; ++named)
    scan(moved, false);
  EXPECT_EQ(file_of("x"), "a.yaml") << "it stays as it was";
  for (int whole = 0; whole < 4; ++whole)
    scan(moved);
  EXPECT_EQ(file_of("x"), "b.yaml");
}

// A thousand Apps must not be copied because one more came.
TEST_F(Desired, AnAppIsThereOnceWhateverHappensToOthers) {
  scan({{"a.yaml", plain_app("a", kDb)}});
  const auto* const app = store.find("a")->app();
  ASSERT_NE(app, nullptr);
  scan({{"a.yaml", plain_app("a", kDb)}, {"b.yaml", plain_app("b", kWeb)}});
  EXPECT_EQ(store.find("a")->app(), app);
  // What a pass has taken stays as it was, though the entry is another.
  const auto taken = std::get<std::shared_ptr<const model::App>>(store.find("a")->value);
  scan({{"a.yaml", plain_app("a", kWeb)}});
  EXPECT_NE(store.find("a")->app(), app);
  EXPECT_EQ(taken->services.at(0).name, "db");
}

TEST_F(Desired, TheFileThatAnAppCameFromKeepsItsName) {
  for (const char* const each : {"a.yaml", "z.yaml"}) {
    const std::string newcomer = each;
    known = {};
    restart();
    scan({{"m.yaml", plain_app("victim", kDb)}});
    record();
    const Files both = {{"m.yaml", plain_app("victim", kDb)},
                        {newcomer, plain_app("victim", kWeb)}};
    for (const bool restarted : {false, true}) {
      if (restarted) restart();
      scan(both);
      EXPECT_EQ(file_of("victim"), "m.yaml") << newcomer;
      EXPECT_EQ(changes.keys.contains("victim"), restarted);
      EXPECT_THAT(errors_of("m.yaml"), IsEmpty());
      EXPECT_THAT(errors_of(newcomer),
                  ElementsAre(testing::AllOf(HasSubstr(newcomer + ":1:1: error:"),
                                             HasSubstr("already defined at m.yaml:1:1"))));
    }
  }
}

TEST_F(Desired, NeitherIsInForceWhereNobodyKnowsWhoseTheNameIs) {
  scan({{"a.yaml", plain_app("victim", kDb)}, {"b.yaml", plain_app("victim", kWeb)}});
  EXPECT_EQ(store.find("victim"), nullptr);
  EXPECT_TRUE(store.mentioned().contains("victim")) << "it is not gone";
  EXPECT_THAT(errors_of("a.yaml"), ElementsAre(HasSubstr("also defined at b.yaml:1:1")));
  EXPECT_THAT(errors_of("b.yaml"), ElementsAre(HasSubstr("also defined at a.yaml:1:1")));
  scan({{"b.yaml", plain_app("victim", kWeb)}});
  EXPECT_EQ(file_of("victim"), "b.yaml");
}

TEST_F(Desired, ANewcomerTakesOverAfterTheGraceOfARemoval) {
  for (const bool restarted : {false, true}) {
    known = {};
    restart();
    scan({{"a.yaml", plain_app("victim", kDb)}});
    record();
    const Files newcomer = {{"b.yaml", plain_app("victim", kWeb)}};
    if (restarted) restart();
    for (int i = 0; i < 3; ++i) {
      scan(newcomer);
      EXPECT_EQ(file_of("victim"), restarted ? "" : "a.yaml") << i;
      EXPECT_TRUE(store.mentioned().contains("victim"));
      EXPECT_THAT(errors_of("b.yaml"), ElementsAre(HasSubstr("has been defined in a.yaml")));
    }
    scan(newcomer);
    EXPECT_EQ(file_of("victim"), "b.yaml");
    EXPECT_TRUE(changes.keys.contains("victim"));
    EXPECT_THAT(errors_of("b.yaml"), IsEmpty());
  }
}

TEST_F(Desired, TheGraceStartsOverWhenTheFileIsBackOrCantBeJudged) {
  const Files newcomer = {{"b.yaml", plain_app("victim", kWeb)}};
  for (const std::string& back : {plain_app("victim", kDb), std::string("services: {")}) {
    scan({{"a.yaml", plain_app("victim", kDb)}});
    record();
    scan(newcomer);
    scan(newcomer);
    Files both = newcomer;
    both["a.yaml"] = back;
    for (int i = 0; i < 9; ++i)
      scan(both);
    EXPECT_EQ(file_of("victim"), "a.yaml");
    scan(newcomer);
    scan(newcomer);
    EXPECT_EQ(file_of("victim"), "a.yaml");
  }
}

TEST_F(Desired, AFileMayBeRenamed) {
  for (const bool restarted : {false, true}) {
    known = {};
    restart();
    scan({{"a.yaml", plain_app("victim", kDb)}});
    record();
    if (restarted) restart();
    scan({{"b.yaml", plain_app("victim", kDb)}});
    EXPECT_EQ(file_of("victim"), "b.yaml");
  }
}

// App `a-b` with service `c`, App `a` with service `b-c`: both are container a-b-c-1.
TEST_F(Desired, ADockerNameStaysWithTheAppThatHasIt) {
  const std::string first = plain_app("a-b", "c: {image: 'i:1', network_mode: none}");
  const std::string second = plain_app("a", "b-c: {image: 'i:1', network_mode: none}");
  for (const bool swapped : {false, true}) {
    const std::string owner = swapped ? "a" : "a-b";
    const std::string other = swapped ? "a-b" : "a";
    known = {};
    restart();
    scan({{"m.yaml", swapped ? second : first}});
    record();
    for (const std::string file : {"b.yaml", "z.yaml"}) {
      const Files both = {{"m.yaml", swapped ? second : first}, {file, swapped ? first : second}};
      for (const bool restarted : {false, true}) {
        if (restarted) restart();
        scan(both);
        EXPECT_EQ(file_of(owner), "m.yaml");
        EXPECT_EQ(file_of(other), "");
        EXPECT_THAT(errors_of(file),
                    ElementsAre(testing::AllOf(HasSubstr(file + ":2:"), HasSubstr("`a-b-c-1`"),
                                               HasSubstr("App " + owner + " (m.yaml:2:"))));
      }
    }
  }
}

// Both have changed while nobody watched: the name's own history decides.
TEST_F(Desired, TheInventoryKnowsWhoseADockerNameIs) {
  known.files = {{"a", "a.yaml"}, {"b", "b.yaml"}};
  known.names = {{"container xx", "b"}};
  scan({{"a.yaml", plain_app("a", "s: {image: 'i:2', container_name: xx}")},
        {"b.yaml", plain_app("b", "s: {image: 'i:2', container_name: xx}")}});
  EXPECT_EQ(file_of("b"), "b.yaml");
  EXPECT_EQ(file_of("a"), "");
  EXPECT_THAT(errors_of("a.yaml"), ElementsAre(HasSubstr("App b (b.yaml:2:")));
}

TEST_F(Desired, TemporaryNamesBelongToTheContainer) {
  const std::string owner = plain_app("victim", kDb);
  for (const std::string name :
       {"victim-db-1.next", "victim-db-1.prev", "victim-db-1.pre-0", "victim-db-1.pre-1.failed"}) {
    restart();
    scan({{"z.yaml", owner}});
    scan({{"a.yaml", plain_app("evil", "s: {image: i, container_name: " + name + "}")},
          {"z.yaml", owner}});
    EXPECT_EQ(file_of("evil"), "") << name;
    EXPECT_EQ(file_of("victim"), "z.yaml");
    EXPECT_THAT(errors_of("a.yaml"), ElementsAre(HasSubstr("App victim (z.yaml:2:")));
  }
  restart();
  scan({{"a.yaml", plain_app("fine", "s: {image: i, container_name: victim-db-1.example.org}")},
        {"z.yaml", owner}});
  EXPECT_EQ(file_of("fine"), "a.yaml");
}

TEST_F(Desired, AnAppInForceThatBeginsToClashStaysAsItWas) {
  const std::string other = plain_app("b", "s: {image: i, container_name: xx, ports: ['80:80']}");
  scan({{"a.yaml", plain_app("a", kDb)}, {"b.yaml", other}});
  const std::string digest = store.find("a")->digest;
  for (const std::string keys : {"container_name: xx", "ports: ['80:81']"}) {
    scan({{"a.yaml", plain_app("a", "s: {image: i, " + keys + "}")}, {"b.yaml", other}});
    EXPECT_EQ(store.find("a")->digest, digest);
    EXPECT_FALSE(changes.keys.contains("a"));
    EXPECT_EQ(file_of("b"), "b.yaml");
    EXPECT_THAT(errors_of("a.yaml"), ElementsAre(HasSubstr("(b.yaml:2:"))) << keys;
    EXPECT_THAT(errors_of("b.yaml"), IsEmpty());
  }
}

// A store whose manifests are decoded when the test says so.
class DesiredElsewhere : public Desired {
 protected:
  void SetUp() override {
    store = DesiredStore(
        {}, [this] { return known; }, {},
        [this](std::function<model::Manifest()> work,
               std::function<void(Result<model::Manifest>)> done,
               bool helpers) { begun.push_back({std::move(work), std::move(done), helpers}); });
  }
  void finish(std::size_t which) {
    auto job = std::move(begun.at(which));
    begun.erase(begun.begin() + static_cast<std::ptrdiff_t>(which));
    job.done(job.work());
  }

  std::string image_of(const std::string& key) const {
    const auto* entry = store.find(key);
    return entry == nullptr ? "" : entry->app()->services.at(0).image;
  }

  struct Job {
    std::function<model::Manifest()> work;
    std::function<void(Result<model::Manifest>)> done;
    bool helpers = false;
  };
  std::vector<Job> begun;
};

TEST_F(DesiredElsewhere, AFileStaysAsItWasUntilItIsDecoded) {
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")},
        {"b.yaml", plain_app("b", "s: {image: 'x:1'}")}});
  ASSERT_EQ(begun.size(), 2u);
  EXPECT_TRUE(changes.keys.empty());
  EXPECT_TRUE(store.decoding());
  EXPECT_EQ(store.broken_file(), "a.yaml") << "it may hold any App";
  finish(1);
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")},
        {"b.yaml", plain_app("b", "s: {image: 'x:1'}")}});
  EXPECT_EQ(changes.keys, std::set<std::string>{"b"});
  EXPECT_EQ(begun.size(), 1u) << "one at a time for each file";
  finish(0);
  EXPECT_FALSE(store.decoding());
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")},
        {"b.yaml", plain_app("b", "s: {image: 'x:1'}")}});
  EXPECT_EQ(changes.keys, std::set<std::string>{"a"});
  EXPECT_EQ(store.broken_file(), "");
}

TEST_F(DesiredElsewhere, WhatChangesMeanwhileIsDecodedAfterIt) {
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")}});
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  ASSERT_EQ(begun.size(), 1u);
  finish(0);
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  EXPECT_EQ(image_of("a"), "x:1");
  ASSERT_EQ(begun.size(), 1u);
  finish(0);
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  EXPECT_EQ(image_of("a"), "x:2");
  EXPECT_TRUE(begun.empty());
}

TEST_F(DesiredElsewhere, AFileThatIsBeingDecodedIsNeitherValidNorBroken) {
  const Files files = {{"a.yaml", plain_app("a", "s: {image: 'x:1'}")},
                       {"b.yaml", plain_app("b", "s: {image: 'x:1'}")}};
  scan(files);
  finish(1);
  scan(files);
  EXPECT_TRUE(store.undecided());
  EXPECT_TRUE(store.files().at("a.yaml").unread());
  EXPECT_FALSE(store.files().at("a.yaml").valid);
  EXPECT_FALSE(store.files().at("b.yaml").decoding);
  EXPECT_TRUE(store.files().at("b.yaml").valid);
  EXPECT_THAT(changes.files, ElementsAre("b.yaml"));
  finish(0);
  scan(files);
  EXPECT_FALSE(store.undecided());
  EXPECT_TRUE(store.files().at("a.yaml").valid);
  EXPECT_FALSE(store.files().at("a.yaml").decoding);
  EXPECT_THAT(changes.files, ElementsAre("a.yaml"));
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  EXPECT_TRUE(store.files().at("a.yaml").decoding);
  EXPECT_TRUE(store.files().at("a.yaml").valid) << "what is in force is";
  EXPECT_THAT(changes.files, IsEmpty());
}

// Else the first file of an empty directory would be known a scan later than all others.
TEST_F(DesiredElsewhere, TheVariablesBesideAreFollowedWhateverThereIs) {
  EXPECT_THAT(*store.references(), ElementsAre(".env"));
  followed = *store.references();
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")}});
  finish(0);
  EXPECT_FALSE(store.pending());
  scan({});
  EXPECT_THAT(*store.references(), ElementsAre(".env"));
}

// What the new name refers to is known only once it is decoded.
TEST_F(DesiredElsewhere, WhatARenamedFileRefersToStaysFollowedWhileItIsDecoded) {
  const std::string text = plain_app("a", "s: {image: 'x:1', env_file: ./sub/x}");
  followed = {".env", "sub/x"};
  scan({{"a.yaml", text}});
  finish(0);
  scan({{"moved.yaml", text}});
  ASSERT_EQ(begun.size(), 1u);
  followed = *store.references();
  EXPECT_TRUE(followed.contains("sub/x"));
  finish(0);
  scan({{"moved.yaml", text}});
  EXPECT_TRUE(begun.empty()) << "decoded twice";
  EXPECT_FALSE(store.undecided());
}

TEST_F(DesiredElsewhere, WhatWentAndCameAgainTakesNothingFromBefore) {
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")}});
  scan({});
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  ASSERT_EQ(begun.size(), 2u);
  finish(1);
  finish(0);
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  EXPECT_EQ(image_of("a"), "x:2");
  EXPECT_TRUE(begun.empty());
  EXPECT_FALSE(store.decoding());
}

TEST_F(DesiredElsewhere, WhatCouldNotBeDecodedIsSaidAndTriedAgain) {
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")}});
  finish(0);
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  begun.at(0).done(failure(ErrorClass::kTransient, Reason::kSourceUnavailable, "no memory"));
  begun.clear();
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  EXPECT_THAT(errors_of("a.yaml"), ElementsAre(HasSubstr("no memory")));
  EXPECT_EQ(image_of("a"), "x:1");
  ASSERT_EQ(begun.size(), 1u);
  finish(0);
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:2'}")}});
  EXPECT_EQ(image_of("a"), "x:2");
  EXPECT_TRUE(errors_of("a.yaml").empty());
}

// A store with one manifest that needs `age`, which fails while `broken`.
class DesiredSealed : public Desired {
 protected:
  DesiredSealed() {
    model::DecodeOptions options;
    options.digest_key = "k";
    options.decrypt = [this](const std::string&) -> std::expected<std::string, std::string> {
      ++asked;
      if (broken) return std::unexpected(std::string("no agent"));
      return "plain";
    };
    store = DesiredStore(options, [this] { return known; });
  }
  void scan_after(Duration pause) {
    const std::string sealed =
        "services: {a: {image: 'x:1', secrets: [s]}}\nsecrets: {s: {file: ./s.age}}\n";
    watch::Snapshot snapshot;
    snapshot.complete = true;
    snapshot.followed = std::make_shared<const watch::Followed>(watch::Followed{".env", "s.age"});
    snapshot.files.put("a.yaml",
                       {std::make_shared<const std::string>(sealed), sha256_hex(sealed), ""});
    snapshot.references.put("s.age", {std::make_shared<const std::string>("?"), "d", ""});
    now += pause;
    changes = store.apply(std::make_shared<const watch::Snapshot>(std::move(snapshot)), now);
  }
  bool broken = true;
  int asked = 0;
};

TEST_F(DesiredSealed, WhatAHelperFailedAtIsTriedAgainAfterAPause) {
  scan_after(seconds(1));
  EXPECT_THAT(errors_of("a.yaml"), ElementsAre(HasSubstr("no agent")));
  EXPECT_EQ(asked, 1);
  scan_after(seconds(10));
  EXPECT_EQ(asked, 1) << "not at each scan";
  scan_after(seconds(25));
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(changes.files.empty()) << "said once";
  broken = false;
  scan_after(seconds(31));
  EXPECT_THAT(errors_of("a.yaml"), IsEmpty());
  EXPECT_NE(store.find("a"), nullptr);
  scan_after(seconds(100));
  EXPECT_EQ(asked, 3);
}

TEST_F(DesiredSealed, OnRequestAtOnce) {
  scan_after(seconds(1));
  broken = false;
  store.retry();
  scan_after(seconds(1));
  EXPECT_NE(store.find("a"), nullptr);
}

TEST_F(DesiredElsewhere, WhatMayAskAHelperIsTold) {
  model::DecodeOptions options;
  options.decrypt = [](const std::string&) { return std::expected<std::string, std::string>("x"); };
  store = DesiredStore(options, {}, {},
                       [this](std::function<model::Manifest()> work,
                              std::function<void(Result<model::Manifest>)> done, bool helpers) {
                         begun.push_back({std::move(work), std::move(done), helpers});
                       });
  scan({{"a.yaml", plain_app("a", "s: {image: 'x:1'}")},
        {"b.yaml", plain_app("b", "s: {image: 'x:1', env_file: ./s.age}")}});
  ASSERT_EQ(begun.size(), 2u);
  EXPECT_FALSE(begun[0].helpers);
  EXPECT_TRUE(begun[1].helpers);
}

}  // namespace
}  // namespace fairlead::controller
