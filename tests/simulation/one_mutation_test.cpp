// The executor sends one mutation of an object at a time, whatever the plan allows.
#include <gtest/gtest.h>

#include "controller/execute/execute.h"
#include "tests/simulation/gated_engine.h"
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using controller::Plan;
using std::chrono::minutes;

std::string id_of(SimulatedFleet& fleet, const std::string& name) {
  return fleet.by_hand(fleet.engine->by_hand().inspect_container(name))->id;
}

// Rename, update and connect of one container, none after another.
void add_three(Plan& plan, const std::string& name, const std::string& id,
               const std::string& network) {
  const controller::Ref ref{id, name};
  docker::ContainerUpdate update;
  update.restart = docker::RestartPolicy{"always", 0};
  docker::EndpointSpec endpoint;
  endpoint.network_id = network;
  for (const controller::Action& action :
       {controller::Action(controller::RenameContainer{ref, name + ".prev"}),
        controller::Action(controller::UpdateContainer{ref, update}),
        controller::Action(controller::ConnectEndpoint{ref, endpoint})}) {
    plan.operations.push_back(
        {.component = name, .object = name, .action = action, .after = {}, .reason = "a test"});
  }
}

TEST(OneMutation, OfAnObjectAtATimeAndManyOfAll) {
  SimulatedFleet fleet(9100);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2)));
  fleet.crash();
  docker::NetworkSpec spec;
  spec.name = "third";
  const auto network = fleet.by_hand(fleet.engine->by_hand().create_network(spec)).value();
  Plan plan;
  for (const std::string name : {"shop-web-1", "shop-db-1"})
    add_three(plan, name, id_of(fleet, name), network);

  GatedEngine gate(*fleet.engine, fleet.clock);
  controller::EngineCache cache(gate);
  controller::Inventory inventory(controller::file_in_memory(std::make_shared<std::string>()),
                                  fleet.clock);
  ASSERT_TRUE(inventory.load("i"));
  for (const std::string name : {"shop-web-1", "shop-db-1"}) {
    inventory.adopted({controller::Kind::kContainer, "shop", name, name, id_of(fleet, name)});
  }
  controller::Images images(gate, fleet.clock, [](const std::string&, const std::string&) {});
  controller::NetworkLooks looks(gate, fleet.clock);
  Semaphore permits(fleet.clock, 4);
  controller::ObjectLocks locks(fleet.clock);
  std::vector<std::string> failed;
  controller::ExecuteContext context{gate,
                                     cache,
                                     inventory,
                                     images,
                                     looks,
                                     fleet.clock,
                                     permits,
                                     locks,
                                     nullptr,
                                     "shop",
                                     "shop.yaml",
                                     [&failed](const controller::OperationReport& report) {
                                       if (!report.result)
                                         failed.push_back(report.result.error().message);
                                     },
                                     [] { return true; }};
  std::optional<Status> result;
  boost::asio::co_spawn(
      fleet.io, controller::execute(fleet.io.get_executor(), std::move(plan), std::move(context)),
      [&result](std::exception_ptr, Status status) { result = std::move(status); });
  ASSERT_TRUE(fleet.run_until([&result] { return result.has_value(); }, minutes(5)));
  EXPECT_TRUE(*result) << (failed.empty() ? "" : failed.front());
  EXPECT_EQ(gate.most_of_one_object(), 1);
  EXPECT_GE(gate.most_together(), 2) << "other objects need not wait";
  auto web = fleet.by_hand(fleet.engine->by_hand().inspect_container("shop-web-1.prev"));
  ASSERT_TRUE(web);
  EXPECT_EQ(web->endpoints.size(), 2u);
}

}  // namespace
}  // namespace fairlead::simulation
