// Two plans that want one network: whoever comes second waits, and plans from what is true by then.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kEdge =
    "apiVersion: fairlead.dev/v1\nkind: Network\nmetadata: {name: edge}\nspec: {}\n";
constexpr const char* kUser =
    "services: {a: {image: \"x:1\", networks: [edge]}}\n"
    "networks: {edge: {external: true, name: edge}}\n";

// The manifest of a shared network goes, and just when the network is removed an App comes that
// wants it: the engine must never be asked for a container on a network that is being removed.
TEST(Units, ANetworkIsNotRemovedUnderAnAppThatComes) {
  int removed = 0;
  for (std::uint64_t seed = 9800; seed < 9860; ++seed) {
    SimulatedFleet fleet(seed);
    fleet.files["edge.yaml"] = kEdge;
    // Others, or the removal is held: it would be of everything there is.
    for (const std::string name : {"b", "c", "d"})
      fleet.files[name + ".yaml"] = "services: {a: {image: \"x:1\"}}\n";
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
    int refused = 0;
    fleet.engine->set_observer([&refused](const docker::CallRecord& call) {
      refused += docker::is_mutation(call.operation) && call.code >= 400 ? 1 : 0;
    });
    fleet.files.erase("edge.yaml");
    // Before, at and after the scan at which it is ripe, by the rules for a removal.
    fleet.run_for(seconds(20 + seed % 30));
    fleet.files["user.yaml"] = kUser;
    fleet.run_for(minutes(2));
    EXPECT_EQ(refused, 0) << seed << "\n" << tail(fleet);
    removed += inventory_of(fleet).contains("network edge") ? 0 : 1;
    // Whichever of the two was first, both come to rest when the network is declared again.
    fleet.files["edge.yaml"] = kEdge;
    ASSERT_TRUE(fleet.converges_within(minutes(3))) << seed << "\n" << tail(fleet);
    fleet.engine->set_observer(nullptr);
    EXPECT_TRUE(inventory_of(fleet).contains("container user-a-1 running x:1"));
  }
  EXPECT_GT(removed, 0);
}

}  // namespace
}  // namespace fairlead::simulation
