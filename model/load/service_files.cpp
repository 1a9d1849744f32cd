// `env_file` and `label_file` of a service: read, and laid beneath what stands in the manifest.
// Profiles that `security_opt` names: the engine takes their content.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "model/load/env_file.h"
#include "model/load/load.h"

namespace fairlead::model {
namespace {

struct FileEntry {
  std::string path;
  bool required = true;
  std::string format;
};

constexpr Key<FileEntry> kEnvFileKeys[] = {
    {"path",
     [](Reader& r, const Field& f, FileEntry& e) { e.path = read_string(r, f).value_or(""); }},
    {"required",
     [](Reader& r, const Field& f, FileEntry& e) { e.required = read_bool(r, f).value_or(true); }},
    {"format",
     [](Reader& r, const Field& f, FileEntry& e) {
       e.format = read_string(r, f).value_or("");
       if (!e.format.empty() && e.format != "raw") {
         r.error(f, "unknown format `" + e.format + "`", "raw, or no format");
       }
     }},
};

}  // namespace

std::optional<StringMap> Loader::read_variables(const Field& file) {
  FileEntry entry;
  if (file.node.is_map()) {
    if (!read_map<FileEntry>(reader_, file, kEnvFileKeys, entry)) return std::nullopt;
  } else {
    entry.path = read_string(reader_, file).value_or("");
  }
  if (entry.path.empty()) {
    reader_.error(file, "no path", "a path, or {path: …, required: false}");
    return std::nullopt;
  }
  // Paths of files in other folders are resolved already.
  const auto path = local_path(file, entry.path, Place{});
  if (!path) return std::nullopt;
  const auto bytes = read_source(file, *path, !entry.required);
  if (!bytes) return std::nullopt;
  const Lookup lookup = lookup_in(main_.variables);
  // With the manifest's own variables, also for a file that an included one names: they are around.
  const auto parse = entry.format == "raw" ? parse_raw_env_file : parse_env_file;
  auto read = parse(*bytes, lookup);
  if (!read) {
    reader_.error(file,
                  *path + ":" + std::to_string(read.error().line) + ": " + read.error().message);
    return std::nullopt;
  }
  for (const auto& name : read->unset) {
    reader_.warn(file, *path + ": the variable " + name + " is not set; it is replaced by nothing");
  }
  // All of them: what a program gets from such a file is what it must keep to itself.
  for (const auto& [name, value] : read->values)
    reader_.masks->add(name, value);
  return std::move(read->values);
}

void Loader::read_files_into(YamlNode& service, const std::string& path, const char* files,
                             const char* target) {
  const YamlNode* found = service.find(files);
  if (found == nullptr) return;
  const YamlNode list = *found;
  std::erase_if(service.members, [files](const auto& member) { return member.key == files; });
  StringMap values;
  const auto add = [&](const Field& file) {
    for (auto& [name, value] : read_variables(file).value_or(StringMap{}))
      // Of several files the last one wins, as in Compose; other than with the `.env`s of
      // `include`.
      values[name] = value;
  };
  const Field field{list, path + "." + files};
  if (!list.is_scalar() && !list.is_sequence())
    reader_.error(field, "no file", "a path, or a list of paths");
  if (list.is_scalar()) add(field);
  for (std::size_t i = 0; i < list.items.size(); ++i)
    add(field.item(i));
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.mark = list.mark;
  for (const auto& [name, text] : values) {
    YamlNode value;
    value.kind = YamlNode::Kind::kScalar;
    value.quoted = true;
    value.scalar = text;
    value.mark = list.mark;
    map.members.push_back({name, list.mark, std::move(value)});
  }
  if (YamlNode* own = service.find(target)) {
    // By the rules of the target, so a bare name in the manifest takes its value from the file. The
    // name of the service does not matter to them.
    merge_onto(map, *own, {"services", "", target});
    *own = std::move(map);
  } else {
    service.members.push_back({target, list.mark, std::move(map)});
  }
}

void Loader::read_profile(const Field& option, std::string& text) {
  // `apparmor=NAME` and the like are names of what the host has loaded, and go as they are.
  static constexpr std::string_view kSeccomp = "seccomp";
  if (!text.starts_with(kSeccomp) || text.size() <= kSeccomp.size()) return;
  const char sign = text[kSeccomp.size()];
  const std::string value = text.substr(kSeccomp.size() + 1);
  if ((sign != ':' && sign != '=') || value == "unconfined" || value == "builtin" ||
      value.starts_with('{'))
    return;
  const auto path = local_path(option, value, Place{});
  const auto bytes = path ? read_source(option, *path, false) : nullptr;
  if (!bytes) return;
  boost::system::error_code bad;
  const auto profile = boost::json::parse(*bytes, bad);
  if (bad || !profile.is_object()) {
    reader_.error(option, *path + " is no seccomp profile: " + (bad ? bad.message() : "no object"),
                  "a JSON object");
    return;
  }
  // Without its blanks, so that only a change of meaning changes the spec hash.
  text = "seccomp=" + boost::json::serialize(profile);
}

void Loader::read_service_files(YamlNode& base) {
  YamlNode* services = base.find("services");
  if (services == nullptr) return;
  for (auto& service : services->members) {
    const std::string path = at("services." + service.key);
    read_files_into(service.value, path, "env_file", "environment");
    read_files_into(service.value, path, "label_file", "labels");
    // The engine takes the content of a profile: as Docker's CLI does, it is read here.
    if (YamlNode* options = service.value.find("security_opt")) {
      for (auto& each : options->items)
        read_profile({each, path + ".security_opt"}, each.scalar);
    }
  }
}

std::string Loader::variable(const std::string& name) const {
  const auto found = main_.variables.find(name);
  return found == main_.variables.end() ? "" : found->second;
}

Loader::Content Loader::variable_content(const Field& field, const std::string& name) {
  const auto found = main_.variables.find(name);
  if (found != main_.variables.end()) return std::make_shared<const std::string>(found->second);
  reader_.error(field, "the variable " + name + " is not set", "",
                "set it in `.env`, or as FAIRLEAD_ENV_" + name);
  return nullptr;
}

Loader::Content Loader::credential(const Field& field, const std::string& name) {
  const auto& read = reader_.options.credential;
  // Not a path of the directory: systemd gives these to Fairlead's unit alone.
  const Source source = read ? read(name) : Source{};
  if (source.state == Source::State::kPresent) return source.bytes;
  reader_.error(
      field,
      "there is no credential " + name + (source.problem.empty() ? "" : ": " + source.problem), "",
      "give the unit LoadCredential=" + name + ":PATH");
  return nullptr;
}

Loader::Content Loader::file_content(const Field& field, const std::string& path, bool secret) {
  const auto local = local_path(field, path, Place{});
  if (!local) return nullptr;
  auto bytes = read_source(field, *local, false);
  // A config that is called so is a file like others.
  if (!bytes || !secret || !local->ends_with(".age")) return bytes;
  if (!reader_.options.decrypt) {
    reader_.error(field, "the file is encrypted, and there is no key", "",
                  "start Fairlead with --age-identity FILE");
    return nullptr;
  }
  auto plain = reader_.options.decrypt(*bytes);
  if (plain) return std::make_shared<const std::string>(std::move(*plain));
  reader_.error(field, *local + " can't be decrypted: " + plain.error());
  return nullptr;
}

}  // namespace fairlead::model
