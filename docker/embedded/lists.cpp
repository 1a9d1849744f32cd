// What the in-process engine answers to reads, its volumes and images, and what it says in events.
#include <algorithm>

#include "docker/embedded/state.h"

namespace fairlead::docker::embedded {
namespace {

// "key" or "key=value", as in the engine's label filter.
bool carries(const Labels& have, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted, [&have](const std::string& label) {
    const auto equals = label.find('=');
    const auto* found = have.find(label.substr(0, equals));
    if (found == nullptr) return false;
    return equals == std::string::npos || *found == label.substr(equals + 1);
  });
}

// Only what is read of it: the controller looks for the health in it.
std::string status_text(const Container& container) {
  if (container.state == "created") return "Created";
  if (container.state == "exited") return "Exited (" + std::to_string(container.exit_code) + ")";
  std::string text = container.state == "restarting" ? "Restarting" : "Up";
  if (container.paused) text += " (Paused)";
  if (!container.health.empty()) {
    text += container.health == "starting" ? " (health: starting)" : " (" + container.health + ")";
  }
  return text;
}

ContainerSummary summary_of(const Box& box) {
  const Container& container = box.container;
  ContainerSummary out;
  out.id = container.id;
  out.names = {container.name};
  out.image = container.image;
  out.image_id = container.image_id;
  out.state = container.state;
  out.status_text = status_text(container);
  out.created = box.created_seconds;
  out.labels = container.labels;
  out.endpoints = container.endpoints;
  if (container.running)
    std::erase_if(out.endpoints, [](const Endpoint& each) {
      return each.endpoint_id.empty();  // a phantom is shown by inspect only
    });
  for (Endpoint& endpoint : out.endpoints)
    endpoint.aliases.clear();  // the list never shows them
  return out;
}

}  // namespace

void State::add(Network network) {
  const std::string id = network.id;
  network_ids[network.name].insert(id);
  for (const IpamConfig& pool : network.ipam)
    if (const auto block = model::parse_cidr(pool.subnet)) subnets.insert(*block, id);
  networks.emplace(id, std::move(network));
  networks_version = ++version;
}

void State::remove_network(const std::string& id) {
  const Network& network = networks.at(id);
  const auto named = network_ids.find(network.name);
  named->second.erase(id);
  if (named->second.empty()) network_ids.erase(named);
  for (const IpamConfig& pool : network.ipam)
    if (const auto block = model::parse_cidr(pool.subnet)) subnets.erase(*block, id);
  visitors.erase(id);
  generated_pools.erase(id);
  networks.erase(id);
  networks_version = ++version;
}

void State::add(Box box) {
  const std::string id = box.container.id;
  box_ids[box.container.name] = id;
  for (const Endpoint& endpoint : box.container.endpoints)
    visitors[endpoint.network_id].insert(id);
  boxes.emplace(id, std::move(box));
}

void State::rename(Box& box, const std::string& name) {
  box_ids.erase(box.container.name);
  box.container.name = name;
  box_ids[name] = box.container.id;
}

void State::remove_box(const std::string& id) {
  const Box& box = boxes.at(id);
  box_ids.erase(box.container.name);
  for (const Endpoint& endpoint : box.container.endpoints)
    if (const auto on = visitors.find(endpoint.network_id); on != visitors.end())
      on->second.erase(id);
  boxes.erase(id);
}

const Box* find_box(const State& state, const std::string& id_or_name) {
  if (const auto exact = state.boxes.find(id_or_name); exact != state.boxes.end()) {
    return &exact->second;
  }
  if (const auto named = state.box_ids.find(id_or_name); named != state.box_ids.end()) {
    return &state.boxes.at(named->second);
  }
  if (id_or_name.size() < 12) return nullptr;
  const auto first = state.boxes.lower_bound(id_or_name);
  if (first == state.boxes.end() || !first->first.starts_with(id_or_name)) return nullptr;
  const auto second = std::next(first);
  const bool unique = second == state.boxes.end() || !second->first.starts_with(id_or_name);
  return unique ? &first->second : nullptr;
}

std::vector<ContainerSummary> Model::list(const State& from,
                                          const std::vector<std::string>& labels) {
  std::vector<ContainerSummary> out;
  for (const auto& [id, box] : from.boxes) {
    if (carries(box.container.labels, labels)) out.push_back(summary_of(box));
  }
  return out;
}

Reply<Container> Model::inspect(const State& from, const std::string& id) {
  const Box* box = find_box(from, id);
  if (box == nullptr) return refuse(404, "No such container: " + id);
  return box->container;
}

std::vector<Volume> Model::volumes(const State& from, const std::vector<std::string>& labels) {
  std::vector<Volume> out;
  for (const auto& [name, volume] : from.volumes) {
    if (carries(volume.labels, labels)) out.push_back(volume);
  }
  return out;
}

Reply<Volume> Model::inspect_volume(const State& from, const std::string& name) {
  const auto found = from.volumes.find(name);
  if (found == from.volumes.end()) return refuse(404, "get " + name + ": no such volume");
  return found->second;
}

// An existing volume is the answer, whatever was asked for (F050).
Reply<Volume> Model::create_volume(const VolumeSpec& spec) {
  if (const auto found = state.volumes.find(spec.name); found != state.volumes.end()) {
    return found->second;
  }
  if (spec.name.size() < 2) {
    return refuse(400,
                  "volume name is too short, names should be at least two alphanumeric "
                  "characters");
  }
  const std::string driver = spec.driver.value_or("local");
  if (driver != "local") {
    return refuse(
        404, "error looking up volume plugin " + driver + ": plugin \"" + driver + "\" not found");
  }
  Volume volume{spec.name, driver, spec.driver_opts, spec.labels, now()};
  state.volumes.emplace(spec.name, volume);
  say("volume", "create", spec.name, {{"driver", driver}});
  return volume;
}

Reply<Image> Model::image(const State& from, const std::string& reference) const {
  if (const auto found = from.images.find(reference); found != from.images.end()) {
    return found->second;
  }
  // The demo engine has every image, and one ID for all.
  if (!options_.any_image) return refuse(404, "No such image: " + reference);
  return Image{"sha256:" + std::string(64, '0'), {reference}, {}, "", {}};
}

void Model::add_image(const std::string& reference) {
  state.images[reference] = {"sha256:" + random_.hex(64), {reference}, {}, "", {}};
}

void Model::say(const std::string& type, const std::string& action, const std::string& id,
                StringMap attributes) const {
  if (emit) emit({type, action, id, std::move(attributes)});
}

// dockerd sends labels, name and image with every event of a container.
void Model::say(const Box& box, const std::string& action, StringMap attributes) const {
  attributes.merge(box.container.labels.map());
  attributes["name"] = box.container.name;
  attributes["image"] = box.container.image;
  say("container", action, box.container.id, std::move(attributes));
}

void Model::say(const Network& network, const std::string& action, const Box* box) const {
  StringMap attributes{{"name", network.name}, {"type", network.driver}};
  if (box != nullptr) attributes["container"] = box->container.id;
  say("network", action, network.id, std::move(attributes));
}

}  // namespace fairlead::docker::embedded
