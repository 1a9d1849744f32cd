// The desired state as plain values: what one manifest document means, fully resolved.
//
// model/ is pure: bytes in, values or diagnostics out. Names follow the Compose specification;
// units are bytes, nanoseconds and nano-CPUs as in the Engine API. `std::optional` and empty
// containers mean "not declared": drift compares only what the user declared.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fairlead::model {

using Nanoseconds = std::chrono::nanoseconds;
using StringMap = std::map<std::string, std::string>;

// Where something stands in a manifest. Lines and columns count from 1; 0 means unknown.
struct Position {
  std::string file;  // relative to the manifests directory
  int line = 0;
  int column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

std::string to_string(const Position& position);  // file:line:column

enum class NetworkRecreate { kNever, kLive, kRestart };

struct IpamPool {
  std::string subnet;  // CIDR
  std::string gateway;
  std::string ip_range;  // CIDR
  StringMap aux_addresses;
  friend bool operator==(const IpamPool&, const IpamPool&) = default;
};

struct Network {
  std::string key;          // name under `networks:`; "default" for the implicit one
  std::string docker_name;  // what the engine calls it: `<prefix>_<key>` unless `name:` is given
  bool external = false;    // someone else's, or a `kind: Network`: never created or removed here
  std::optional<std::string> driver;
  StringMap driver_opts;
  std::optional<bool> internal;
  std::optional<bool> attachable;
  std::optional<bool> enable_ipv6;
  std::optional<bool> config_only;
  std::optional<std::string> config_from;
  StringMap labels;
  std::optional<std::string> ipam_driver;
  StringMap ipam_options;
  std::vector<IpamPool> ipam;
  Position position;
};

struct Volume {
  std::string key;
  std::string docker_name;
  bool external = false;
  std::optional<std::string> driver;
  StringMap driver_opts;
  StringMap labels;
  Position position;
};

// One endpoint of a service on one network.
struct Endpoint {
  std::string network;  // key under `networks:`
  std::vector<std::string> aliases;
  std::optional<std::string> ipv4_address;
  std::optional<std::string> ipv6_address;
  std::vector<std::string> link_local_ips;
  std::optional<std::string> mac_address;
  StringMap driver_opts;
  int priority = 0;
  std::optional<int> gw_priority;
  Position position;
};

struct Port {
  std::uint16_t target = 0;
  std::string published;  // "", "8080" or a range "8080-8090"; "" is an ephemeral host port
  std::string host_ip;
  std::string protocol = "tcp";
  Position position;
};

struct Mount {
  enum class Type { kVolume, kBind, kTmpfs };
  Type type = Type::kVolume;
  std::string source;  // volume key or absolute host path; empty for anonymous and tmpfs
  std::string target;
  bool read_only = false;
  std::string propagation;  // bind only
  bool create_host_path = false;
  bool nocopy = false;  // volume only
  std::optional<std::int64_t> tmpfs_size;
  std::optional<std::uint32_t> tmpfs_mode;
  Position position;
};

struct Healthcheck {
  bool disable = false;
  std::vector<std::string> test;  // as the engine takes it: CMD, CMD-SHELL or NONE first
  std::optional<Nanoseconds> interval;
  std::optional<Nanoseconds> timeout;
  std::optional<Nanoseconds> start_period;
  std::optional<Nanoseconds> start_interval;
  std::optional<int> retries;
};

struct Dependency {
  enum class Condition { kStarted, kHealthy, kCompletedSuccessfully };
  std::string service;
  Condition condition = Condition::kStarted;
  bool restart = false;
  bool required = true;
  Position position;
};

struct RestartPolicy {
  std::string name;  // no, always, on-failure, unless-stopped
  int max_attempts = 0;
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

struct Service {
  std::string name;
  std::string container_name;  // `container_name:`, else `<prefix>-<service>-1`
  std::string image;
  // nullopt: the image's own; an empty list clears it.
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<std::string>> entrypoint;
  // nullopt value: bare `KEY`, resolved from the manifest's environment and dropped if unset.
  std::map<std::string, std::optional<std::string>> environment;
  StringMap labels;
  std::vector<Port> ports;
  std::vector<Mount> mounts;
  std::vector<Endpoint> endpoints;  // sorted: primary first (priority, then name); see network_mode
  std::string network_mode;         // "", none, host, bridge, service:X, container:X
  std::optional<RestartPolicy> restart;
  std::vector<Dependency> depends_on;
  std::optional<Healthcheck> healthcheck;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::string> hostname;
  std::optional<bool> init;
  std::optional<std::string> stop_signal;
  std::optional<Nanoseconds> stop_grace_period;
  std::vector<std::string> extra_hosts;  // host:ip
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  std::optional<bool> privileged;
  std::optional<bool> read_only;
  std::optional<std::int64_t> mem_limit;  // bytes
  std::optional<std::int64_t> nano_cpus;  // cpus × 1e9
  std::optional<std::int64_t> pids_limit;
  Position position;
};

// One desired application (`kind: App` or a plain Compose file).
struct App {
  std::string name;
  std::string prefix;  // of Docker names: `appId` if given, else the name
  bool enveloped = false;
  StringMap labels;
  StringMap annotations;
  bool suspend = false;
  bool prune = true;
  NetworkRecreate network_recreate = NetworkRecreate::kNever;
  std::vector<Service> services;  // sorted by name
  std::vector<Network> networks;  // sorted by key; only those that a service uses, or declared
  std::vector<Volume> volumes;    // sorted by key
  Position position;
  std::string digest;  // of the canonical form: equal digests mean "no effective change"
};

// `kind: Network`: a network shared by several Apps, with its own life. Apps refer to it as
// `external: true, name: <docker_name>`.
struct SharedNetwork {
  std::string name;
  StringMap metadata_labels;
  bool suspend = false;
  bool prune = true;
  NetworkRecreate network_recreate = NetworkRecreate::kNever;
  Network network;  // key == name
  Position position;
  std::string digest;
};

}  // namespace fairlead::model
