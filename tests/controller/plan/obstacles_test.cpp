// What an App needs and itself still holds gives way in the same plan, in the right order.
#include <gmock/gmock.h>

#include "controller/objects/labels.h"
#include "controller/observed/observed.h"
#include "controller/plan/action.h"
#include "controller/plan/plan.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// Position of the operation; fails the test if there is none.
std::size_t at(const Plan& plan, const std::string& line, const std::string& to = "") {
  const auto text = lines(plan);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto* rename = std::get_if<RenameContainer>(&plan.operations[i].action);
    if (text[i] == line && (to.empty() || (rename != nullptr && rename->new_name == to))) return i;
  }
  ADD_FAILURE() << "no " << line << " " << to << " in " << testing::PrintToString(text);
  return 0;
}

// True if the first waits, directly or not, until the second is done.
bool waits(const Plan& plan, std::size_t step, std::size_t before) {
  if (step == before) return false;
  for (const auto each : plan.operations.at(step).after)
    if (each == before || waits(plan, each, before)) return true;
  return false;
}

model::Service named(const std::string& service_name, const std::string& container_name) {
  auto out = service(service_name);
  out.container_name = container_name;
  return out;
}

TEST(PlanObstacles, ARenamedServiceTakesTheNameAndThePortOfWhatItWas) {
  auto db = named("db", "mydb");
  db.ports = {{.target = 5432, .published = "15432"}};
  const auto before = app({db}, {network("default")});
  auto postgres = db;
  postgres.name = "postgres";
  const auto plan = plan_app(app({postgres}, {network("default")}), settled(before), policy(), {});
  const auto aside = at(plan, "rename mydb", "shop-db-1.prev");
  const auto create = at(plan, "create mydb");
  const auto stop = at(plan, "stop mydb");
  const auto start = at(plan, "start mydb");
  EXPECT_TRUE(waits(plan, create, aside));
  EXPECT_TRUE(waits(plan, stop, create)) << "the old one runs until the new one can be started";
  EXPECT_TRUE(waits(plan, start, stop));
  EXPECT_THAT(lines(plan), Not(Contains("remove mydb"))) << "the grace is not cut short";
}

TEST(PlanObstacles, AHostPortAloneStopsTheLeftoverAndKeepsItsName) {
  auto old = service("old");
  old.ports = {{.target = 80, .published = "8080"}};
  auto fresh = old;
  fresh.name = "fresh";
  fresh.container_name = "shop-fresh-1";
  const auto observed = settled(app({old}, {network("default")}));
  const auto plan = plan_app(app({fresh}, {network("default")}), observed, policy(), {});
  EXPECT_TRUE(waits(plan, at(plan, "start shop-fresh-1"), at(plan, "stop shop-old-1")));
  EXPECT_THAT(lines(plan), Not(Contains("rename shop-old-1")));

  fresh.ports = {{.target = 80, .published = "8081"}};
  const auto other = plan_app(app({fresh}, {network("default")}), observed, policy(), {});
  EXPECT_THAT(lines(other), Not(Contains("stop shop-old-1"))) << "it is in nobody's way";
}

TEST(PlanObstacles, NothingIsSetAsideForAnAppThatKeepsWhatItHas) {
  auto before = app({named("db", "mydb")}, {network("default")});
  auto desired = app({named("postgres", "mydb")}, {network("default")});
  desired.prune = false;
  const auto plan = plan_app(desired, settled(before), policy(), {});
  EXPECT_THAT(lines(plan), Not(Contains("stop mydb")));
  EXPECT_THAT(lines(plan), Not(Contains("rename mydb")));
}

TEST(PlanObstacles, ALeftoverThatWasSetAsideIsStoppedThoughACrashCameBetween) {
  const auto before = app({named("db", "mydb")}, {network("default")});
  const auto desired = app({named("postgres", "mydb")}, {network("default")});
  auto observed = settled(desired);
  auto left = running(before, "db", observed);
  left.details.name = "shop-db-1.prev";
  put(observed, left);
  EXPECT_THAT(lines(plan_app(desired, observed, policy(), {})), ElementsAre("stop shop-db-1.prev"));
}

TEST(PlanObstacles, NamesAreSwappedByWayOfAThird) {
  const auto before = app({named("a", "one"), named("b", "two")}, {network("default")});
  const auto desired = app({named("a", "two"), named("b", "one")}, {network("default")});
  const auto plan = plan_app(desired, settled(before), policy(), {});
  const auto a_aside = at(plan, "rename one", "two.next");
  const auto b_aside = at(plan, "rename two", "one.next");
  EXPECT_TRUE(waits(plan, at(plan, "rename one", "two"), b_aside));
  EXPECT_TRUE(waits(plan, at(plan, "rename two", "one"), a_aside));
  EXPECT_EQ(plan.operations.size(), 4u) << "nothing is stopped for a name";
}

TEST(PlanObstacles, ReplacedServicesSwapNamesAndPorts) {
  auto a = named("a", "one");
  auto b = named("b", "two");
  a.ports = {{.target = 80, .published = "8080"}};
  b.ports = {{.target = 80, .published = "8081"}};
  const auto observed = settled(app({a, b}, {network("default")}));
  std::swap(a.ports, b.ports);
  std::swap(a.container_name, b.container_name);
  const auto plan = plan_app(app({a, b}, {network("default")}), observed, policy(), {});
  const auto a_stop = at(plan, "stop two");  // shown under the name that is wanted
  const auto b_stop = at(plan, "stop one");
  for (const auto* name : {"start one", "start two"}) {
    EXPECT_TRUE(waits(plan, at(plan, name), a_stop)) << name;
    EXPECT_TRUE(waits(plan, at(plan, name), b_stop)) << name;
  }
  EXPECT_TRUE(waits(plan, at(plan, "rename two", "two"), at(plan, "rename one", "one.prev")));
  EXPECT_TRUE(waits(plan, at(plan, "rename one", "one"), at(plan, "rename two", "two.prev")));
}

TEST(PlanObstacles, AddressesAreSwappedOnTheRunningContainers) {
  const auto with = [](const std::string& a, const std::string& b) {
    auto out = app({service("a"), service("b")}, {network("default", "10.9.0.0/24")});
    out.services[0].endpoints[0].ipv4_address = a;
    out.services[1].endpoints[0].ipv4_address = b;
    return out;
  };
  auto observed = settled(with("10.9.0.2", "10.9.0.3"));
  for (auto& [id, each] : observed.containers)
    each.details.endpoints[0].ip_address = each.details.endpoints[0].ipv4_configured;
  const auto plan = plan_app(with("10.9.0.3", "10.9.0.2"), observed, policy(), {});
  EXPECT_EQ(plan.operations.size(), 4u);
  for (const auto* connect : {"connect shop-a-1", "connect shop-b-1"})
    for (const auto* off : {"disconnect shop-a-1", "disconnect shop-b-1"})
      EXPECT_TRUE(waits(plan, at(plan, connect), at(plan, off))) << connect << off;
}

// One service with a fixed address, one without.
model::App fixed_and_dynamic() {
  auto out = app({service("dyn"), service("fixed")}, {network("default", "10.9.0.0/24")});
  out.services[1].endpoints[0].ipv4_address = "10.9.0.2";
  return out;
}

TEST(PlanObstacles, WhoAsksForAnAddressIsStartedBeforeWhoTakesAny) {
  const auto plan = plan_app(fixed_and_dynamic(), Observed{}, policy(), {});
  const auto fixed = at(plan, "start shop-fixed-1");
  const auto dyn = at(plan, "start shop-dyn-1");
  EXPECT_THAT(plan.operations[dyn].behind, ElementsAre(fixed));
  EXPECT_THAT(plan.operations[fixed].behind, IsEmpty());
  EXPECT_THAT(plan.operations[dyn].after, Not(Contains(fixed)))
      << "one that does not start keeps nobody else down";

  auto circular = fixed_and_dynamic();
  model::Dependency dependency;
  dependency.service = "dyn";
  circular.services[1].depends_on = {dependency};
  const auto other = plan_app(circular, Observed{}, policy(), {});
  EXPECT_THAT(other.operations[at(other, "start shop-dyn-1")].behind, IsEmpty());
}

TEST(PlanObstacles, ASiblingGivesUpTheAddressThatItWasGiven) {
  auto observed = settled(fixed_and_dynamic());
  container_of(observed, "dyn").endpoints[0].ip_address = "10.9.0.2";
  container_of(observed, "fixed").state = "exited";
  const auto plan = plan_app(fixed_and_dynamic(), observed, policy(), {});
  const auto off = at(plan, "disconnect shop-dyn-1");
  const auto start = at(plan, "start shop-fixed-1");
  const auto again = at(plan, "connect shop-dyn-1");
  EXPECT_TRUE(waits(plan, start, off));
  EXPECT_TRUE(waits(plan, again, start));
  EXPECT_EQ(plan.operations.size(), 3u);
  ASSERT_EQ(plan.operations[start].rollback.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ConnectEndpoint>(plan.operations[start].rollback[0]));
}

TEST(PlanObstacles, ARenamedNetworkTakesTheSubnetOfWhatItWas) {
  const auto before = app({service("web", {"old"})}, {network("old", "10.9.0.0/24")});
  const auto desired = app({service("web", {"new"})}, {network("new", "10.9.0.0/24")});
  auto observed = settled(before);
  const auto plan = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(plan.refusals, IsEmpty());
  const auto off = at(plan, "disconnect shop-web-1");
  const auto remove = at(plan, "remove network shop_old");
  const auto create = at(plan, "create network shop_new");
  const auto connect = at(plan, "connect shop-web-1");
  EXPECT_TRUE(waits(plan, remove, off));
  EXPECT_TRUE(waits(plan, create, remove));
  EXPECT_TRUE(waits(plan, connect, create));
  EXPECT_EQ(plan.operations.size(), 4u) << "the process stays";

  auto changed = desired;  // replaced besides: its old container is not waited for
  changed.services[0].image = "app:2";
  const auto both = plan_app(changed, observed, policy(), {});
  const auto creation = at(both, "create network shop_new");
  EXPECT_TRUE(waits(both, creation, at(both, "disconnect shop-web-1")));
  EXPECT_TRUE(waits(both, at(both, "create shop-web-1.next"), creation));

  network_of(observed, "shop_old").members = {{long_id("77"), "stranger", "", ""}};
  const auto refused = plan_app(desired, observed, policy(), {});
  ASSERT_THAT(refused.refusals, Not(IsEmpty()));
  EXPECT_EQ(refused.refusals[0].error.reason, Reason::kSubnetOverlap);
  EXPECT_THAT(lines(refused), Not(Contains("remove network shop_old")));
}

TEST(PlanObstacles, LinksOfTheDefaultBridgeOrderCreation) {
  auto web = service("web", {});
  auto db = service("db", {});
  web.network_mode = db.network_mode = "bridge";
  web.settings["links"] = boost::json::array{"db"};
  model::Dependency dependency;  // implied, as the decoder says
  dependency.service = "db";
  dependency.restart = true;
  web.depends_on = {dependency};
  const auto desired = app({db, web}, {});
  const auto plan = plan_app(desired, Observed{}, policy(), {});
  EXPECT_TRUE(waits(plan, at(plan, "create shop-web-1"), at(plan, "start shop-db-1")));

  auto observed = settled(desired);
  EXPECT_TRUE(plan_app(desired, observed, policy(), {}).in_sync());
  container_of(observed, "db").created = "2026-01-01T00:00:01Z";
  const auto later = plan_app(desired, observed, policy(), {});
  EXPECT_THAT(lines(later), Contains("create shop-web-1.next")) << "its link leads nowhere";
}

// ---- Removal ----

model::App chain() {
  auto out = app({service("base"), service("middle"), service("top")}, {network("default")});
  model::Dependency dependency;
  dependency.service = "base";
  out.services[1].depends_on = {dependency};
  dependency.service = "middle";
  out.services[2].depends_on = {dependency};
  return out;
}

TEST(PlanObstacles, DependantsAreRemovedBeforeWhatTheyDependOn) {
  const auto observed = settled(chain());
  auto gone = policy();
  gone.app_gone = gone.may_remove = true;
  auto part = policy();
  part.may_remove = true;
  const Plan plans[] = {
      plan_app(app({}, {}), observed, gone, {}),
      plan_app(app({service("other")}, {network("default")}), observed, part, {}),
  };
  for (const auto& plan : plans) {
    EXPECT_TRUE(waits(plan, at(plan, "stop shop-base-1"), at(plan, "remove shop-middle-1")));
    EXPECT_TRUE(waits(plan, at(plan, "stop shop-middle-1"), at(plan, "remove shop-top-1")));
  }
}

TEST(PlanObstacles, ACircleOfLabelsStopsNoRemoval) {
  auto observed = settled(chain());
  container_of(observed, "base").labels[std::string(kLabelDependsOn)] = "top:service_started:false";
  auto gone = policy();
  gone.app_gone = gone.may_remove = true;
  const auto plan = plan_app(app({}, {}), observed, gone, {});
  for (std::size_t i = 0; i < plan.operations.size(); ++i)
    for (const auto each : plan.operations[i].after)
      EXPECT_LT(each, i) << "no step waits for one that is planned after it";
}

}  // namespace
}  // namespace fairlead::controller
