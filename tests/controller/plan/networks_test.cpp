#include <gmock/gmock.h>

#include "controller/objects/drift.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "controller/request/specs.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Reason only_reason(const Plan& plan) {
  return plan.refusals.size() == 1 ? plan.refusals[0].error.reason : Reason::kNone;
}

TEST(PlanNetworks, CreatesAMissingNetworkBeforeTheContainerOnIt) {
  const Plan result = plan(small_app(), {});
  EXPECT_THAT(lines(result), ElementsAre("create network shop_default", "pull shop-web-1",
                                         "create shop-web-1", "start shop-web-1"));
  EXPECT_THAT(result.operations[2].after, ElementsAre(0, 1));
  EXPECT_THAT(result.operations[3].after, ElementsAre(2));
}

TEST(PlanNetworks, CreatesStaticSubnetsBeforeDynamicOnes) {
  const Plan result = plan(app({}, {network("a"), network("b", "172.30.0.0/24")}), {});
  EXPECT_THAT(lines(result), ElementsAre("create network shop_b", "create network shop_a"));
  EXPECT_THAT(result.operations[1].after, ElementsAre(0));
}

TEST(PlanNetworks, LabelsWhatItCreates) {
  const auto spec = network_spec("shop", network("front"), policy());
  EXPECT_TRUE(owned(spec.labels, kInstance, "shop"));
  EXPECT_EQ(spec.labels.at(std::string(kLabelComponent)), "front");
  EXPECT_EQ(spec.labels.at("com.docker.compose.project"), "shop");
  EXPECT_EQ(spec.labels.at("com.docker.compose.network"), "front");
}

TEST(PlanNetworks, LeavesAForeignNamesakeAlone) {
  Observed observed;
  put(observed, foreign_network("shop_default"));
  const Plan result = plan(small_app(), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(only_reason(result), Reason::kNameTaken);
}

TEST(PlanNetworks, LeavesANamesakeOfAnotherInstanceAlone) {
  Observed observed = settled(small_app());
  network_of(observed, "shop_default").labels[std::string(kLabelInstance)] = "other";
  const Plan result = plan(small_app(), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(only_reason(result), Reason::kNameTaken);
}

TEST(PlanNetworks, RefusesToChangeASubnetAndSaysWhy) {
  auto desired = app({service("web", {"frontend"})}, {network("frontend", "172.30.0.0/24")});
  const Observed observed = settled(desired);
  desired.networks[0].ipam[0].subnet = "172.31.0.0/24";
  const Plan result = plan(desired, observed);
  EXPECT_THAT(result.operations, IsEmpty());
  ASSERT_EQ(only_reason(result), Reason::kResourceRecreationAttempt);
  EXPECT_EQ(result.refusals[0].error.error_class, ErrorClass::kInvalid);
  EXPECT_EQ(result.refusals[0].error.message,
            "network shop_frontend: subnet is 172.30.0.0/24, wanted 172.31.0.0/24; the "
            "engine cannot change it in place");
  EXPECT_THAT(result.refusals[0].error.hint, HasSubstr("`never`"));
}

TEST(PlanNetworks, ChangedNetworkFreezesItsMembersButNotOthers) {
  auto desired = app({service("db", {"back"}), service("web", {"front"})},
                     {network("back"), network("front", "172.30.0.0/24")});
  Observed observed = settled(desired);
  container_of(observed, "web").state = "exited";
  desired.networks[1].ipam[0].subnet = "172.31.0.0/24";
  desired.services[0].image = "app:2";
  desired.services[1].image = "app:2";
  const auto text = lines(plan(desired, observed));
  EXPECT_THAT(text, Contains("create shop-db-1.next"));
  EXPECT_THAT(text, Contains("start shop-web-1"));
  EXPECT_THAT(text, Not(Contains("create shop-web-1.next")));
}

TEST(PlanNetworks, RemovesAnEmptyOwnDuplicateById) {  // F001
  Observed observed = settled(small_app());
  docker::Network extra = live(small_app(), "default");
  extra.id = long_id("b");
  extra.created = "2025-01-01T00:00:00Z";  // older, but nobody is on it
  put(observed, extra);
  const Plan result = plan(small_app(), observed);
  ASSERT_THAT(lines(result), ElementsAre("remove network shop_default"));
  EXPECT_EQ(std::get<RemoveNetwork>(result.operations[0].action).network.id, extra.id);
}

TEST(PlanNetworks, CallsAForeignDuplicateAmbiguous) {  // F001
  Observed observed = settled(small_app());
  put(observed, foreign_network("shop_default"));
  const Plan result = plan(small_app(), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(only_reason(result), Reason::kNetworkAmbiguous);
}

TEST(PlanNetworks, RefusesAnOverlappingSubnetBeforeCreate) {  // F004
  Observed observed;
  put(observed, foreign_network("vpn", "172.30.0.0/16"));
  const Plan result = plan(app({}, {network("a", "172.30.4.0/24")}), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  ASSERT_EQ(only_reason(result), Reason::kSubnetOverlap);
  EXPECT_THAT(result.refusals[0].error.message, HasSubstr("vpn"));
}

TEST(PlanNetworks, ExternalNetworkMustExist) {
  auto desired = small_app();
  desired.networks[0].external = true;
  const Plan missing = plan(desired, {});
  EXPECT_THAT(missing.operations, IsEmpty());
  EXPECT_EQ(only_reason(missing), Reason::kNotFound);
  Observed observed;
  put(observed, foreign_network("shop_default"));
  EXPECT_THAT(plan(desired, observed).refusals, IsEmpty());
}

TEST(PlanNetworks, WithholdsARemovalWithoutConsent) {
  Observed observed = settled(app({}, {network("old")}));
  const Plan result = plan(app({}, {}), observed);
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(result.waiting.size(), 1u);
  ASSERT_EQ(result.drift.size(), 1u);
  EXPECT_EQ(result.drift[0].type, Drift::Type::kExtra);
}

TEST(PlanNetworks, RemovesALeftoverAfterItsLastEndpoint) {
  Observed observed = settled(app({service("web", {"old"})}, {network("old"), network("new")}));
  Policy rules = policy();
  rules.may_remove = true;
  const Plan result = plan(app({service("web", {"new"})}, {network("new")}), observed, rules);
  ASSERT_THAT(lines(result), ElementsAre("connect shop-web-1", "disconnect shop-web-1",
                                         "remove network shop_old"));
  EXPECT_THAT(result.operations[1].after, ElementsAre(0)) << "never without any network";
  EXPECT_THAT(result.operations[2].after, ElementsAre(1));
}

TEST(PlanNetworks, KeepsALeftoverThatAForeignContainerUses) {  // F008
  Observed observed = settled(app({}, {network("old")}));
  network_of(observed, "shop_old").members.push_back({long_id("9"), "debug-shell", "", ""});
  Policy rules = policy();
  rules.may_remove = true;
  const Plan result = plan(app({}, {}), observed, rules);
  EXPECT_THAT(result.operations, IsEmpty());
  ASSERT_EQ(only_reason(result), Reason::kInUse);
  EXPECT_THAT(result.refusals[0].error.message, HasSubstr("debug-shell"));
}

TEST(PlanNetworks, PruneOffKeepsLeftoversAndIsInSync) {
  Observed observed = settled(app({}, {network("old")}));
  auto desired = app({}, {});
  desired.prune = false;
  Policy rules = policy();
  rules.may_remove = true;
  EXPECT_TRUE(plan(desired, observed, rules).in_sync());
}

TEST(PlanSharedNetwork, CreatesKeepsAndRemovesIt) {
  model::SharedNetwork shared;
  shared.name = "edge";
  shared.network = network("edge", "172.40.0.0/24");
  shared.network.docker_name = "edge";
  Observed observed;
  const Plan created = plan_app(as_app(shared), observed, policy(), {});
  ASSERT_THAT(lines(created), ElementsAre("create network edge"));
  const auto& spec = std::get<CreateNetwork>(created.operations[0].action).spec;
  EXPECT_EQ(spec.labels.at(std::string(kLabelApp)), "network/edge");
  EXPECT_FALSE(spec.labels.contains("com.docker.compose.project"));

  docker::Network made = foreign_network("edge", "172.40.0.0/24");
  made.labels = spec.labels;
  put(observed, made);
  EXPECT_TRUE(plan_app(as_app(shared), observed, policy(), {}).in_sync());
  Policy rules = policy();
  rules.may_remove = rules.app_gone = true;
  EXPECT_THAT(lines(plan_app(as_app(shared), observed, rules, {})),
              ElementsAre("remove network edge"));
}

TEST(PlanVolumes, CreatesAMissingOneBeforeItsContainer) {
  auto desired = app({service("db", {})}, {}, {volume("store")});
  model::Mount mount;
  mount.source = "store";
  mount.target = "/var/lib";
  desired.services[0].mounts.push_back(mount);
  const Plan result = plan(desired, {});
  EXPECT_THAT(lines(result), ElementsAre("create volume shop_store", "pull shop-db-1",
                                         "create shop-db-1", "start shop-db-1"));
  EXPECT_EQ(std::get<CreateContainer>(result.operations[2].action).spec.mounts[0].source,
            "shop_store");
}

TEST(PlanVolumes, NeverRecreatesADifferentOne) {
  auto desired = app({}, {}, {volume("store")});
  const Observed observed = settled(desired);
  desired.volumes[0].driver = "nfs";
  const Plan result = plan(desired, observed);
  EXPECT_THAT(result.operations, IsEmpty());
  EXPECT_EQ(only_reason(result), Reason::kVolumeMismatch);
}

TEST(PlanVolumes, StayWhenTheAppIsGone) {
  auto desired = app({service("web")}, {network("default")}, {volume("store")});
  Policy rules = policy();
  rules.may_remove = rules.app_gone = true;
  EXPECT_THAT(lines(plan(desired, settled(desired), rules)),
              ElementsAre("stop shop-web-1", "remove shop-web-1", "remove network shop_default"));
}

}  // namespace
}  // namespace fairlead::controller
