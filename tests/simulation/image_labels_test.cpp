// An image may say of itself what only Fairlead says of its containers (F117): nobody believes it.
#include <gmock/gmock.h>

#include "tests/simulation/shop.h"

namespace fairlead::simulation {
namespace {

using std::chrono::minutes;

const docker::StringMap kPretended = {{"com.docker.compose.project", "other"},
                                      {"com.docker.compose.container-number", "7"},
                                      {"com.docker.compose.oneoff", "True"},
                                      {"com.docker.compose.replace", "x"},
                                      {"dev.fairlead.app", "other"},
                                      {"dev.fairlead.instance", "0123456789abcdef"},
                                      {"dev.fairlead.component", "other"},
                                      {"dev.fairlead.generation", "99"},
                                      {"dev.fairlead.replaces", "x"},
                                      {"dev.fairlead.hook", "pre_start/0"},
                                      {"dev.fairlead.hook-of", "x"},
                                      {"dev.fairlead.unheard-of", "x"},
                                      {"org.example.kept", "yes"}};

TEST(ImageLabels, OfOurOwnNamesAreShadowed) {
  SimulatedFleet fleet(4711);
  fleet.engine->label_image("sample:1", kPretended);
  fleet.files["shop.yaml"] = kShop;
  fleet.start();
  ASSERT_TRUE(fleet.converges_within(minutes(2))) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
  const auto web = fleet.by_hand(fleet.engine->by_hand().inspect_container("shop-web-1"));
  ASSERT_TRUE(web);
  EXPECT_EQ(web->labels.at("com.docker.compose.project"), "shop");
  EXPECT_EQ(web->labels.at("dev.fairlead.app"), "shop");
  EXPECT_EQ(web->labels.at("dev.fairlead.hook"), "");
  EXPECT_EQ(web->labels.at("dev.fairlead.replaces"), "");
  EXPECT_EQ(web->labels.at("dev.fairlead.unheard-of"), "");
  EXPECT_EQ(web->labels.at("org.example.kept"), "yes");

  // At rest nothing changes, also after a restart that remembers nothing of images.
  const auto before = fleet.engine->mutations();
  fleet.run_for(minutes(30));
  fleet.crash();
  fleet.start();
  fleet.run_for(minutes(30));
  EXPECT_EQ(fleet.engine->mutations(), before) << tail(fleet);
  EXPECT_EQ(inventory_of(fleet), kConvergedShop);
}

}  // namespace
}  // namespace fairlead::simulation
