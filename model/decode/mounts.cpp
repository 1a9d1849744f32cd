// `volumes:` of a service, in their short and long forms, as Compose reads them.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "model/decode/parts.h"
#include "model/words.h"

namespace fairlead::model {
namespace {

constexpr const char* kPropagations[] = {"rprivate", "private", "rshared",
                                         "shared",   "rslave",  "slave"};
// Hints for Docker Desktop's file sharing, without effect on Linux.
constexpr const char* kNoEffect[] = {"rw", "consistent", "cached", "delegated"};

bool one_of(std::span<const char* const> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// Mounts are sent in the engine's long form, which has no such option; `Binds` has, and makes
// missing folders unasked (F043).
void warn_of_selinux(Reader& reader, const Field& field) {
  reader.warn(field, "the engine does not relabel what is mounted this way",
              "where SELinux is on, label the directory on the host: chcon -Rt container_file_t");
}

void apply_option(Reader& reader, const Field& field, const std::string& option, Mount& mount) {
  if (option == "ro") {
    mount.read_only = true;
  } else if (option == "nocopy") {
    mount.nocopy = true;
  } else if (one_of(kPropagations, option)) {
    mount.propagation = option;
  } else if (option == "z" || option == "Z") {
    mount.selinux = option;
    warn_of_selinux(reader, field);
  } else if (!one_of(kNoEffect, option)) {
    reader.error(field, "unknown mount option `" + option + "`",
                 "ro, rw, nocopy, z, Z, or a propagation: rprivate, rshared, …");
  }
}

// A relative path is one of the manifests directory on the engine's host.
void resolve_source(Reader& reader, const Field& field, std::string& source) {
  if (source.starts_with('/')) return;
  const std::string& root = reader.options.host_root;
  if (source.starts_with('~')) {
    reader.error(field, "`~` is nobody's home here", "an absolute path, or one from `./`");
    return;
  }
  // The loader has made it relative to the manifests directory where it leads into it.
  const auto path = path_beneath("", source);
  if (!path) {
    reader.error(field, "the path " + source + " leads out of the manifests directory",
                 "an absolute path on the engine's host");
  } else if (root.empty()) {
    reader.error(field, "a relative path, and the manifests have no place on a host",
                 "an absolute path on the engine's host");
  } else {
    // The directory as a whole is a source, too.
    source = path->empty() || *path == "." ? root : root + "/" + *path;
  }
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// Without a slash at the end and doubled ones, as Compose and the engine keep it.
void clean(std::string& target) {
  if (target.starts_with('/')) target = "/" + path_beneath("", target.substr(1)).value_or(target);
}

// [SOURCE:]TARGET[:OPTIONS]. A source that is no path is a volume's name; whether it is declared
// the checks say.
void read_short_mount(Reader& reader, const Field& field, Service& service) {
  const auto text = read_string(reader, field);
  if (!text) return;
  const auto parts = split(*text, ':');
  Mount mount;
  mount.position = reader.position(field.node);
  // Paths have no colons here: Windows is not meant.
  if (parts.size() > 3 || parts.back().empty()) {
    reader.error(field, "not a mount: " + *text, "[SOURCE:]TARGET[:OPTIONS]");
    return;
  }
  mount.target = parts.size() == 1 ? parts[0] : parts[1];
  if (parts.size() > 1) mount.source = parts[0];
  // As Compose tells a path from a volume's name: by how it begins.
  const bool path =
      !mount.source.empty() && std::string("./~").find(mount.source[0]) != std::string::npos;
  if (path) {
    mount.type = Mount::Type::kBind;
    mount.create_host_path = true;  // as Compose's short form does
    resolve_source(reader, field, mount.source);
  }
  if (parts.size() == 3) {
    for (const auto& option : split(parts[2], ','))
      apply_option(reader, field, option, mount);
  }
  clean(mount.target);
  service.mounts.push_back(std::move(mount));
}

void read_recursive(Reader& reader, const Field& field, Mount& mount) {
  static constexpr const char* kKnown[] = {"enabled", "disabled", "writable", "readonly"};
  const auto text = read_string(reader, field);
  if (!text) return;
  if (!one_of(kKnown, *text)) {
    reader.error(field, "unknown choice `" + *text + "`", "enabled, disabled, writable, readonly");
    return;
  }
  mount.recursive = *text;
}

void read_subpath(Reader& reader, const Field& field, Mount& mount) {
  mount.subpath = read_string(reader, field).value_or("");
}

constexpr Key<Mount> kBindKeys[] = {
    {"propagation",
     [](Reader& r, const Field& f, Mount& m) {
       const auto text = read_string(r, f);
       if (!text) return;
       if (!one_of(kPropagations, *text)) {
         r.error(f, "unknown propagation `" + *text + "`", "rprivate, rshared, rslave, …");
         return;
       }
       m.propagation = *text;
     }},
    {"create_host_path", [](Reader& r, const Field& f,
                            Mount& m) { m.create_host_path = read_bool(r, f).value_or(false); }},
    {"recursive", read_recursive},
    {"selinux",
     [](Reader& r, const Field& f, Mount& m) {
       m.selinux = read_string(r, f).value_or("");
       warn_of_selinux(r, f);
     }},
};

constexpr Key<Mount> kVolumeOptionKeys[] = {
    {"nocopy",
     [](Reader& r, const Field& f, Mount& m) { m.nocopy = read_bool(r, f).value_or(false); }},
    {"subpath", read_subpath},
    {"labels", [](Reader& r, const Field& f, Mount& m) { m.labels = read_labels(r, f); }},
};

constexpr Key<Mount> kImageKeys[] = {{"subpath", read_subpath}};

constexpr Key<Mount> kTmpfsKeys[] = {
    {"size", [](Reader& r, const Field& f, Mount& m) { m.tmpfs_size = read_bytes(r, f); }},
    {"mode", [](Reader& r, const Field& f, Mount& m) { m.tmpfs_mode = read_mode(r, f); }},
};

void read_mount_type(Reader& reader, const Field& field, Mount& mount) {
  const auto text = read_string(reader, field);
  if (!text) return;
  if (const auto type = value_of(kMountTypes, *text)) {
    mount.type = *type;
    return;
  }
  // Compose's own words, so no slips: refused with the reason.
  if (*text == "npipe" || *text == "cluster") {
    report_refused(
        reader, field.node.mark, field.path,
        {"",
         *text == "npipe" ? "named pipes are for Windows containers" : "cluster volumes need Swarm",
         "volume, bind, tmpfs or image"});
    return;
  }
  reader.error(field, "unknown mount type `" + *text + "`", choices_of(kMountTypes));
}

constexpr Key<Mount> kMountKeys[] = {
    {"type", read_mount_type},
    {"source",
     [](Reader& r, const Field& f, Mount& m) { m.source = read_string(r, f).value_or(""); }},
    {"target",
     [](Reader& r, const Field& f, Mount& m) { m.target = read_string(r, f).value_or(""); }},
    {"read_only",
     [](Reader& r, const Field& f, Mount& m) { m.read_only = read_bool(r, f).value_or(false); }},
    {"consistency", [](Reader& r, const Field& f, Mount&) { read_string(r, f); }},  // no effect
    {"bind", [](Reader& r, const Field& f, Mount& m) { read_map<Mount>(r, f, kBindKeys, m); }},
    {"volume",
     [](Reader& r, const Field& f, Mount& m) { read_map<Mount>(r, f, kVolumeOptionKeys, m); }},
    {"tmpfs", [](Reader& r, const Field& f, Mount& m) { read_map<Mount>(r, f, kTmpfsKeys, m); }},
    {"image", [](Reader& r, const Field& f, Mount& m) { read_map<Mount>(r, f, kImageKeys, m); }},
};

// Options of every type are read, whatever the mount's own is.
void read_long_mount(Reader& reader, const Field& field, Service& service) {
  Mount mount;
  mount.position = reader.position(field.node);
  const auto* type = field.node.find("type");
  if (!read_map<Mount>(reader, field, kMountKeys, mount)) return;
  // Refused above; where that is a warning the mount is left out whole.
  if (type != nullptr && (type->scalar == "npipe" || type->scalar == "cluster")) return;
  if (type == nullptr) reader.error(field, "no `type`", "volume, bind, tmpfs or image");
  if (mount.target.empty()) reader.error(field, "no `target`", "a path inside the container");
  // Before it is compared with others, and hashed.
  clean(mount.target);
  const bool needs_source = mount.type == Mount::Type::kBind || mount.type == Mount::Type::kImage;
  if (needs_source && mount.source.empty()) {
    reader.error(field, "no `source`", "a path on the engine's host, or an image");
  } else if (mount.type == Mount::Type::kBind) {
    resolve_source(reader, field, mount.source);
  } else if (mount.type == Mount::Type::kImage) {
    read_image(reader, {*field.node.find("source"), field.path + ".source"});
  }
  service.mounts.push_back(std::move(mount));
}

}  // namespace

std::optional<std::uint32_t> read_mode(Reader& reader, const Field& field) {
  const auto text = read_string(reader, field);
  if (!text) return std::nullopt;
  std::string_view digits = *text;
  if (digits.starts_with("0o")) digits.remove_prefix(2);
  std::uint32_t mode = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), mode, 8);
  if (failed == std::errc() && end == digits.data() + digits.size() && mode <= 07777) return mode;
  reader.error(field, "not a mode", "an octal mode: 0440");
  return std::nullopt;
}

void read_mounts(Reader& reader, const Field& field, Service& service) {
  if (!expect_list(reader, field)) return;
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const Field item = field.item(i);
    item.node.is_map() ? read_long_mount(reader, item, service)
                       : read_short_mount(reader, item, service);
  }
}

}  // namespace fairlead::model
