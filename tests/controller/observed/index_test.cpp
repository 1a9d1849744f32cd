// Whatever comes and goes, the index finds what a search through everything finds.
#include "controller/observed/index.h"

#include <gmock/gmock.h>

#include <random>

#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {
namespace {

docker::StringMap labels_of(std::mt19937& random) {
  docker::StringMap labels;
  if (random() % 4 == 0) return labels;
  labels[std::string(kLabelApp)] = "app" + std::to_string(random() % 3);
  if (random() % 4 != 0)
    labels[std::string(kLabelInstance)] = "instance" + std::to_string(random() % 2);
  return labels;
}

void change(ObservedIndex& index, std::mt19937& random) {
  const std::string id = "id" + std::to_string(random() % 12);
  switch (random() % 7) {
    case 0:
      return index.erase_container(id);
    case 1:
      return index.erase_network(id);
    case 2:
      return index.erase_volume(id);
    case 3:
      return index.put(docker::Volume{id, "local", {}, labels_of(random), ""});
    case 4:
    case 5: {
      docker::Network network;
      network.id = id;
      network.name = "net" + std::to_string(random() % 5);
      network.labels = labels_of(random);
      network.ipam = {{"10." + std::to_string(random() % 4) + ".0.0/16", "", "", {}}};
      return index.put(std::move(network));
    }
    default: {
      ObservedContainer container;
      container.details.id = id;
      container.details.labels = labels_of(random);
      container.details.endpoints.resize(random() % 3);
      for (auto& endpoint : container.details.endpoints)
        endpoint.network_id = "id" + std::to_string(random() % 12);
      return index.put(std::move(container));
    }
  }
}

AppObjects searched(const Observed& all, const std::string& app) {
  AppObjects found;
  for (const auto& [id, container] : all.containers)
    if (app_of(container.details.labels) == app) found.containers.insert(id);
  for (const auto& [id, network] : all.networks)
    if (app_of(network.labels) == app) found.networks.insert(id);
  for (const auto& [name, volume] : all.volumes)
    if (app_of(volume.labels) == app) found.volumes.insert(name);
  return found;
}

void expect_finds_all(const ObservedIndex& index) {
  const Observed& all = index.all();
  for (const std::string app : {"app0", "app1", "app2"}) {
    const auto expected = searched(all, app);
    EXPECT_EQ(index.of(app).containers, expected.containers);
    EXPECT_EQ(index.of(app).networks, expected.networks);
    EXPECT_EQ(index.of(app).volumes, expected.volumes);
    EXPECT_EQ(index.apps().contains(app), !expected.containers.empty() ||
                                              !expected.networks.empty() ||
                                              !expected.volumes.empty());
  }
  std::map<std::pair<std::string, std::string>, int> owners;
  std::map<std::string, int> endpoints;
  const auto own = [&owners](const docker::Labels& labels) {
    if (labels.contains(kLabelInstance)) ++owners[{label(labels, kLabelInstance), app_of(labels)}];
  };
  for (const auto& [id, container] : all.containers) {
    own(container.details.labels);
    for (const auto& endpoint : container.details.endpoints)
      ++endpoints[endpoint.network_id];
  }
  for (const auto& [id, network] : all.networks) {
    own(network.labels);
    const auto named = index.networks_called(network.name);
    EXPECT_EQ(static_cast<long>(named.size()),
              std::ranges::count_if(all.networks, [&network](const auto& each) {
                return each.second.name == network.name;
              }));
    const auto around = index.networks_around(*model::parse_cidr(network.ipam[0].subnet));
    EXPECT_EQ(static_cast<long>(around.size()),
              std::ranges::count_if(all.networks, [&network](const auto& each) {
                return each.second.ipam[0].subnet == network.ipam[0].subnet;
              }));
    EXPECT_THAT(index.networks_called(id), testing::ElementsAre(&network));
  }
  EXPECT_EQ(index.owners(), owners);
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(index.endpoints_on("id" + std::to_string(i)), endpoints["id" + std::to_string(i)]);
}

TEST(ObservedIndex, FindsWhatASearchThroughEverythingFinds) {
  std::mt19937 random(11);
  ObservedIndex index;
  for (int i = 0; i < 3000; ++i) {
    change(index, random);
    expect_finds_all(index);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace fairlead::controller
