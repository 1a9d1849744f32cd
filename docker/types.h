// Typed requests and replies of the Engine API: the few fields that Fairlead reads or sends.
//
// Objects are addressed by full 64-hex ID; names and filters are ambiguous (F001, F003). Optional
// fields are absent from requests when unset; replies tolerate their absence (F072).
//
// Two kinds of struct, and never one for both: a …Spec is what is asked for, and an optional in it
// that is unset leaves the engine's default; what an inspect shows is another struct, with the
// defaults in it and in the engine's own spelling (F057). A request is never made of the latter
// (F019).
//
// Plain values: they may be copied, compared and kept. All texts come from outside and are shown
// through base/printable.h. Units are in the names, else the engine's: bytes, seconds, nanoseconds.
//
// docker/encode.h writes them and docker/decode.h reads them; what engines do with a single field
// of a container, is in container_fields.h. Names here are the API's in this house's spelling
// (https://docs.docker.com/engine/api/, versions 1.40 to 1.51).
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
// "Config.Tty", "HostConfig.ShmSize". Which there are: container_fields.h.
using Settings = std::map<std::string, boost::json::value>;

// Who is behind the socket. `GET /info`, and the version of `GET /_ping`.
struct EngineInfo {
  // /info ID; a change means another engine is behind the socket (F120). Copied disks have the
  // same.
  std::string id;
  std::string name;
  std::string version;      // 20.10.24
  std::string api_version;  // negotiated: min(ours, the engine's)
  std::string os;
  std::int64_t ncpu = 0;
};

// True if the negotiated version is at least major.minor, e.g. multi-endpoint create is 1.44. False
// for what is no version. For differences of engines there is has() (api_features.h).
bool api_at_least(const std::string& api_version, int major, int minor);

// ---- Networks ----

// One pool of a network. Texts as they were given or chosen; compared as addresses by
// controller/diff/network.h.
struct IpamConfig {
  std::string subnet;
  std::string gateway;
  std::string ip_range;
  StringMap aux_addresses;  // on the wire "AuxiliaryAddresses"
  friend bool operator==(const IpamConfig&, const IpamConfig&) = default;
};

// `POST /networks/create`. Nothing of it can be changed afterwards, but by making the network anew.
struct NetworkSpec {
  std::string name;
  std::optional<std::string> driver;
  StringMap options;
  StringMap labels;
  std::optional<bool> internal;
  std::optional<bool> attachable;
  // Only from API 1.48. Older engines ignore it.
  std::optional<bool> enable_ipv4;
  std::optional<bool> enable_ipv6;
  std::optional<bool> config_only;
  std::optional<std::string> config_from;
  std::optional<std::string> ipam_driver;
  StringMap ipam_options;
  // Empty: the engine chooses a pool of its own.
  std::vector<IpamConfig> ipam;
};

// A network as listed or inspected. `members` only from inspect: the list leaves them out.
struct Network {
  std::string id;
  std::string name;
  // RFC 3339 (base/time_text.h).
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
  // Of a running container. One that is stopped is no member, and keeps nothing alive (F009).
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
  // Decides, where both are given: the engine looks for it first when the container is started, so
  // that a namesake is not joined (F001).
  std::string network_id;
  std::string network_name;
  std::vector<std::string> aliases;
  std::string ipv4_address;
  std::string ipv6_address;
  std::vector<std::string> link_local_ips;
  std::string mac_address;  // only from API 1.44
  StringMap driver_opts;
  // Only from API 1.48: the highest one has the default gateway.
  std::optional<int> gw_priority;
  // CONTAINER:ALIAS: names that only this container resolves.
  std::vector<std::string> links;
};

// What a container has of one network. An engine keeps it under the network's *name*.
struct Endpoint {
  std::string network_name;
  // The network that it was connected to. On a stopped container it may have gone (F009): no
  // network has this ID, whatever the name says.
  std::string network_id;
  // Empty while the container is not running. Empty on one that runs: a connect that failed left
  // this behind; it is not attached, and is no endpoint.
  std::string endpoint_id;
  // From inspect only. Before API 1.45 with the container's short ID among them.
  std::vector<std::string> aliases;
  // What it has now; empty while it is not running.
  std::string ip_address;
  // IPAMConfig: what was asked for. Compared with the manifest; the address it has is not (F019).
  std::string ipv4_configured;
  std::string ipv6_configured;
  std::string ipv6_address;
  std::vector<std::string> link_local_ips;
  std::string mac_address;
  std::string gateway;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// ---- Containers ----

// A published port. Must be exposed too (F041), which container_create_body() sees to.
struct PortBinding {
  std::uint16_t container_port = 0;
  std::string protocol;
  // "" is every address of the host.
  std::string host_ip;
  std::string host_port;  // "" = ephemeral, or "8080", or a range
  friend auto operator<=>(const PortBinding&, const PortBinding&) = default;
};

// `HostConfig.Mounts`, and not `Binds`: this form refuses a source that is missing, instead of
// making a folder of root's in its place (F043).
struct MountSpec {
  std::string type;  // volume, bind, tmpfs
  // A volume's name, a path of the host, an image. "" makes an anonymous volume.
  std::string source;
  std::string target;
  bool read_only = false;
  std::string propagation;
  // Bind: the manifest asks for the folder to be made.
  bool create_mountpoint = false;
  bool nocopy = false;
  std::optional<std::int64_t> tmpfs_size;
  std::optional<std::uint32_t> tmpfs_mode;
  std::string recursive;  // bind: "", enabled, disabled, writable, readonly
  std::string subpath;    // volume (API 1.45) and image (API 1.48)
  StringMap labels;       // of an anonymous volume
};

// 0 leaves the engine's default. {"NONE"} as test turns the image's check off.
struct HealthSpec {
  std::vector<std::string> test;
  std::int64_t interval_ns = 0;
  std::int64_t timeout_ns = 0;
  std::int64_t start_period_ns = 0;
  std::int64_t start_interval_ns = 0;  // only from API 1.44
  int retries = 0;
};

// What the engine does by itself when the process ends. Fairlead waits for that first.
struct RestartPolicy {
  std::string name;  // "" means the engine's default, "no"
  int max_attempts = 0;
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

// A file that a container gets before it starts: a config or a secret. Never logged. Shared bytes:
// an App's secret is one text, however many containers have it.
struct FileContent {
  std::string path;  // absolute
  std::uint32_t mode = 0444;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::shared_ptr<const std::string> bytes;
};

// A command to run in a running container, beside its own process. Its words are shown in the
// engine's events to whoever may read those (F105).
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

// `POST /containers/create`. Made by controller/request/specs.h from a manifest, with everything
// that is decided there; checked against the policy as it stands here (F102).
struct ContainerSpec {
  std::string name;
  std::string image;
  // Unset: the image's. Empty: none, which is something else; so for the entrypoint.
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<std::string>> entrypoint;
  std::vector<std::string> env;  // KEY=VALUE
  StringMap labels;
  std::vector<PortBinding> ports;
  std::vector<MountSpec> mounts;
  // none, host, bridge, container:<id>, or the *name* of the primary network: an ID would be dead
  // once the network is made anew, and no connect or start succeeds on it from then on.
  std::string network_mode;
  // Primary first: below API 1.44 only that one is sent (F014).
  std::vector<EndpointSpec> endpoints;
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
  // Bytes; nano_cpus in 10⁻⁹ of a processor; pids_limit 0 or -1 for no limit.
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> nano_cpus;
  std::optional<std::int64_t> pids_limit;
  std::string platform;  // OS/ARCH[/VARIANT]
  // What has no member of its own here.
  Settings settings;
};

// What a list gives: enough to decide that nothing changed, for all containers in one call.
// `GET /containers/json`.
struct ContainerSummary {
  std::string id;
  std::vector<std::string> names;  // without the leading slash
  // As given at create; an ID or digest once the tag has moved on.
  std::string image;
  std::string image_id;
  std::string state;  // created running paused restarting removing exited dead
  // For people, and read for the health that stands in it: "Up 5 minutes (healthy)".
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
// True if nobody named it: the engine calls such a volume by 64 hexadecimal digits. So it is never
// given to another App, and a replacement mounts it again (F049).
bool anonymous(const MountedVolume& volume);

// An inspect: `GET /containers/{id}/json`. One moment of one container.
struct Container {
  std::string id;
  std::string name;  // without the leading slash
  std::string created;
  // As given at create.
  std::string image;
  // What that was then. Differs between image stores for one image (F053).
  std::string image_id;
  Labels labels;
  // State. Never trust `running` alone: a crash loop reports it too (F033).
  std::string state;
  bool running = false;
  bool paused = false;
  bool oom_killed = false;
  int pid = 0;
  // Of the last run; 126 to 128 where a start failed, with the reason in `error`.
  int exit_code = 0;
  std::string error;
  // Of the last run; the year 1 before the first, which reads as "never" (base/time_text.h).
  std::string started_at;
  std::string finished_at;
  // "", starting, healthy, unhealthy. "" without a check.
  std::string health;
  // By the engine's policy; begins anew with a start by hand.
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
  // As asked for, and of a mount only type, source, target and read-only; see `volumes`.
  std::vector<MountSpec> mounts;
  std::vector<MountedVolume> volumes;
  std::vector<Endpoint> endpoints;
  Settings settings;  // those of container_fields.h that are set
};

// `POST /containers/{id}/update`: what the engine changes in place. Unset, "" and 0 leave a value
// as it is; only a limit on processes may be set to 0.
struct ContainerUpdate {
  std::optional<RestartPolicy> restart;
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> nano_cpus;
  std::optional<std::int64_t> pids_limit;
  Settings settings;  // HostConfig only
};

// ---- Volumes, images, events ----

// `POST /volumes/create`. Of one that exists nothing is changed (F050).
struct VolumeSpec {
  std::string name;
  std::optional<std::string> driver;
  StringMap driver_opts;
  StringMap labels;
};

// A volume as listed, inspected, or as a create found it.
struct Volume {
  std::string name;
  std::string driver;
  StringMap options;
  Labels labels;
  std::string created;
};

// `GET /images/{name}/json`.
struct Image {
  std::string id;
  std::vector<std::string> repo_tags;
  // Of images that came from a registry: what a tag meant there when it was pulled.
  std::vector<std::string> repo_digests;
  std::string last_tagged;           // RFC 3339; a pull tags
  std::vector<std::string> volumes;  // VOLUME: paths that get an anonymous volume
  StringMap labels{};                // its containers have them too, unless they say otherwise
};

// `POST /images/create?fromImage=…`. A tag or digest is always sent: without one it would mean all
// tags (F057).
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
