// Services on networks, as their users see them: who reaches whom, and what a change does.
#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Networks : public Scenario {};

TEST_F(Networks, LetTwoServicesReachEachOtherByServiceName) {
  fairlead_->put("pair.yaml", app("pair", service("left", "[net]") + service("right", "[net]"),
                                  "    net: {}\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"pair-left-1", "pair-right-1"}); }));
  EXPECT_TRUE(eventually([] { return reaches("pair-left-1", "right"); }));
  EXPECT_TRUE(eventually([] { return reaches("pair-right-1", "left"); }));
}

TEST_F(Networks, KeepTiersApart) {
  fairlead_->put("tiers.yaml",
                 app("tiers",
                     service("web", "[frontend]") + service("api", "[frontend, backend]") +
                         service("db", "[backend]"),
                     "    frontend: {}\n    backend: {}\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"tiers-web-1", "tiers-api-1", "tiers-db-1"}); }));
  EXPECT_TRUE(eventually([] { return reaches("tiers-web-1", "api"); }));
  EXPECT_TRUE(eventually([] { return reaches("tiers-api-1", "db"); }));
  const auto db = address("tiers-db-1", "tiers_backend");
  ASSERT_NE(db, "");
  EXPECT_TRUE(reaches("tiers-api-1", db));
  EXPECT_FALSE(reaches("tiers-web-1", "db"));
  EXPECT_FALSE(reaches("tiers-web-1", db));
}

TEST_F(Networks, AreMadeWithoutBeingDeclared) {
  fairlead_->put("plain.yaml", "services:\n" + service("one", "") + service("two", ""));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"plain-one-1", "plain-two-1"}); }));
  EXPECT_TRUE(attached("plain-one-1", "plain_default"));
  EXPECT_TRUE(eventually([] { return reaches("plain-one-1", "two"); }));
}

TEST_F(Networks, GoWhenTheLastContainerHasLeft) {
  const std::string both = "    kept: {}\n    old: {}\n";
  fairlead_->put("leave.yaml", app("leave", service("a", "[kept, old]"), both));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return attached("leave-a-1", "leave_old"); }));
  const auto process = pid("leave-a-1");

  fairlead_->put("leave.yaml", app("leave", service("a", "[kept]"), "    kept: {}\n"));
  EXPECT_TRUE(eventually([] { return !attached("leave-a-1", "leave_old"); }));
  EXPECT_TRUE(eventually([] { return network_id("leave_old").empty(); }, seconds(90)));
  EXPECT_TRUE(attached("leave-a-1", "leave_kept"));
  EXPECT_EQ(pid("leave-a-1"), process) << "leaving a network must not restart the process";
}

TEST_F(Networks, StayWhileAForeignContainerUsesThem) {
  const std::string both = "    kept: {}\n    old: {}\n";
  fairlead_->put("guest.yaml", app("guest", service("a", "[kept, old]"), both));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return attached("guest-a-1", "guest_old"); }));
  ASSERT_TRUE(engine()
                  .docker({"run", "-d", "--name", "visitor", "--network", "guest_old",
                           "fairlead/sample:1", "/sample", "sleep"})
                  .ok());

  fairlead_->put("guest.yaml", app("guest", service("a", "[kept]"), "    kept: {}\n"));
  ASSERT_TRUE(eventually([] { return !attached("guest-a-1", "guest_old"); }));
  EXPECT_TRUE(eventually(
      [&] { return fairlead_->describe("guest").find("InUse") != std::string::npos; }, seconds(90)))
      << fairlead_->describe("guest");
  EXPECT_TRUE(attached("visitor", "guest_old"));

  engine().docker({"rm", "-f", "visitor"});
  EXPECT_TRUE(eventually([] { return network_id("guest_old").empty(); }, seconds(90)));
}

std::string with_subnet(const std::string& subnet) {
  return "    net:\n      ipam: {config: [{subnet: " + subnet + "}]}\n";
}

TEST_F(Networks, AreNotRecreatedUnasked) {
  const auto services = service("a", "[net]") + service("b", "[net]");
  fairlead_->put("subnet.yaml", app("subnet", services, with_subnet("10.231.7.0/24")));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"subnet-a-1", "subnet-b-1"}); }));
  const auto before = footprint("subnet");

  fairlead_->put("subnet.yaml", app("subnet", services, with_subnet("10.231.8.0/24")));
  EXPECT_TRUE(eventually([&] {
    return fairlead_->describe("subnet").find("ResourceRecreationAttempt") != std::string::npos;
  })) << fairlead_->describe("subnet");
  EXPECT_TRUE(stays([&] { return footprint("subnet") == before; }, kSeveralPasses))
      << "before:\n"
      << before << "after:\n"
      << footprint("subnet");
}

TEST_F(Networks, OfTheirOwnKindOutliveTheAppsOnThem) {
  fairlead_->put(
      "shared.yaml",
      "apiVersion: fairlead.dev/v1\nkind: Network\nmetadata: {name: commons}\nspec: {}\n");
  const std::string external = "    commons: {external: true, name: commons}\n";
  fairlead_->put("one.yaml", app("one", service("a", "[commons]"), external));
  fairlead_->put("two.yaml", app("two", service("b", "[commons]"), external));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"one-a-1", "two-b-1"}); }));
  EXPECT_TRUE(eventually([] { return reaches("one-a-1", "b"); }));
  const auto network = network_id("commons");

  fairlead_->remove("two.yaml");
  EXPECT_TRUE(eventually([] { return containers_of("two").empty(); }, seconds(90)));
  EXPECT_EQ(network_id("commons"), network);
  EXPECT_TRUE(runs("one-a-1"));
}

}  // namespace fairlead::engine_test
