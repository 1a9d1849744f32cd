// The desired state as plain values: what one manifest document means, fully resolved.
//
// model/ is pure: bytes in, values or diagnostics out. Names follow the Compose specification;
// units are bytes, nanoseconds and nano-CPUs as in the Engine API. `std::optional` and empty
// containers mean "not declared": drift compares only what the user declared, and what is not
// declared is whatever the engine or the image says.
//
// "Resolved" means: no variable, include or extension is left; every object has its Docker name;
// the implicit network and dependencies are there; services of inactive profiles are not
// (decode/parts.h). So nobody downstream asks the manifest again, and two spellings of one App have
// one digest.
//
// An App is not changed once it is decoded, and is compared by `digest` alone; what is large in it,
// contents and masks, is shared. No member may be added without a look at
//
//   form/canonical.cpp      does it make a container another one? (form/canonical.h)
//   form/compose_json.cpp   how does Compose print it? In the digest from then on
//   pass/values.h           does not compile without it: recordings must have it
//
// The questions that several parts ask of these values alike are functions below; each has one
// answer here and nowhere else.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/masks.h"

namespace fairlead::model {

using Nanoseconds = std::chrono::nanoseconds;
using StringMap = std::map<std::string, std::string>;

// Where something stands in a manifest. Lines and columns count from 1; 0 means unknown. Of a
// service or network where its key stands; with included files the place in the file that says it.
struct Position {
  std::string file;  // relative to the manifests directory
  int line = 0;
  int column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

std::string to_string(const Position& position);  // file:line:column

// What a changed network may cost its members. Only kNever has an effect so far: the others are
// read, and act alike with a warning (decode/parts.h).
enum class NetworkRecreate { kNever, kLive, kRestart };

// One pool of addresses. With a subnet everything else lies in it, which was checked; a gateway or
// range without one is refused (F006).
struct IpamPool {
  std::string subnet;  // CIDR
  std::string gateway;
  std::string ip_range;  // CIDR
  StringMap aux_addresses;
  friend bool operator==(const IpamPool&, const IpamPool&) = default;
};

// A network as the App declares it. Nothing in it can be changed on a living network, by any
// engine: a difference is told, and waits for a person (controller/plan/networks.h).
struct Network {
  std::string key;          // name under `networks:`; "default" for the implicit one
  std::string docker_name;  // what the engine calls it: `<prefix>_<key>` unless `name:` is given
  bool external = false;    // someone else's, or a `kind: Network`: never created or removed here
  std::optional<std::string> driver;
  StringMap driver_opts;
  // Flags are compared only if they are given: Docker's default stands otherwise.
  std::optional<bool> internal;
  std::optional<bool> attachable;
  std::optional<bool> enable_ipv4;  // only from API 1.48
  std::optional<bool> enable_ipv6;
  std::optional<bool> config_only;
  std::optional<std::string> config_from;
  StringMap labels;
  std::optional<std::string> ipam_driver;
  StringMap ipam_options;
  std::vector<IpamPool> ipam;
  Position position;
};

// Volumes hold data: they are made, compared and never removed (controller/plan/volumes.h). One
// that is external must be there.
struct Volume {
  std::string key;
  std::string docker_name;
  bool external = false;
  std::optional<std::string> driver;
  StringMap driver_opts;
  StringMap labels;
  Position position;
};

// One endpoint of a service on one network. Membership, aliases and addresses are applied to a
// running container by disconnect and connect (controller/diff/endpoints.h); none of it is in a
// spec hash. The service's own name is among `aliases` always.
struct Endpoint {
  std::string network;  // key under `networks:`
  std::vector<std::string> aliases;
  std::optional<std::string> ipv4_address;
  std::optional<std::string> ipv6_address;
  std::vector<std::string> link_local_ips;
  std::optional<std::string> mac_address;
  StringMap driver_opts;
  // The highest is the primary one, of equal ones the first by name, as in Compose: the container
  // is created with it. Which gateway is used `gw_priority` says, from API 1.48.
  int priority = 0;
  std::optional<int> gw_priority;
  std::optional<std::string> interface_name;
  Position position;
};

// One port of a container: a range in a manifest is as many of these. Published or not, it is
// exposed too: an engine passes over a binding of what is not (F041).
struct Port {
  std::uint16_t target = 0;
  std::string published;  // "", "8080" or a range "8080-8090"; "" is an ephemeral host port
  std::string host_ip;
  std::string protocol = "tcp";
  // Said by Compose, and without effect on a single engine.
  std::string mode = "ingress";
  std::string name;
  std::string app_protocol;
  Position position;
};

// What one place in the container shows. Targets are cleaned as the engine keeps them, without a
// slash at their end; a relative source was one of the manifests directory on the engine's host.
struct Mount {
  enum class Type { kVolume, kBind, kTmpfs, kImage };
  Type type = Type::kVolume;
  // Volume key, absolute host path or image; empty for anonymous volumes and tmpfs.
  std::string source;
  std::string target;
  bool read_only = false;
  std::string propagation;  // bind only
  std::string recursive;    // bind only: "", enabled, disabled, writable, readonly
  std::string selinux;      // bind only, without effect: z or Z
  // A missing source is made as a folder, as Compose's short form wants it; otherwise the engine
  // refuses the mount (F043).
  bool create_host_path = false;
  bool nocopy = false;  // volume only
  std::string subpath;  // volume and image only
  StringMap labels;     // of an anonymous volume
  std::optional<std::int64_t> tmpfs_size;
  std::optional<std::uint32_t> tmpfs_mode;
  Position position;
};

// Of what is not given the image's own stands, then the engine's default. `disable` is `test:
// [NONE]`.
struct Healthcheck {
  bool disable = false;
  std::vector<std::string> test;  // as the engine takes it: CMD, CMD-SHELL or NONE first
  std::optional<Nanoseconds> interval;
  std::optional<Nanoseconds> timeout;
  std::optional<Nanoseconds> start_period;
  std::optional<Nanoseconds> start_interval;
  std::optional<int> retries;
};

// A config or a secret of the top level. Its content is written into the container before each
// start, or mounted where that can't be done (is_mounted). A changed content is another digest in
// the spec hash of the services that see it, and so replaces exactly those.
struct File {
  std::string key;
  bool secret = false;
  std::string name;         // as Compose would call it
  std::string path;         // `file:`, relative to the manifests directory
  std::string host_path;    // the same on the engine's host; "" if it can't be mounted
  std::string environment;  // `environment:`
  std::string credential;   // `x-credential:`
  std::shared_ptr<const std::string> content;  // null if a diagnostic says why
  std::string digest;  // of the content, keyed: labels must not let anybody guess a secret (F105)
  Position position;
};

// Where a service wants to see one. Owner and mode count where it is written; where the file itself
// is mounted they are the host's.
struct FileMount {
  std::string source;  // key of a File
  bool secret = false;
  std::string target;  // as written; see target_of()
  std::string uid;     // "" is 0
  std::string gid;
  std::optional<std::uint32_t> mode;  // 0444 if not given
  Position position;
};

// Gates the start, and orders removal; what is implied by links and shared namespaces stands here
// like the rest (controller/plan/depends_on.h).
struct Dependency {
  enum class Condition { kStarted, kHealthy, kCompletedSuccessfully };
  std::string service;
  Condition condition = Condition::kStarted;
  // Restarted after Fairlead has replaced the other, and for nothing else
  // (controller/plan/followers.h).
  bool restart = false;
  // False: it may be missing, or fail; who depends on it is started all the same.
  bool required = true;
  Position position;
};

// The engine's own policy. What it does not start again is for Fairlead to judge
// (controller/plan/ends.h).
struct RestartPolicy {
  std::string name;  // no, always, on-failure, unless-stopped
  int max_attempts = 0;
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

// When an image is asked of its registry although the engine has it. With a period, a newer image
// that is found so replaces the container; one that merely appears in the engine does not (F053).
struct PullPolicy {
  enum class When { kMissing, kNever, kAlways, kEvery };
  When when = When::kMissing;
  Nanoseconds every{};  // kEvery
  std::string text;     // as written
};

// A step of `post_start` or `pre_stop`: a command inside the running container. A step of
// `pre_start` is a container of its own that ends before the service's starts. In the spec hash:
// what a container was prepared with can't be changed afterwards.
struct Hook {
  std::optional<std::vector<std::string>> command;  // always there but for a pre_start with `image`
  std::string image;                                // pre_start only; "" is the service's
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  bool privileged = false;
  bool per_replica = false;  // pre_start only
  std::map<std::string, std::optional<std::string>> environment;
};

// `deploy:`, as far as it says something to a single engine. A limit may stand in the service as
// well: ask memory_of() and its like, and not either member.
struct Deploy {
  std::optional<int> replicas;
  std::optional<std::int64_t> nano_cpus;
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> pids;
  std::optional<std::int64_t> memory_reservation;
  std::optional<RestartPolicy> restart;
  bool start_first = false;        // `update_config.order`
  std::optional<int> parallelism;  // of `update_config`: replicas at a time; 0 is all
  boost::json::object written;     // all of it, in Compose's canonical form
};

// One service; of several replicas the first. What differs between replicas is in replica().
struct Service {
  std::string name;
  int number = 1;              // which replica; a manifest's services are all the first
  bool named = false;          // `container_name:` is given
  std::string container_name;  // `container_name:`, else `<prefix>-<service>-<number>`
  std::string image;
  bool built = false;  // `build:` was passed over: the image may be there under Compose's name
  PullPolicy pull;
  std::vector<std::string> profiles;
  std::optional<int> scale;
  std::optional<Deploy> deploy;
  // Keys that go to the engine as they are, in Compose's canonical form (setting_keys.h).
  // By Compose's key. Their types are checked when they are read: `links`, `tmpfs` and
  // `volumes_from` are arrays of strings, `ipc` and `pid` strings, and may be taken for such.
  std::map<std::string, boost::json::value> settings;
  // nullopt: the image's own; an empty list clears it.
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<std::string>> entrypoint;
  // nullopt value: bare `KEY`, resolved from the manifest's environment and dropped if unset.
  std::map<std::string, std::optional<std::string>> environment;
  StringMap labels;
  std::vector<Port> ports;
  std::vector<Mount> mounts;
  std::vector<FileMount> files;  // `configs` and `secrets`
  // Empty with a `network_mode`: to give both is an error.
  std::vector<Endpoint> endpoints;  // sorted: primary first (priority, then name); see network_mode
  std::string network_mode;         // "", none, host, bridge, service:X, container:X
  std::optional<RestartPolicy> restart;
  std::vector<Dependency> depends_on;
  std::optional<Healthcheck> healthcheck;
  std::vector<Hook> pre_start;
  std::vector<Hook> post_start;
  std::vector<Hook> pre_stop;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::string> hostname;
  std::optional<bool> init;
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

// `scale`, else `deploy.replicas`, else 1. 0 is meant: its containers are leftovers, and go with
// their grace.
int replicas_of(const Service& service);
// What the service says, else its `deploy:`. A manifest in which both give a limit and differ is
// refused; of two restart policies the service's own counts.
std::optional<std::int64_t> memory_of(const Service& service);
std::optional<std::int64_t> nano_cpus_of(const Service& service);
std::optional<std::int64_t> pids_of(const Service& service);
std::optional<RestartPolicy> restart_of(const Service& service);
// Its path in the container: `/<source>` and `/run/secrets/<source>` unless the manifest says more.
// A relative target is one of the same folder.
std::string target_of(const FileMount& mount);
// True if the file can't be written before the start, because its place is read-only or hidden by a
// tmpfs: then the file of the manifests directory itself is mounted, which must be there for that
// (File::host_path); the checks see to it.
bool is_mounted(const Service& service, const FileMount& mount);
// What Compose calls a container that has no `container_name:`. Its leftovers are known by it when
// the manifest is gone.
std::string container_name_of(const std::string& prefix, const std::string& service, int number);
// What keeps a new container of the service from running beside the old one, as `start-first` wants
// it; "" if nothing does. In words, for a warning of the manifest; the replacement then acts as
// stop-first.
std::string overlap_obstacle(const Service& service);
// Services whose container this one shares a namespace or volumes with: they must exist first.
// Sorted, each once; `container:NAME`, which is somebody else's, is not among them.
std::vector<std::string> peers_of(const Service& service);

// With the pauses of controller/plan/ends.h that is about six minutes of trying.
inline constexpr int kDefaultRetries = 6;

// One desired application (`kind: App` or a plain Compose file). Equality is that of `digest`.
struct App {
  std::string name;
  std::string prefix;  // of Docker names: `appId` if given, else the name
  // It was `kind: App`, and no plain Compose file.
  bool enveloped = false;
  StringMap labels;
  StringMap annotations;
  // Observed and reported, and nothing is done to it.
  bool suspend = false;
  // False: what leaves the manifest stays on the engine, for a person to remove.
  bool prune = true;
  NetworkRecreate network_recreate = NetworkRecreate::kNever;
  bool recreate_volumes = true;    // a volume that was lost is made again, empty
  int retries = kDefaultRetries;   // of a service without restart policy that fails
  std::vector<Service> services;   // sorted by name
  std::vector<Network> networks;   // sorted by key; only those that a service uses, or declared
  std::vector<Volume> volumes;     // sorted by key
  std::vector<File> files;         // sorted by key
  std::set<std::string> profiles;  // active ones; services of others are left out
  std::vector<std::string> unsupported;  // key paths that were passed over, as the App asked
  std::shared_ptr<const Masks> masks;    // what messages about it must not repeat; null: nothing
  Position position;
  std::string file;    // of the manifest, relative to the manifests directory
  std::string digest;  // of the canonical form: equal digests mean "no effective change"
};

// The config or secret that a service mounts; null if the App declares none of that name. A config
// and a secret may have one name.
const File* file_of(const App& app, const FileMount& mount);

// `kind: Network`: a network shared by several Apps, with its own life. Apps refer to it as
// `external: true, name: <docker_name>`. It is planned as an App with one network and no service
// (as_app() in controller/pass/input.h); its key everywhere is network/NAME.
struct SharedNetwork {
  std::string name;
  StringMap metadata_labels;
  bool suspend = false;
  bool prune = true;
  NetworkRecreate network_recreate = NetworkRecreate::kNever;
  Network network;  // key == name
  std::shared_ptr<const Masks> masks{};
  Position position;
  std::string file;  // as in App
  std::string digest;
};

// A copy of the service with its own number and container name; Docker sees replicas as containers
// of their own. Number 1 keeps a `container_name:`, which is refused for more than one.
Service replica(const App& app, const Service& service, int number);

}  // namespace fairlead::model
