#include <gmock/gmock.h>

#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const ConnectEndpoint& connect_at(const Plan& plan, std::size_t index) {
  return std::get<ConnectEndpoint>(plan.operations.at(index).action);
}

TEST(PlanEndpoints, NothingToDoWhenAllIsWell) {
  EXPECT_TRUE(plan(small_app(), settled(small_app())).in_sync());
  EXPECT_TRUE(plan(small_app(), settled(small_app())).drift.empty());
}

TEST(PlanEndpoints, AttachesAMissingNetworkToTheRunningContainer) {
  auto desired = app({service("web", {"a", "b"})}, {network("a"), network("b")});
  Observed observed = settled(desired);
  container_of(observed, "web").endpoints.pop_back();
  const Plan result = plan(desired, observed);
  ASSERT_THAT(lines(result), ElementsAre("connect shop-web-1"));
  EXPECT_EQ(connect_at(result, 0).endpoint.network_name, "shop_b");
  EXPECT_THAT(connect_at(result, 0).endpoint.aliases, ElementsAre("web"));
  EXPECT_EQ(result.drift[0].field, "networks.b");
}

TEST(PlanEndpoints, DetachesAnUndeclaredNetwork) {
  Observed observed = settled(small_app());
  put(observed, foreign_network("debug"));
  const std::string id = network_of(observed, "debug").id;
  docker::Endpoint extra;
  extra.network_id = id;
  extra.network_name = "debug";
  extra.endpoint_id = "e2";
  container_of(observed, "web").endpoints.push_back(extra);
  const Plan result = plan(small_app(), observed);
  ASSERT_THAT(lines(result), ElementsAre("disconnect shop-web-1"));
  EXPECT_EQ(std::get<DisconnectEndpoint>(result.operations[0].action).network.id, id);
}

TEST(PlanEndpoints, RestoresLostAliasesWithoutARestart) {  // F011
  auto desired = small_app();
  desired.services[0].endpoints[0].aliases = {"www"};
  Observed observed = settled(desired);
  auto& web = container_of(observed, "web");
  web.endpoints[0].aliases = {web.id.substr(0, 12)};
  const Plan result = plan(desired, observed);
  ASSERT_THAT(lines(result), ElementsAre("disconnect shop-web-1", "connect shop-web-1"));
  EXPECT_THAT(connect_at(result, 1).endpoint.aliases, ElementsAre("web", "www"));
  EXPECT_EQ(result.drift[0].field, "networks.default.aliases");
}

TEST(PlanEndpoints, DropsAnAliasThatLeftTheManifest) {
  auto desired = small_app();
  desired.services[0].endpoints[0].aliases = {"www"};
  const Observed observed = settled(desired);
  EXPECT_THAT(lines(plan(small_app(), observed)),
              ElementsAre("disconnect shop-web-1", "connect shop-web-1"));
}

TEST(PlanEndpoints, AcceptsTheAliasesThatTheEngineAdds) {
  Observed observed = settled(small_app());
  auto& web = container_of(observed, "web");
  web.endpoints[0].aliases.push_back(web.name);
  web.endpoints[0].aliases.push_back(web.hostname);
  EXPECT_TRUE(plan(small_app(), observed).in_sync());
}

TEST(PlanEndpoints, MovesAStaticAddress) {
  auto desired = app({service("web")}, {network("default", "172.30.0.0/24")});
  desired.services[0].endpoints[0].ipv4_address = "172.30.0.5";
  const Observed observed = settled(desired);
  desired.services[0].endpoints[0].ipv4_address = "172.30.0.6";
  const Plan result = plan(desired, observed);
  ASSERT_THAT(lines(result), ElementsAre("disconnect shop-web-1", "connect shop-web-1"));
  EXPECT_EQ(connect_at(result, 1).endpoint.ipv4_address, "172.30.0.6");
  EXPECT_THAT(result.operations[1].after, ElementsAre(0));
}

TEST(PlanEndpoints, RepairsAStaleNetworkIdBeforeStarting) {  // F009
  Observed observed = settled(small_app());
  auto& web = container_of(observed, "web");
  web.endpoints[0].network_id = long_id("dead");
  web.state = "exited";
  web.exit_code = 1;
  const Plan result = plan(small_app(), observed);
  ASSERT_THAT(lines(result),
              ElementsAre("disconnect shop-web-1", "connect shop-web-1", "start shop-web-1"));
  EXPECT_TRUE(std::get<DisconnectEndpoint>(result.operations[0].action).force);
  EXPECT_EQ(connect_at(result, 1).endpoint.network_id, network_of(observed, "shop_default").id);
  EXPECT_THAT(result.operations[2].after, ElementsAre(0, 1));
}

TEST(PlanEndpoints, ReattachesOnceAPrunedNetworkIsBack) {  // F009
  Observed observed = settled(small_app());
  observed.networks.clear();
  const Plan result = plan(small_app(), observed);
  ASSERT_THAT(lines(result), ElementsAre("create network shop_default", "disconnect shop-web-1",
                                         "connect shop-web-1"));
  EXPECT_THAT(result.operations[1].after, ElementsAre(0));
}

// A connect that failed left an endpoint without an ID of its own behind: Ready would be untrue.
TEST(PlanEndpoints, CountsAPhantomOfARunningContainerAsMissing) {
  Observed observed = settled(small_app());
  auto& web = container_of(observed, "web");
  web.endpoints[0].endpoint_id.clear();
  const Plan result = plan(small_app(), observed);
  ASSERT_THAT(lines(result), ElementsAre("connect shop-web-1"));
  EXPECT_EQ(connect_at(result, 0).endpoint.network_id, network_of(observed, "shop_default").id);
  EXPECT_EQ(result.drift[0].type, Drift::Type::kMissing);
  EXPECT_FALSE(result.in_sync());
}

// Nothing would come of a disconnect, in every pass anew.
TEST(PlanEndpoints, LeavesAnUndeclaredPhantomAlone) {
  Observed observed = settled(small_app());
  docker::Endpoint phantom;
  phantom.network_name = "debug";
  container_of(observed, "web").endpoints.push_back(phantom);
  EXPECT_TRUE(plan(small_app(), observed).in_sync());
}

TEST(PlanEndpoints, KnowsAContainerThatNeverRanByTheNetworksName) {
  Observed observed = settled(small_app());
  auto& web = container_of(observed, "web");
  web.state = "created";
  web.endpoints[0].network_id.clear();
  EXPECT_THAT(lines(plan(small_app(), observed)), ElementsAre("start shop-web-1"));
}

TEST(PlanEndpoints, PutsTheOldEndpointBackWhereTheNewOneIsRefused) {
  auto desired = app({service("web")}, {network("default", "172.30.0.0/24")});
  desired.services[0].endpoints[0].ipv4_address = "172.30.0.5";
  Observed observed = settled(desired);
  desired.services[0].endpoints[0].ipv4_address = "172.30.0.6";
  const Plan result = plan(desired, observed);
  const auto& leave = std::get<DisconnectEndpoint>(result.operations.at(0).action);
  ASSERT_TRUE(leave.next);
  EXPECT_EQ(leave.next->ipv4_address, "172.30.0.6") << "looked at before the disconnect";
  ASSERT_EQ(result.operations.at(1).rollback.size(), 1u);
  const auto& back = std::get<ConnectEndpoint>(result.operations[1].rollback[0]).endpoint;
  EXPECT_EQ(back.ipv4_address, "172.30.0.5");
  EXPECT_EQ(back.network_id, network_of(observed, "shop_default").id);
  EXPECT_THAT(back.aliases, ElementsAre("web"));
}

TEST(PlanEndpoints, LeavesTheOldNetworkOnlyOnceTheNewOneIsJoined) {
  auto before = app({service("web", {"a"})}, {network("a"), network("b")});
  auto after = app({service("web", {"b"})}, {network("a"), network("b")});
  const Plan result = plan(after, settled(before));
  ASSERT_THAT(lines(result), ElementsAre("connect shop-web-1", "disconnect shop-web-1"));
  EXPECT_THAT(result.operations[1].after, ElementsAre(0));
}

TEST(PlanEndpoints, SwapsTwoAddressesByLettingGoOfBothFirst) {
  auto desired = app({service("a"), service("b")}, {network("default", "172.30.0.0/24")});
  desired.services[0].endpoints[0].ipv4_address = "172.30.0.5";
  desired.services[1].endpoints[0].ipv4_address = "172.30.0.6";
  Observed observed = settled(desired);
  container_of(observed, "a").endpoints[0].ip_address = "172.30.0.5";
  container_of(observed, "b").endpoints[0].ip_address = "172.30.0.6";
  std::swap(desired.services[0].endpoints, desired.services[1].endpoints);
  const Plan result = plan(desired, observed);
  ASSERT_THAT(lines(result), ElementsAre("disconnect shop-a-1", "connect shop-a-1",
                                         "disconnect shop-b-1", "connect shop-b-1"));
  EXPECT_THAT(result.operations[1].after, UnorderedElementsAre(0, 2));
  EXPECT_THAT(result.operations[3].after, UnorderedElementsAre(0, 2));
}

// What Fairlead made with the network's ID as its mode is as good as by name, while that lives.
TEST(PlanEndpoints, AnIdAsModeIsEqualAsLongAsItIsTheNetworks) {
  Observed observed = settled(small_app());
  observed.engine.api_version = "1.51";
  container_of(observed, "web").network_mode = network_of(observed, "shop_default").id;
  EXPECT_TRUE(plan(small_app(), observed).in_sync());
}

TEST(PlanEndpoints, ReplacesWhatADeadModeKeepsFromBeingConnectedOrStarted) {
  const auto dead = [](const std::string& api) {
    Observed observed = settled(small_app());
    observed.engine.api_version = api;
    container_of(observed, "web").network_mode = long_id("dead");
    return observed;
  };
  EXPECT_TRUE(plan(small_app(), dead("1.51")).in_sync()) << "it needs neither";
  Observed cut = dead("1.51");
  container_of(cut, "web").endpoints.clear();
  const Plan replaced = plan(small_app(), cut);
  EXPECT_THAT(lines(replaced), Contains("create shop-web-1.next"));
  EXPECT_EQ(replaced.drift.at(0).field, "network_mode");
  Observed stopped = dead("1.51");
  container_of(stopped, "web").state = "exited";
  container_of(stopped, "web").exit_code = 1;
  EXPECT_THAT(lines(plan(small_app(), stopped)), Contains("create shop-web-1.next"));
  // 20.10 does not look the mode up.
  Observed old = dead("1.41");
  container_of(old, "web").endpoints.clear();
  EXPECT_THAT(lines(plan(small_app(), old)), ElementsAre("connect shop-web-1"));
}

TEST(PlanEndpoints, LeavesHostModeAlone) {
  auto desired = app({service("web", {})}, {});
  desired.services[0].network_mode = "host";
  Observed observed = settled(desired);
  docker::Endpoint host;
  host.network_name = "host";
  container_of(observed, "web").endpoints.push_back(host);
  EXPECT_TRUE(plan(desired, observed).in_sync());
}

TEST(PlanEndpoints, StopsCorrectingAContendedField) {
  Observed observed = settled(small_app());
  container_of(observed, "web").endpoints.clear();
  Memory memory;
  memory.contended = {"container/shop-web-1/networks.default"};
  const Plan result = plan(small_app(), observed, memory);
  EXPECT_TRUE(result.operations.empty());
  EXPECT_EQ(result.drift.size(), 1u);
  ASSERT_EQ(result.refusals.size(), 1u);
  EXPECT_EQ(result.refusals[0].error.reason, Reason::kContended);
}

}  // namespace
}  // namespace fairlead::controller
