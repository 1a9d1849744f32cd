// Typed requests and replies of the Engine API: the few fields that Fairlead reads or sends.
//
// Objects are addressed by full 64-hex ID; names and filters are ambiguous (F001, F003). Optional
// fields are absent from requests when unset; replies tolerate their absence (F072).
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "docker/labels.h"

namespace fairlead::docker {

// Settings without a meaning of their own here, by their place in a create request:
// "Config.Tty", "HostConfig.ShmSize".
using Settings = std::map<std::string, boost::json::value>;

struct EngineInfo {
  std::string id;  // /info ID; a change means another engine is behind the socket (F120)
  std::string name;
  std::string version;      // 20.10.24
  std::string api_version;  // negotiated: min(ours, the engine's)
  std::string os;
  std::int64_t ncpu = 0;
};

// True if the negotiated version is at least major.minor, e.g. multi-endpoint create is 1.44.
bool api_at_least(const std::string& api_version, int major, int minor);

// ---- Networks ----

struct IpamConfig {
  std::string subnet;
  std::string gateway;
  std::string ip_range;
  StringMap aux_addresses;  // on the wire "AuxiliaryAddresses"
  friend bool operator==(const IpamConfig&, const IpamConfig&) = default;
};

struct NetworkSpec {
  std::string name;
  std::optional<std::string> driver;
  StringMap options;
  StringMap labels;
  std::optional<bool> internal;
  std::optional<bool> attachable;
  std::optional<bool> enable_ipv4;  // only from API 1.48
  std::optional<bool> enable_ipv6;
  std::optional<bool> config_only;
  std::optional<std::string> config_from;
  std::optional<std::string> ipam_driver;
  StringMap ipam_options;
  std::vector<IpamConfig> ipam;
};

// A network as listed or inspected. `members` only from inspect: the list leaves them out.
struct Network {
  std::string id;
  std::string name;
  std::string created;
  std::string scope;
  std::string driver;
  StringMap options;
  Labels labels;
  bool internal = false;
  bool attachable = false;
  bool enable_ipv6 = false;
  bool config_only = false;
  std::string config_from;
  std::string ipam_driver;
  StringMap ipam_options;
  std::vector<IpamConfig> ipam;
  struct Member {
    std::string container_id;
    std::string name;
    std::string ipv4;  // CIDR
    std::string mac;
  };
  std::vector<Member> members;
};

// Settings of one endpoint, always sent in full: a bare connect drops aliases (F011).
struct EndpointSpec {
  std::string network_id;  // decides, where both are given
  std::string network_name;
  std::vector<std::string> aliases;
  std::string ipv4_address;
  std::string ipv6_address;
  std::vector<std::string> link_local_ips;
  std::string mac_address;  // only from API 1.44
  StringMap driver_opts;
  std::optional<int> gw_priority;  // only from API 1.48
  std::vector<std::string> links;  // CONTAINER:ALIAS: names that only this container resolves
};

struct Endpoint {
  std::string network_name;
  // Empty on a running container: a connect that failed left this behind; it is not attached.
  std::string network_id;
  std::string endpoint_id;  // empty while the container is not running
  std::vector<std::string> aliases;
  std::string ip_address;       // what it has now
  std::string ipv4_configured;  // IPAMConfig: what was asked for
  std::string ipv6_configured;
  std::string ipv6_address;
  std::vector<std::string> link_local_ips;
  std::string mac_address;
  std::string gateway;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// ---- Containers ----

struct PortBinding {
  std::uint16_t container_port = 0;
  std::string protocol;
  std::string host_ip;
  std::string host_port;  // "" = ephemeral, or "8080", or a range
  friend auto operator<=>(const PortBinding&, const PortBinding&) = default;
};

struct MountSpec {
  std::string type;  // volume, bind, tmpfs
  std::string source;
  std::string target;
  bool read_only = false;
  std::string propagation;
  bool create_mountpoint = false;
  bool nocopy = false;
  std::optional<std::int64_t> tmpfs_size;
  std::optional<std::uint32_t> tmpfs_mode;
  std::string recursive;  // bind: "", enabled, disabled, writable, readonly
  std::string subpath;    // volume (API 1.45) and image (API 1.48)
  StringMap labels;       // of an anonymous volume
};

struct HealthSpec {
  std::vector<std::string> test;
  std::int64_t interval_ns = 0;
  std::int64_t timeout_ns = 0;
  std::int64_t start_period_ns = 0;
  std::int64_t start_interval_ns = 0;  // only from API 1.44
  int retries = 0;
};

struct RestartPolicy {
  std::string name;  // "" means the engine's default, "no"
  int max_attempts = 0;
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

// A file that a container gets before it starts: a config or a secret. Never logged.
struct FileContent {
  std::string path;  // absolute
  std::uint32_t mode = 0444;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::shared_ptr<const std::string> bytes;
};

// A command to run in a running container, beside its own process.
struct ExecSpec {
  std::vector<std::string> command;
  std::string user{};         // "" is the container's
  std::string working_dir{};  // "" is the container's
  bool privileged = false;
  std::vector<std::string> env{};  // KEY=VALUE
  friend bool operator==(const ExecSpec&, const ExecSpec&) = default;
};

// How it ended, and the last of what it wrote: stdout and stderr as they came, at most 2 KiB.
struct ExecResult {
  int exit_code = 0;
  std::string output;
};

struct ContainerSpec {
  std::string name;
  std::string image;
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<std::string>> entrypoint;
  std::vector<std::string> env;  // KEY=VALUE
  StringMap labels;
  std::vector<PortBinding> ports;
  std::vector<MountSpec> mounts;
  // none, host, bridge, container:<id>, or the *name* of the primary network: an ID would be dead
  // once the network is made anew, and no connect or start succeeds on it from then on.
  std::string network_mode;
  std::vector<EndpointSpec> endpoints;  // primary first
  std::optional<RestartPolicy> restart;
  std::optional<HealthSpec> health;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::string> hostname;
  std::optional<bool> init;
  std::optional<int> stop_timeout_seconds;
  std::vector<std::string> extra_hosts;
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  std::optional<bool> privileged;
  std::optional<bool> read_only;
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> nano_cpus;
  std::optional<std::int64_t> pids_limit;
  std::string platform;  // OS/ARCH[/VARIANT]
  Settings settings;
};

// What a list gives: enough to decide that nothing changed, for all containers in one call.
struct ContainerSummary {
  std::string id;
  std::vector<std::string> names;  // without the leading slash
  std::string image;
  std::string image_id;
  std::string state;  // created running paused restarting removing exited dead
  std::string status_text;
  std::int64_t created = 0;  // seconds
  Labels labels;
  std::vector<Endpoint> endpoints;  // network_id and ip_address; no aliases
  friend bool operator==(const ContainerSummary&, const ContainerSummary&) = default;
};

// A volume that a container has mounted, whoever asked for it: the request, or the image's VOLUME.
struct MountedVolume {
  std::string name;
  std::string target;  // as the engine cleaned it
  friend bool operator==(const MountedVolume&, const MountedVolume&) = default;
};
// True if nobody named it: the engine calls such a volume by 64 hexadecimal digits.
bool anonymous(const MountedVolume& volume);

struct Container {
  std::string id;
  std::string name;  // without the leading slash
  std::string created;
  std::string image;  // as given at create
  std::string image_id;
  Labels labels;
  // State. Never trust `running` alone: a crash loop reports it too (F033).
  std::string state;
  bool running = false;
  bool paused = false;
  bool oom_killed = false;
  int pid = 0;
  int exit_code = 0;
  std::string error;
  std::string started_at;
  std::string finished_at;
  std::string health;  // "", starting, healthy, unhealthy
  int restart_count = 0;
  // Configuration, as the engine normalised it (F057)
  std::vector<std::string> command;
  std::vector<std::string> entrypoint;
  std::vector<std::string> env;
  std::string user;
  std::string working_dir;
  std::string hostname;
  std::string network_mode;
  RestartPolicy restart;
  std::int64_t memory = 0;
  std::int64_t nano_cpus = 0;
  std::int64_t pids_limit = 0;
  bool privileged = false;
  bool read_only = false;
  std::vector<PortBinding> ports;
  std::vector<MountSpec> mounts;  // as asked for; see `volumes`
  std::vector<MountedVolume> volumes;
  std::vector<Endpoint> endpoints;
  Settings settings;  // those of container_fields.h that are set
};

// `/containers/ID/update`: what the engine changes in place.
struct ContainerUpdate {
  std::optional<RestartPolicy> restart;
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> nano_cpus;
  std::optional<std::int64_t> pids_limit;
  Settings settings;  // HostConfig only
};

// ---- Volumes, images, events ----

struct VolumeSpec {
  std::string name;
  std::optional<std::string> driver;
  StringMap driver_opts;
  StringMap labels;
};

struct Volume {
  std::string name;
  std::string driver;
  StringMap options;
  Labels labels;
  std::string created;
};

struct Image {
  std::string id;
  std::vector<std::string> repo_tags;
  std::vector<std::string> repo_digests;
  std::string last_tagged;           // RFC 3339; a pull tags
  std::vector<std::string> volumes;  // VOLUME: paths that get an anonymous volume
  StringMap labels{};                // its containers have them too, unless they say otherwise
};

struct PullRequest {
  std::string reference;
  std::string platform;  // "" is the engine's own
};

// One engine event. Events only wake the loop; they carry no state (F062).
struct Event {
  std::string type;    // container, network, volume, image
  std::string action;  // create, start, die, health_status: healthy, …
  std::string actor_id;
  StringMap attributes;
};

}  // namespace fairlead::docker
