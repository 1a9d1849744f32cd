// Containers of the in-process engine: creation, runs, ends and restart policies.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/time_text.h"
#include "docker/api_features.h"
#include "docker/embedded/state.h"

namespace fairlead::docker::embedded {
namespace {

constexpr Duration kFirstBackoff = std::chrono::milliseconds(100);
constexpr Duration kLongestBackoff = std::chrono::seconds(60);
constexpr Duration kStableRun = std::chrono::seconds(10);
constexpr Duration kDefaultHealthInterval = std::chrono::seconds(30);
constexpr int kKilled = 137;

// Long enough for a start to be seen, and for its reply to arrive first.
constexpr Duration kShortRun = std::chrono::milliseconds(100);

// What the sample image's program does: `/sample exit N` ends by itself.
std::optional<int> exit_code_of(const std::vector<std::string>& command) {
  int code = 0;
  if (command.size() < 3 || command[0] != "/sample" || command[1] != "exit") return std::nullopt;
  const auto& text = command[2];
  std::from_chars(text.data(), text.data() + text.size(), code);
  return code;
}

bool valid_name(const std::string& name) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  };
  return name.size() > 1 && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
         std::ranges::all_of(name, plain);
}

Reply<void> check_name_free(const State& state, const std::string& name) {
  const auto holder = state.box_ids.find(name);
  if (holder == state.box_ids.end()) return {};
  return refuse(409, std::string("Conflict. The container name \"/")
                         .append(name)
                         .append("\" is already in use by container \"")
                         .append(holder->second)
                         .append("\". You have to remove (or rename) that container to be able "
                                 "to reuse that name."));
}

std::vector<Endpoint> endpoints_of(const State& state, const ContainerSpec& spec,
                                   const std::string& api) {
  std::vector<Endpoint> out;
  const auto name_of = [&state](const std::string& key) {
    const auto network = find_network(state, key);
    return network ? (*network)->name : key;  // a missing network shows at start (F016)
  };
  for (const EndpointSpec& each : spec.endpoints) {
    if (!out.empty() && !has(api, ApiFeature::kSeveralEndpoints)) break;
    Endpoint endpoint;
    endpoint.network_name =
        each.network_name.empty() ? name_of(each.network_id) : each.network_name;
    endpoint.network_id = each.network_id;
    endpoint.aliases = each.aliases;
    endpoint.ipv4_configured = each.ipv4_address;
    endpoint.ipv6_configured = each.ipv6_address;
    endpoint.link_local_ips = each.link_local_ips;
    out.push_back(std::move(endpoint));
  }
  // Without endpoints the mode names the one network; `container:` has none of its own.
  if (out.empty() && !spec.network_mode.starts_with("container:")) {
    const bool none_named = spec.network_mode.empty() || spec.network_mode == "default";
    Endpoint endpoint;
    endpoint.network_name = name_of(none_named ? "bridge" : spec.network_mode);
    out.push_back(std::move(endpoint));
  }
  std::ranges::sort(out, {}, &Endpoint::network_name);
  return out;
}

Container container_from(const ContainerSpec& spec, std::string id, const Image& image) {
  Container out;
  out.name = spec.name;
  out.image = spec.image;
  auto labels = spec.labels;
  labels.insert(image.labels.begin(), image.labels.end());
  out.labels = labels;
  out.state = "created";
  out.command = spec.command.value_or(std::vector<std::string>{});
  out.entrypoint = spec.entrypoint.value_or(std::vector<std::string>{});
  out.env = spec.env;
  out.user = spec.user.value_or("");
  out.working_dir = spec.working_dir.value_or("");
  out.hostname = spec.hostname.value_or("");
  out.network_mode = spec.network_mode.empty() ? "default" : spec.network_mode;
  out.restart = spec.restart.value_or(RestartPolicy{});
  out.memory = spec.memory.value_or(0);
  out.nano_cpus = spec.nano_cpus.value_or(0);
  out.pids_limit = spec.pids_limit.value_or(0);
  out.privileged = spec.privileged.value_or(false);
  out.read_only = spec.read_only.value_or(false);
  out.ports = spec.ports;
  std::ranges::sort(out.ports);
  out.mounts = spec.mounts;
  out.settings = spec.settings;
  out.id = std::move(id);
  read_back(out);
  return out;
}

std::string without_end_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

bool same_port(const PortBinding& a, const PortBinding& b) {
  const auto any = [](const std::string& ip) { return ip.empty() || ip == "0.0.0.0"; };
  return !a.host_port.empty() && a.host_port == b.host_port && a.protocol == b.protocol &&
         (any(a.host_ip) || any(b.host_ip) || a.host_ip == b.host_ip);
}

}  // namespace

Model::Model(Clock& clock, Random& random, EmbeddedOptions options)
    : clock_(clock), random_(random), options_(std::move(options)) {
  add_predefined();
}

Model::~Model() {
  for (const auto timer : timers_)
    clock_.cancel(timer);
}

std::string Model::now() const {
  return to_rfc3339(clock_.wall_now());
}

Box* Model::find(const std::string& id_or_name) {
  const Box* found = find_box(state, id_or_name);
  return found == nullptr ? nullptr : &state.boxes.find(found->container.id)->second;
}

Reply<Box*> Model::require(const std::string& id_or_name) {
  Box* box = find(id_or_name);
  if (box == nullptr) return refuse(404, "No such container: " + id_or_name);
  return box;
}

Reply<void> Model::check_create(const ContainerSpec& spec) const {
  if (!valid_name(spec.name)) {
    return refuse(400, "Invalid container name (" + spec.name +
                           "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
  }
  if (auto free = check_name_free(state, spec.name); !free) return free;
  if (auto known = image(state, spec.image); !known) return std::unexpected(known.error());
  if (!has(options_.api_version, ApiFeature::kAddressCheckedAtCreate)) return {};
  for (const EndpointSpec& each : spec.endpoints) {
    const auto network =
        find_network(state, each.network_id.empty() ? each.network_name : each.network_id);
    if (!network) continue;  // shows at the start
    if (auto fits = check_address(**network, each.ipv4_address); !fits) {
      return refuse(400,
                    "invalid config for network " + (*network)->name + ": " + fits.error().message);
    }
  }
  return {};
}

// Volumes that are named or asked for without a name, then those of the image. All of them outlive
// the container.
Reply<std::vector<MountedVolume>> Model::mount_volumes(const ContainerSpec& spec,
                                                       const Image& image) {
  std::vector<MountedVolume> out;
  const auto mount = [&](const std::string& source, const std::string& target,
                         const StringMap& labels) {
    const std::string name = source.empty() ? random_.hex(64) : source;
    out.push_back({name, without_end_slash(target)});
    return create_volume({name, {}, {}, labels});
  };
  for (const MountSpec& each : spec.mounts) {
    if (each.type != "volume") continue;
    if (auto made = mount(each.source, each.target, each.labels); !made)
      return std::unexpected(made.error());
  }
  for (const auto& path : image.volumes) {
    const bool covered = std::ranges::any_of(spec.mounts, [&path](const MountSpec& each) {
      return without_end_slash(each.target) == without_end_slash(path);
    });
    if (covered) continue;
    if (auto made = mount("", path, {}); !made) return std::unexpected(made.error());
  }
  std::ranges::sort(out, {}, &MountedVolume::target);
  return out;
}

Reply<std::string> Model::create(const ContainerSpec& spec) {
  if (auto checked = check_create(spec); !checked) return std::unexpected(checked.error());
  const auto of = *image(state, spec.image);
  auto volumes = mount_volumes(spec, of);
  if (!volumes) return std::unexpected(volumes.error());
  Box box;
  box.container = container_from(spec, random_.hex(64), of);
  if (change_read_back) change_read_back(box.container);
  box.container.created = now();
  box.container.image_id = of.id;
  box.container.volumes = std::move(*volumes);
  box.container.endpoints = endpoints_of(state, spec, options_.api_version);
  box.created_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch())
          .count();
  if (spec.health && !spec.health->test.empty() && spec.health->test[0] != "NONE") {
    box.checks_health = true;
    const Duration interval(spec.health->interval_ns);
    box.health_interval = interval.count() > 0 ? interval : kDefaultHealthInterval;
  }
  say(box, "create");
  std::string id = box.container.id;
  state.add(std::move(box));
  return id;
}

// At the start and not before: a host port belongs to who runs. The same for the container whose
// network is shared.
Reply<void> Model::check_ports(const Box& box) const {
  for (const auto& [id, other] : state.boxes) {
    if (box.container.ports.empty()) break;
    if (!other.container.running || id == box.container.id) continue;
    for (const PortBinding& port : box.container.ports) {
      const auto taken = [&port](const PortBinding& theirs) { return same_port(port, theirs); };
      if (std::ranges::none_of(other.container.ports, taken)) continue;
      const std::string ip = port.host_ip.empty() ? "0.0.0.0" : port.host_ip;
      return refuse(500, "driver failed programming external connectivity on endpoint " +
                             box.container.name + " (" + random_.hex(64) + "): Bind for " + ip +
                             ":" + port.host_port + " failed: port is already allocated");
    }
  }
  const std::string& mode = box.container.network_mode;
  if (!mode.starts_with("container:")) return {};
  const Box* target = find_box(state, mode.substr(10));
  if (target == nullptr) return refuse(500, "No such container: " + mode.substr(10));
  if (!target->container.running) {
    return refuse(409, "cannot join network of a non running container: " + target->container.id);
  }
  return {};
}

// A failed start leaves the container behind with its error; no policy retries it (F031).
Reply<void> Model::run(Box& box) {
  Container& container = box.container;
  auto ready = check_ports(box);
  if (ready && !container.endpoints.empty()) ready = check_mode(container);
  if (ready) ready = attach_all(box);
  if (!ready) {
    container.error = ready.error().message;
    container.exit_code = 128;
    container.running = false;
    if (container.state != "created") container.state = "exited";
    return ready;
  }
  container.state = "running";
  container.running = true;
  container.error.clear();
  container.exit_code = 0;
  container.oom_killed = false;
  container.pid = static_cast<int>(1000 + random_.below(30000));
  container.started_at = now();
  container.health = box.checks_health ? "starting" : "";
  box.run_since = clock_.steady_now();
  ++box.run;
  say(box, "start");
  if (box.checks_health) later(box, box.health_interval, &Model::first_check);
  if (exit_code_of(container.command)) later(box, kShortRun, &Model::exit_as_told);
  return {};
}

Reply<void> Model::start(const std::string& id) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  const Container& container = (*box)->container;
  if (container.paused) return refuse(409, "cannot start a paused container, try unpause instead");
  if (container.running) return {};
  if (container.state == "dead") {
    return refuse(409, "container is marked for removal and cannot be started");
  }
  (*box)->stopped_by_hand = false;
  (*box)->backoff = {};
  return run(**box);
}

void Model::end_run(Box& box, int code) {
  Container& container = box.container;
  ++box.run;
  container.running = false;
  container.paused = false;
  container.state = "exited";
  container.exit_code = code;
  container.pid = 0;
  container.finished_at = now();
  say(box, "die", {{"exitCode", std::to_string(code)}});
  detach_all(box);
}

Reply<void> Model::stop(const std::string& id) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  if (!(*box)->container.running) return {};
  (*box)->stopped_by_hand = true;
  say(**box, "kill", {{"signal", "15"}});
  end_run(**box, 0);
  say(**box, "stop");
  return {};
}

Reply<void> Model::remove(const std::string& id, bool force) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  const std::string full_id = (*box)->container.id;
  if ((*box)->container.running) {
    if (!force) {
      return refuse(409, "You cannot remove a running container " + full_id +
                             ". Stop the container before attempting removal or force remove");
    }
    say(**box, "kill", {{"signal", "9"}});
    end_run(**box, kKilled);
  }
  // Before it is gone: the event has its name and labels.
  say(**box, "destroy");
  state.remove_box(full_id);
  return {};
}

Reply<void> Model::rename(const std::string& id, const std::string& name) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  Container& container = (*box)->container;
  if (!valid_name(name)) {
    return refuse(
        400, "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
  }
  if (container.name == name) {
    return refuse(400, "Renaming a container with the same name as its current name");
  }
  if (auto free = check_name_free(state, name); !free) return free;
  const std::string old = container.name;
  state.rename(**box, name);
  say(**box, "rename", {{"oldName", "/" + old}});
  return {};
}

Reply<void> Model::update(const std::string& id, const ContainerUpdate& update) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  Container& container = (*box)->container;
  // "" and 0 leave a value as it is; only processes may be set to 0.
  if (update.restart && !update.restart->name.empty()) container.restart = *update.restart;
  if (update.memory.value_or(0) != 0) container.memory = *update.memory;
  if (update.nano_cpus.value_or(0) != 0) container.nano_cpus = *update.nano_cpus;
  if (update.pids_limit) container.pids_limit = *update.pids_limit;
  for (const auto& [path, value] : update.settings) {
    if (value != boost::json::value(0) && value != boost::json::value(""))
      container.settings[path] = value;
  }
  if (change_read_back) change_read_back(container);
  say(**box, "update");
  return {};
}

Reply<void> Model::put_files(const std::string& id, const std::vector<FileContent>& files) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  if ((*box)->container.read_only) return refuse(400, "container rootfs is marked read-only");
  for (const auto& file : files)
    (*box)->files[file.path] = *file.bytes;
  return {};
}

Reply<void> Model::pause(const std::string& id) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  Container& container = (*box)->container;
  if (!container.running) return refuse(409, "Container " + container.id + " is not running");
  container.paused = true;
  container.state = "paused";
  say(**box, "pause");
  return {};
}

Reply<void> Model::unpause(const std::string& id) {
  const auto box = require(id);
  if (!box) return std::unexpected(box.error());
  Container& container = (*box)->container;
  if (!container.paused) return refuse(500, "Container " + container.id + " is not paused");
  container.paused = false;
  container.state = "running";
  say(**box, "unpause");
  return {};
}

void Model::exit_as_told(Box& box) {
  exit(box.container.id, exit_code_of(box.container.command).value_or(0));
}

Reply<void> Model::check_exec(const State& from, const std::string& id, const ExecSpec& spec) {
  const Box* box = find_box(from, id);
  if (box == nullptr) return refuse(404, "No such container: " + id);
  if (!box->container.running || box->container.state == "restarting")
    return refuse(409, "Container " + box->container.id + " is not running");
  if (box->container.paused)
    return refuse(409, "Container " + box->container.id + " is paused, unpause the container " +
                           "before exec");
  if (spec.command.empty()) return refuse(400, "No exec command specified");
  return {};
}

// Nothing is run: `/sample exit N` has its code, and every other command succeeds.
Reply<ExecResult> Model::exec(const std::string& id, const ExecSpec& spec) {
  const auto fine = check_exec(state, id, spec);
  if (!fine) return std::unexpected(fine.error());
  return ExecResult{exit_code_of(spec.command).value_or(0), ""};
}

// Calls `then` unless the container has ended this run, or is gone, by that time.
void Model::later(const Box& box, Duration delay, void (Model::*then)(Box&)) {
  const auto timer = std::make_shared<Clock::TimerId>();
  *timer = clock_.call_at(clock_.steady_now() + delay,
                          [this, then, timer, id = box.container.id, generation = box.run] {
                            timers_.erase(*timer);
                            ++state.version;
                            Box* found = find(id);
                            if (found != nullptr && found->run == generation) (this->*then)(*found);
                          });
  timers_.insert(*timer);
}

// 100 ms doubling to a minute, from the start after any run of ten seconds (F034). While it waits,
// the engine reports `Running` (F033).
void Model::restart_later(Box& box) {
  const bool stable = clock_.steady_now() - box.run_since >= kStableRun;
  box.backoff = stable || box.backoff == Duration::zero()
                    ? kFirstBackoff
                    : std::min(box.backoff * 2, kLongestBackoff);
  box.container.state = "restarting";
  box.container.running = true;
  later(box, box.backoff, &Model::restart_now);
}

// A failed restart stays where run() leaves it, as a failed start does.
void Model::restart_now(Box& box) {
  ++box.container.restart_count;
  static_cast<void>(run(box));
}

void Model::exit(const std::string& id, int code) {
  Box* box = find(id);
  if (box == nullptr || !box->container.running) return;
  end_run(*box, code);
  const RestartPolicy& policy = box->container.restart;
  const bool tries_left =
      policy.max_attempts == 0 || box->container.restart_count < policy.max_attempts;
  const bool again = policy.name == "always" || policy.name == "unless-stopped" ||
                     (policy.name == "on-failure" && code != 0 && tries_left);
  if (again) restart_later(*box);
}

void Model::set_health(const std::string& id, const std::string& health) {
  Box* box = find(id);
  if (box == nullptr || !box->container.running || box->container.health == health) return;
  box->container.health = health;
  say(*box, "health_status: " + health);
}

// The first check after a start succeeds; tests say otherwise with set_health.
void Model::first_check(Box& box) {
  if (box.container.health == "starting") set_health(box.container.id, "healthy");
}

// What became of running containers when dockerd 20.10 was stopped or killed, without live-restore.
void Model::restart(bool graceful) {
  for (auto& [id, box] : state.boxes) {
    Container& container = box.container;
    const bool was_running = container.running;
    if (was_running) end_run(box, kKilled);
    const std::string& policy = container.restart.name;
    const bool back =
        (was_running && (policy == "on-failure" || (policy == "unless-stopped" && graceful))) ||
        (policy == "always" && container.state != "created");
    if (back) static_cast<void>(run(box));  // a failure shows in the container's state
  }
}

}  // namespace fairlead::docker::embedded
