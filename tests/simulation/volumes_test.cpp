// Volumes that go away at the wrong moment: what held data is never replaced in silence, and
// nothing that may hold some is removed.
#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using docker::Operation;
using std::chrono::minutes;

std::string keep(const std::string& more = "") {
  return "services: {k: {image: 'sample:1', restart: unless-stopped, volumes: ['data:/data']}}\n"
         "volumes: {data: }\n" +
         more;
}

TEST(Volumes, LostTogetherWithTheirContainerAreMadeFirst) {
  for (int call = 0; call < 12; ++call) {
    SimulatedFleet fleet(7100 + static_cast<std::uint64_t>(call));
    fleet.files["keep.yaml"] =
        "services: {k: {image: 'sample:1', restart: unless-stopped, volumes: ['data:/data']}}\n"
        "volumes: {data: }\n";
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    int seen = 0;
    fleet.engine->set_fault_hook([&](Operation operation, std::uint64_t) {
      // The last moment is the look that is taken right before the create.
      if (operation != Operation::kEvents && operation != Operation::kContainerCreate &&
          seen++ == call)
        fleet.engine->remove_volume("keep_data");
      return docker::Fault{};
    });
    fleet.by_hand(fleet.engine->by_hand().remove_container("keep-k-1", true)).value();
    fleet.run_for(minutes(1));
    fleet.engine->set_fault_hook(nullptr);
    ASSERT_TRUE(fleet.converges_within(minutes(5))) << "call " << call << "\n" << tail(fleet);
    const auto volume = fleet.by_hand(fleet.engine->by_hand().inspect_volume("keep_data"));
    if (!volume) continue;  // removed after the create, of which no later pass can know
    EXPECT_TRUE(volume->labels.contains("dev.fairlead.app")) << "call " << call << "\n"
                                                             << tail(fleet);
  }
}

// The App runs, and its container is made anew while its volume goes: between the look and the
// create, so that the engine makes one of that name, without labels.
docker::Volume lost_at_the_create(SimulatedFleet& fleet, const std::string& manifest) {
  fleet.files["keep.yaml"] = manifest;
  fleet.start();
  EXPECT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  auto& hand = fleet.engine->by_hand();
  const auto before = fleet.by_hand(hand.inspect_volume("keep_data")).value();
  bool once = true;
  fleet.engine->set_fault_hook([&fleet, &once](Operation operation, std::uint64_t) {
    if (operation == Operation::kContainerCreate && std::exchange(once, false))
      fleet.engine->remove_volume("keep_data");
    return docker::Fault{};
  });
  fleet.by_hand(hand.remove_container("keep-k-1", true)).value();
  fleet.run_for(minutes(5));
  fleet.engine->set_fault_hook(nullptr);
  return before;
}

TEST(Volumes, ThatTheEngineMadeInPlaceOfOursAreKeptAndToldOf) {
  SimulatedFleet fleet(7120);
  lost_at_the_create(fleet, keep());
  auto& hand = fleet.engine->by_hand();
  const auto made = fleet.by_hand(hand.inspect_volume("keep_data")).value();
  EXPECT_TRUE(made.labels.empty());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(fleet.all_ready()) << tail(fleet);
    EXPECT_EQ(lines_with(fleet, "VolumeMismatch"), 0u) << tail(fleet);
    EXPECT_NE(condition(fleet, "keep", "VolumeRecreated"), "") << tail(fleet);
    const auto mutations = fleet.engine->mutations();
    fleet.crash();
    fleet.start();
    fleet.run_for(minutes(5));
    EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
  }
  // Accepted once, it is ours, whatever the manifest says of the next one.
  fleet.files["keep.yaml"] = keep("x-fairlead: {volumeRecreate: refuse}\n");
  fleet.run_for(minutes(2));
  EXPECT_TRUE(fleet.all_ready()) << tail(fleet);
  EXPECT_EQ(fleet.by_hand(hand.inspect_volume("keep_data"))->created, made.created);
}

TEST(Volumes, ThatTheEngineMadeInPlaceOfOursStartNothingUnasked) {
  SimulatedFleet fleet(7121);
  const auto before = lost_at_the_create(fleet, keep("x-fairlead: {volumeRecreate: refuse}\n"));
  auto& hand = fleet.engine->by_hand();
  EXPECT_EQ(fleet.engine->calls(Operation::kContainerStart), 1u) << tail(fleet);
  const auto why = condition(fleet, "keep", "Stalled");
  EXPECT_NE(why.find("True VolumeRecreated"), std::string::npos) << why;
  EXPECT_NE(why.find("docker volume rm keep_data; docker volume create"), std::string::npos) << why;
  const auto mutations = fleet.engine->mutations();
  fleet.run_for(minutes(10));
  EXPECT_EQ(fleet.engine->mutations(), mutations) << tail(fleet);
  ASSERT_TRUE(fleet.by_hand(hand.inspect_volume("keep_data"))) << "not ours to remove";
  fleet.engine->remove_volume("keep_data");
  ASSERT_TRUE(fleet.by_hand(hand.create_volume({"keep_data", {}, {}, before.labels.map()})));
  EXPECT_TRUE(fleet.converges_within(minutes(1))) << tail(fleet);
}

}  // namespace
}  // namespace fairlead::simulation
