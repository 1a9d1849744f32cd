// A replacement keeps what anonymous volumes hold, whatever call the process dies at.
#include <gmock/gmock.h>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kBuilder = R"(services:
  web:
    image: "sample:1"
    restart: unless-stopped
    volumes: [/modules/]
    deploy: {update_config: {order: ORDER}}
)";

std::vector<docker::MountedVolume> volumes_of(SimulatedFleet& fleet, const std::string& name) {
  const auto found = fleet.by_hand(fleet.engine->by_hand().inspect_container(name));
  EXPECT_TRUE(found) << name << "\n" << tail(fleet);
  return found ? found->volumes : std::vector<docker::MountedVolume>{};
}

// The order of update, and on which side of the mutation the process dies.
class Replacement : public testing::TestWithParam<std::tuple<const char*, bool>> {
 protected:
  static std::string manifest(const std::string& tag) {
    const auto text = replaced(kBuilder, "ORDER", std::get<0>(GetParam()));
    return replaced(text, "sample:1", "sample:" + tag);
  }
};

TEST_P(Replacement, CarriesAnonymousVolumesOver) {
  for (std::uint64_t n = 1; n < 20; ++n) {
    SCOPED_TRACE("crash at " + std::to_string(n));
    SimulatedFleet fleet(300 + n);
    for (const char* image : {"sample:1", "sample:2"})
      fleet.engine->declare_volume(image, "/image/");
    fleet.files["build.yaml"] = manifest("1");
    fleet.start();
    ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
    const auto before = volumes_of(fleet, "build-web-1");
    ASSERT_EQ(before.size(), 2u);
    EXPECT_EQ(before[0].target, "/image");
    EXPECT_EQ(before[1].target, "/modules");

    fleet.crash();
    fleet.files["build.yaml"] = manifest("2");
    fleet.crash_at(n, std::get<1>(GetParam()));
    fleet.start();
    fleet.run_until([&fleet] { return fleet.crashed() || fleet.all_ready(); }, minutes(2));
    const bool over = !fleet.crashed();
    if (!over) {
      fleet.crash();
      fleet.start();
    }
    ASSERT_TRUE(fleet.converges_within(minutes(10))) << tail(fleet);
    EXPECT_TRUE(inventory_of(fleet).contains("container build-web-1 running sample:2"));
    EXPECT_EQ(volumes_of(fleet, "build-web-1"), before) << tail(fleet);
    const auto mutations = fleet.engine->mutations();
    fleet.run_for(minutes(10));
    EXPECT_EQ(fleet.engine->mutations(), mutations) << "what was carried over is no drift";
    if (over) {
      EXPECT_GT(n, 5u) << "the whole replacement was enumerated";
      return;
    }
  }
  FAIL() << "the replacement has more mutations than were enumerated";
}

INSTANTIATE_TEST_SUITE_P(Orders, Replacement,
                         testing::Combine(testing::Values("stop-first", "start-first"),
                                          testing::Bool()),
                         [](const auto& run) {
                           const bool stops = std::string(std::get<0>(run.param)) == "stop-first";
                           return std::string(stops ? "StopFirst" : "StartFirst") +
                                  (std::get<1>(run.param) ? "AfterEffect" : "BeforeSending");
                         });

TEST(ReplacementRollBack, LeavesBothWithTheSameVolumes) {
  SimulatedFleet fleet(330);
  fleet.files["build.yaml"] = "services: {web: {image: 'sample:1', volumes: [/modules]}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto before = volumes_of(fleet, "build-web-1");
  bool failed = false;
  fleet.engine->set_fault_hook([&failed](docker::Operation operation, std::uint64_t) {
    docker::Fault fault;
    if (operation == docker::Operation::kContainerStart && !std::exchange(failed, true)) {
      fault.kind = docker::Fault::Kind::kReply;
      fault.message = "driver failed";
    }
    return fault;
  });
  fleet.files["build.yaml"] = "services: {web: {image: 'sample:2', volumes: [/modules]}}\n";
  ASSERT_TRUE(fleet.run_until([&failed] { return failed; }, minutes(1))) << tail(fleet);
  const std::string old = "container build-web-1 running sample:1";
  for (int i = 0; i < 30 && !inventory_of(fleet).contains(old); ++i)
    fleet.run_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(inventory_of(fleet).contains(old)) << "rolled back\n" << tail(fleet);
  EXPECT_EQ(volumes_of(fleet, "build-web-1"), before);
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_TRUE(inventory_of(fleet).contains("container build-web-1 running sample:2"));
  EXPECT_EQ(volumes_of(fleet, "build-web-1"), before);
}

// An image without the VOLUME has no use for it, and a mount of the manifest goes before it.
TEST(ReplacementOfAnImage, KeepsItsVolumeOnlyWhereItIsStillAsked) {
  SimulatedFleet fleet(331);
  fleet.engine->declare_volume("sample:1", "/image");
  fleet.engine->declare_volume("sample:2", "/image");
  fleet.files["build.yaml"] = "services: {web: {image: 'sample:1'}}\n";
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  ASSERT_EQ(volumes_of(fleet, "build-web-1").size(), 1u);
  fleet.files["build.yaml"] =
      "services: {web: {image: 'sample:2', volumes: ['named:/image']}}\nvolumes: {named: }\n";
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_THAT(volumes_of(fleet, "build-web-1"),
              testing::ElementsAre(docker::MountedVolume{"build_named", "/image"}));
  fleet.files["build.yaml"] = "services: {web: {image: 'sample:2'}}\n";
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  const auto fresh = volumes_of(fleet, "build-web-1");
  ASSERT_EQ(fresh.size(), 1u);
  EXPECT_TRUE(docker::anonymous(fresh[0])) << "a volume with a name is not taken for one without";
  fleet.files["build.yaml"] = "services: {web: {image: 'sample:3'}}\n";
  fleet.run_for(seconds(1));
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_TRUE(volumes_of(fleet, "build-web-1").empty());
}

}  // namespace
}  // namespace fairlead::simulation
