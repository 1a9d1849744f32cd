// What is written here is hashed, and every hash is on the engines of all users: no line may change
// its output for a value that a manifest can have today (canonical.h). New members go in by what
// leaves no trace of nothing: text, maybe, flag, list, map.
#include "model/form/canonical.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/digest.h"
#include "model/form/json_writer.h"
#include "model/setting_keys.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;

std::optional<std::string> nanoseconds(const std::optional<Nanoseconds>& time) {
  if (!time) return std::nullopt;
  // One unit, so that 60s and 1m are one value.
  return std::to_string(time->count()) + "ns";
}

json::object canonical(const std::map<std::string, std::optional<std::string>>& environment) {
  json::object out;
  for (const auto& [key, value] : environment)
    out[key] = value.value_or("");
  return out;
}

json::object canonical(const Port& port) {
  return Writer{}
      .put("target", port.target)
      .text("published", port.published)
      .text("host_ip", port.host_ip)
      .put("protocol", port.protocol)
      .out;
}

json::object canonical(const Mount& mount) {
  // Its own, beside kMountTypes: that one is free to follow Compose.
  static constexpr const char* kTypes[] = {"volume", "bind", "tmpfs", "image"};
  Writer writer;
  writer.put("type", kTypes[static_cast<int>(mount.type)])
      .text("source", mount.source)
      .put("target", mount.target)
      .flag("read_only", mount.read_only);
  // Nested parts are there only if something in them is said.
  Writer bind;
  bind.text("propagation", mount.propagation)
      .flag("create_host_path", mount.create_host_path)
      .text("recursive", mount.recursive);
  if (!bind.out.empty()) writer.put("bind", bind.out);
  Writer volume;
  volume.flag("nocopy", mount.nocopy).map("labels", mount.labels);
  if (mount.type == Mount::Type::kVolume) volume.text("subpath", mount.subpath);
  if (!volume.out.empty()) writer.put("volume", volume.out);
  if (mount.type == Mount::Type::kImage && !mount.subpath.empty())
    writer.put("image", json::object{{"subpath", mount.subpath}});
  Writer tmpfs;
  tmpfs.maybe("size", mount.tmpfs_size).maybe("mode", mount.tmpfs_mode);
  if (!tmpfs.out.empty()) writer.put("tmpfs", tmpfs.out);
  return writer.out;
}

json::object canonical(const Healthcheck& health) {
  return Writer{}
      .list("test", health.test)
      .maybe("interval", nanoseconds(health.interval))
      .maybe("timeout", nanoseconds(health.timeout))
      .maybe("start_period", nanoseconds(health.start_period))
      .maybe("start_interval", nanoseconds(health.start_interval))
      .maybe("retries", health.retries)
      .out;
}

json::object canonical(const IpamPool& pool) {
  return Writer{}
      .text("subnet", pool.subnet)
      .text("gateway", pool.gateway)
      .text("ip_range", pool.ip_range)
      .map("aux_addresses", pool.aux_addresses)
      .out;
}

json::object canonical(const Hook& hook) {
  Writer writer;
  writer.words("command", hook.command)
      .text("image", hook.image)
      .maybe("user", hook.user)
      .maybe("working_dir", hook.working_dir)
      .flag("privileged", hook.privileged)
      .flag("per_replica", hook.per_replica);
  if (!hook.environment.empty()) writer.put("environment", canonical(hook.environment));
  return writer.out;
}

template <typename T>
json::array to_objects(const std::vector<T>& list) {
  json::array out;
  for (const auto& each : list)
    out.push_back(canonical(each));
  return out;
}

// What a container is made of and can't be changed in place: the input of its spec hash.
Writer fixed_part(const Service& service) {
  json::object environment = canonical(service.environment);
  Writer writer;
  writer.put("image", service.image)
      .words("command", service.command)
      .words("entrypoint", service.entrypoint)
      .map("labels", service.labels)
      .array("ports", to_objects(service.ports))
      .array("volumes", to_objects(service.mounts))
      .text("network_mode", service.network_mode)
      .maybe("user", service.user)
      .maybe("working_dir", service.working_dir)
      .maybe("hostname", service.hostname)
      .maybe("init", service.init)
      .maybe("stop_grace_period", nanoseconds(service.stop_grace_period))
      .list("extra_hosts", service.extra_hosts)
      .list("cap_add", service.cap_add)
      .list("cap_drop", service.cap_drop)
      .maybe("privileged", service.privileged)
      .maybe("read_only", service.read_only);
  // Files' variables are among them by now, so a changed `env_file` is another container.
  if (!environment.empty()) writer.put("environment", environment);
  if (service.healthcheck) writer.put("healthcheck", canonical(*service.healthcheck));
  writer.array("pre_start", to_objects(service.pre_start))
      .array("post_start", to_objects(service.post_start))
      .array("pre_stop", to_objects(service.pre_stop));
  for (const auto& [key, value] : service.settings) {
    // A key that becomes changeable in place leaves the hash of all who use it: that is a new
    // version.
    if (!changes_in_place(key)) writer.put(key.c_str(), value);
  }
  return writer;
}

// Keys in order, all the way down: the text depends on the value alone.
void append_sorted(std::string& out, const json::value& value) {
  if (value.is_object()) {
    std::vector<std::pair<std::string, const json::value*>> members;
    for (const auto& member : value.as_object()) {
      members.emplace_back(std::string(member.key()), &member.value());
    }
    std::ranges::sort(members, {}, &std::pair<std::string, const json::value*>::first);
    out += '{';
    for (const auto& [key, inner] : members) {
      // Quoted by the library, so that no key or text can be taken for structure.
      out += json::serialize(json::string(key)) + ":";
      append_sorted(out, *inner);
      out += ',';
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (const auto& each : value.as_array()) {
      append_sorted(out, each);
      out += ',';
    }
    out += ']';
  } else {
    out += json::serialize(value);
  }
}

json::object canonical(const Network& network) {
  Writer writer;
  writer.put("name", network.docker_name)
      .flag("external", network.external)
      .maybe("driver", network.driver)
      .map("driver_opts", network.driver_opts)
      .maybe("internal", network.internal)
      .maybe("attachable", network.attachable)
      .maybe("enable_ipv4", network.enable_ipv4)
      .maybe("enable_ipv6", network.enable_ipv6)
      .maybe("config_only", network.config_only)
      .maybe("config_from", network.config_from)
      .map("labels", network.labels);
  Writer ipam;
  ipam.maybe("driver", network.ipam_driver)
      .map("options", network.ipam_options)
      .array("config", to_objects(network.ipam));
  if (!ipam.out.empty()) writer.put("ipam", ipam.out);
  return writer.out;
}

json::object canonical(const Volume& volume) {
  return Writer{}
      .put("name", volume.docker_name)
      .flag("external", volume.external)
      .maybe("driver", volume.driver)
      .map("driver_opts", volume.driver_opts)
      .map("labels", volume.labels)
      .out;
}

}  // namespace

std::string sha_of(const json::value& value) {
  std::string text;
  append_sorted(text, value);
  return sha256_hex(text);
}

std::string container_spec_hash(const App& app, const Service& service) {
  Writer writer = fixed_part(service);
  // The volume a key stands for decides which data the container sees.
  json::object volumes;
  for (const auto& mount : service.mounts) {
    const auto volume = std::ranges::find(app.volumes, mount.source, &Volume::key);
    if (mount.type == Mount::Type::kVolume && volume != app.volumes.end()) {
      volumes[volume->key] = volume->docker_name;
    }
  }
  if (!volumes.empty()) writer.put("volume_names", volumes);
  json::array files;
  for (const auto& mount : service.files) {
    // By its digest, and by where it is seen: the name that the manifest calls it by is nothing to
    // the container.
    const auto* file = file_of(app, mount);
    files.push_back(Writer{}
                        .put("target", target_of(mount))
                        .text("uid", mount.uid)
                        .text("gid", mount.gid)
                        .maybe("mode", mount.mode)
                        .text("digest", file == nullptr ? "" : file->digest)
                        .out);
  }
  writer.array("files", std::move(files));
  return sha_of(writer.out);
}

std::string network_spec_hash(const Network& network) {
  return sha_of(canonical(network));
}

std::string volume_spec_hash(const Volume& volume) {
  return sha_of(canonical(volume));
}

}  // namespace fairlead::model
