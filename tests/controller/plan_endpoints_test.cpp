#include <gmock/gmock.h>

#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::ElementsAre;

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
  memory.contended = {"container/web/networks.default"};
  const Plan result = plan(small_app(), observed, memory);
  EXPECT_TRUE(result.operations.empty());
  EXPECT_EQ(result.drift.size(), 1u);
  ASSERT_EQ(result.refusals.size(), 1u);
  EXPECT_EQ(result.refusals[0].error.reason, Reason::kContended);
}

}  // namespace
}  // namespace fairlead::controller
