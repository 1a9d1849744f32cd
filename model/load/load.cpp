// The loader: sources, variables, documents, `include`, `extends`, in the order in which Compose
// does it. What reads a service's own files is in service_files.cpp, what makes paths relative in
// resolve_paths.cpp.
#include "model/load/load.h"

#include <algorithm>

#include "model/load/env_file.h"

namespace fairlead::model {
namespace {

// Bounds against files that grow without end by small means: four times what a file may have, a
// nesting that no project needs, and for what copies a sum over all copies.
constexpr std::size_t kMaxInterpolatedTotal = 4u << 20;
constexpr std::size_t kMaxIncludeDepth = 16;
constexpr std::size_t kMaxIncludes = 100;
constexpr std::size_t kMaxExtendsDepth = 64;
// Of all services that extend another, together: copies must not multiply.
constexpr std::size_t kMaxExtendedWeight = 200'000;

void erase_key(YamlNode& map, std::string_view key) {
  std::erase_if(map.members, [key](const auto& member) { return member.key == key; });
}

void take(YamlNode& value, const std::string& text) {
  value.kind = YamlNode::Kind::kScalar;
  value.quoted = true;
  value.scalar = text;
}

// A bare `KEY` of `environment` takes its value from around, where it has one.
void take_bare_variables(YamlNode& document, const Lookup& lookup) {
  YamlNode* services = document.find("services");
  if (services == nullptr) return;
  for (auto& service : services->members) {
    YamlNode* environment = service.value.find("environment");
    if (environment == nullptr) continue;
    for (auto& member : environment->members) {
      const auto* found = member.value.is_null() ? lookup(member.key) : nullptr;
      if (found != nullptr) take(member.value, *found);
    }
    for (auto& item : environment->items) {
      const auto* found = item.is_scalar() ? lookup(item.scalar) : nullptr;
      if (found != nullptr) take(item, item.scalar + "=" + *found);
    }
  }
}

bool is_remote(std::string_view path) {
  return path.find("://") != std::string_view::npos || path.starts_with("git@") ||
         path.starts_with("github.com/") || path.starts_with("oci:");
}

}  // namespace

Lookup Loader::lookup_in(const StringMap& variables) {
  return [this, &variables](const std::string& name) -> const std::string* {
    const auto found = variables.find(name);
    if (found == variables.end()) return nullptr;
    // What was looked up is what messages may repeat. The project's name is in every Docker name,
    // and no secret.
    if (name != "COMPOSE_PROJECT_NAME") reader_.masks->add(name, found->second);
    return &found->second;
  };
}

// ---- Sources ----

std::shared_ptr<const std::string> Loader::read_source(const Field& field, const std::string& path,
                                                       bool optional) {
  // Whether it is there or not: an absent file that appears changes what the manifest means.
  references_.insert(path);
  const Source source =
      reader_.options.read ? reader_.options.read(path) : Source{Source::State::kAbsent, {}, {}};
  switch (source.state) {
    case Source::State::kPresent:
      return source.bytes;
    case Source::State::kPending:
      // No diagnostic: the manifest as a whole waits, and is decoded again (sources.h).
      pending_ = true;
      break;
    case Source::State::kUnreadable:
      reader_.error(field, path + " can't be read: " + source.problem);
      break;
    case Source::State::kAbsent:
      if (!optional) {
        reader_.error(field, "there is no file " + path, "a path in the manifests directory");
      }
      break;
  }
  return nullptr;
}

std::optional<std::string> Loader::local_path(const Field& field, const std::string& text,
                                              const Place& place) {
  if (is_remote(text)) {
    reader_.error(field, "a remote file: " + text, "a path in the manifests directory",
                  "put a copy beside the manifest");
    return std::nullopt;
  }
  auto path = path_beneath(place.folder, text);
  if (!path) {
    reader_.error(field, "`" + text + "` leads out of the manifests directory",
                  "a path in the manifests directory");
  }
  return path;
}

std::optional<std::vector<YamlNode>> Loader::documents_of(const Field& field,
                                                          const std::string& path) {
  const auto bytes = read_source(field, path, false);
  if (!bytes) return std::nullopt;
  // A file that is read twice has one number, and its diagnostics one name.
  const auto [known, fresh] = numbers_.try_emplace(path, static_cast<int>(reader_.files.size()));
  if (fresh) reader_.files.push_back(path);
  YamlFile yaml = read_yaml(*bytes, known->second);
  for (const auto& error : yaml.errors)
    reader_.error_at(error.mark, "", error.message);
  if (!yaml.errors.empty()) return std::nullopt;
  for (const auto& document : yaml.documents) {
    // One that is none makes the whole file useless: what is merged from the rest is half of what
    // was meant.
    if (document.is_map()) continue;
    reader_.error_at(document.mark, "", "not a Compose file", "a map with `services`");
    return std::nullopt;
  }
  return std::move(yaml.documents);
}

// ---- Variables ----

void Loader::add_variables(const Field& field, const std::string& path, bool optional,
                           StringMap& into) {
  const auto bytes = read_source(field, path, optional);
  if (!bytes) return;
  auto file = parse_env_file(*bytes, lookup_in(into));
  if (!file) {
    reader_.error(field,
                  path + ":" + std::to_string(file.error().line) + ": " + file.error().message);
    return;
  }
  for (auto& [name, value] : file->values)
    // What is there already stays: the environment wins over `.env`, and the first file over the
    // next.
    into.emplace(name, std::move(value));
}

Loader::Loader(Reader& reader, std::set<std::string>& references, std::string root)
    : reader_(reader), references_(references), root_(std::move(root)) {
  const std::string& manifest = reader_.files.front();
  main_.folder = folder_of(manifest);
  main_.including = {manifest};
  main_.variables = reader_.options.environment;
  numbers_[manifest] = 0;
  // The manifest does not name it, so it has no place there: mistakes in it are reported at the
  // top.
  YamlNode top;
  top.mark = {1, 1, 0};
  add_variables({top, ""}, *path_beneath(main_.folder, kEnvironmentFile), true, main_.variables);
}

std::string Loader::name_project(const std::string& text) {
  const auto done = interpolate(text, lookup_in(main_.variables));
  // One with a mistake in it is refused as a name (manifest.cpp), which says enough.
  const std::string name = done ? done->text : text;
  main_.variables["COMPOSE_PROJECT_NAME"] = name;
  return name;
}

bool Loader::interpolate_tree(YamlNode& node, const std::string& path, const Place& place) {
  for (auto& member : node.members) {
    const std::string inner = path.empty() ? member.key : path + "." + member.key;
    if (!interpolate_tree(member.value, inner, place)) return false;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string inner = path + "[" + std::to_string(i) + "]";
    if (!interpolate_tree(node.items[i], inner, place)) return false;
  }
  // Most end here, and keep what they are: `80` without a variable may still be read as a number.
  if (!node.is_scalar() || node.scalar.find('$') == std::string::npos) return true;
  const Field field{node, path};
  auto done = interpolate(node.scalar, lookup_in(place.variables));
  if (!done) {
    reader_.error(field, done.error(), "$NAME or ${NAME…}", "write `$$` for a dollar sign");
    return true;
  }
  for (const auto& name : done->unset) {
    reader_.warn(field, "the variable " + name + " is not set; it is replaced by nothing",
                 "set it in .env beside the manifest, or write ${" + name + ":-}");
  }
  interpolated_bytes_ += done->text.size();
  if (interpolated_bytes_ > kMaxInterpolatedTotal) {
    reader_.error(field, "the texts grow beyond 4 MiB");
    return false;
  }
  node.scalar = std::move(done->text);
  node.quoted = true;  // a text, whatever it looks like now
  return true;
}

// ---- Documents ----

void Loader::prepare(YamlNode& document, const Place& place) {
  // In this order: a bare variable's value is not looked at for expressions, nor for paths.
  interpolate_tree(document, root_, place);
  take_bare_variables(document, lookup_in(place.variables));
  if (!place.folder.empty()) resolve_paths(document, place.folder);
}

void Loader::merge_onto(YamlNode& base, const YamlNode& over, const KeyPath& path) {
  if (auto done = merge(base, over, path); !done) {
    reader_.error_at(done.error().mark, at(done.error().path), done.error().message);
  }
}

void Loader::add_to(YamlNode document, const Place& place, YamlNode& base) {
  prepare(document, place);
  include_all(document, place);
  extend_all(document, place);
  merge_onto(base, document, {});
}

void Loader::add_document(YamlNode document, YamlNode& base) {
  add_to(std::move(document), main_, base);
}

void Loader::add_override(const std::string& path, YamlNode& base) {
  YamlNode top;
  top.mark = {1, 1, 0};
  const Field field{top, ""};
  // Asked first whether it is there, for documents_of() would report its absence.
  if (!read_source(field, path, true)) return;
  auto documents = documents_of(field, path);
  if (!documents) return;
  for (auto& document : *documents)
    add_to(std::move(document), main_, base);
}

// ---- include ----

Loader::Place Loader::included_place(const Field& item, const std::string& main,
                                     const Place& from) {
  Place place;
  place.folder = folder_of(main);
  // What the includer knows wins over the included file's own `.env`.
  place.variables = from.variables;
  place.including = from.including;
  place.including.push_back(main);
  const YamlNode* folder = item.node.find("project_directory");
  if (folder != nullptr) {
    const Field field{*folder, item.path + ".project_directory"};
    if (!folder->is_scalar()) reader_.error(field, "not a path", "a folder");
    // Of the includer's folder, as all that stands in its file.
    place.folder = local_path(field, folder->scalar, from).value_or(place.folder);
  }
  const YamlNode* files = item.node.find("env_file");
  if (files == nullptr) {
    add_variables(item, *path_beneath(place.folder, kEnvironmentFile), true, place.variables);
    return place;
  }
  const Field field{*files, item.path + ".env_file"};
  for (const auto& each : read_string_or_strings(reader_, field)) {
    if (each == "/dev/null") continue;  // Compose's way to say: none
    if (auto path = local_path(field, each, from)) {
      add_variables(field, *path, false, place.variables);
    }
  }
  return place;
}

void Loader::include_one(const Field& item, const Place& place, YamlNode& document) {
  std::vector<std::string> paths;
  if (item.node.is_map()) {
    static const std::vector<std::string> kKnown = {"path", "project_directory", "env_file"};
    for (const auto& member : item.node.members) {
      if (std::ranges::find(kKnown, member.key) == kKnown.end()) {
        report_unknown(reader_, item, member, kKnown, {});
      }
    }
    const YamlNode* path = item.node.find("path");
    if (path != nullptr) paths = read_string_or_strings(reader_, {*path, item.path + ".path"});
  } else if (auto path = read_string(reader_, item)) {
    paths.push_back(*path);
  }
  if (paths.empty()) {
    reader_.error(item, "no `path`", "a path, or {path: …, env_file: …}");
    return;
  }
  // The first of several is the file; the others are laid onto it, and say nothing of where it is.
  const auto main = local_path(item, paths.front(), place);
  if (!main) return;
  if (std::ranges::find(place.including, *main) != place.including.end() ||
      place.including.size() > kMaxIncludeDepth) {
    reader_.error(item, "`include` goes in a circle, or too deep: " + *main);
    return;
  }
  // Files that include each other crosswise would be read more often than anybody can wait for.
  if (++included_ > kMaxIncludes) {
    if (included_ == kMaxIncludes + 1)
      reader_.error(item, "more than " + std::to_string(kMaxIncludes) + " files are included");
    return;
  }
  // They share variables and folder, and are merged before anybody else's word counts.
  const Place inner = included_place(item, *main, place);
  YamlNode whole;
  for (const auto& each : paths) {
    const auto path = local_path(item, each, place);
    auto documents = path ? documents_of(item, *path) : std::nullopt;
    if (!documents) return;
    for (auto& included : *documents)
      add_to(std::move(included), inner, whole);
  }
  if (!whole.is_map()) return;
  // What this file itself says of a resource is laid onto what the included one says.
  for (const char* section : {"services", "volumes", "networks", "secrets", "configs"}) {
    const YamlNode* from = whole.find(section);
    if (from == nullptr || !from->is_map()) continue;
    YamlNode* own = document.find(section);
    if (own == nullptr) {
      document.members.push_back({section, from->mark, *from});
      continue;
    }
    YamlNode merged = *from;
    merge_onto(merged, *own, {section});
    *own = std::move(merged);
  }
}

void Loader::include_all(YamlNode& document, const Place& place) {
  const YamlNode* include = document.find("include");
  if (include == nullptr) return;
  // A copy, since the key goes from the tree before its members are looked at.
  const YamlNode list = *include;
  erase_key(document, "include");
  if (list.is_null()) return;
  if (!list.is_sequence()) {
    reader_.error_at(list.mark, at("include"), "not a list", "a list of paths");
    return;
  }
  const Field field{list, at("include")};
  for (std::size_t i = 0; i < list.items.size(); ++i)
    include_one(field.item(i), place, document);
}

// ---- extends ----

const YamlNode* Loader::services_of_file(const Field& field, const std::string& path,
                                         const Place& place) {
  // Read once for all services that extend one of it, and prepared with the first one's variables.
  auto known = extension_files_.find(path);
  if (known == extension_files_.end()) {
    auto documents = documents_of(field, path);
    if (!documents) return nullptr;
    // Its paths are of its own folder. Its `include` is not followed.
    Place inner = place;
    inner.folder = folder_of(path);
    YamlNode whole;
    for (auto& document : *documents) {
      prepare(document, inner);
      merge_onto(whole, document, {});
    }
    known = extension_files_.emplace(path, std::move(whole)).first;
  }
  const YamlNode* services = known->second.find("services");
  if (services == nullptr || !services->is_map()) {
    reader_.error(field, path + " has no `services`");
    return nullptr;
  }
  return services;
}

std::optional<YamlNode> Loader::extended(const std::string& name, const YamlNode& services,
                                         const std::string& file, const Place& place, Trail trail) {
  const YamlNode* service = services.find(name);
  if (service == nullptr || !service->is_map()) return std::nullopt;
  const YamlNode* extends = service->find("extends");
  // The end of a chain. Copies are needed: one base may serve many, each with its own laid onto it.
  if (extends == nullptr) return *service;
  const Field field{*extends, at("services." + name + ".extends")};
  // By file and name: two files may each have a `base` of their own.
  if (!trail.insert({file, name}).second || trail.size() > kMaxExtendsDepth) {
    reader_.error(field, "`extends` goes in a circle, or is too long a chain");
    return std::nullopt;
  }
  std::string base_file = file;
  std::string base_name = extends->scalar;
  const YamlNode* base_services = &services;
  Place base_place = place;
  if (extends->is_map()) {
    for (const auto& member : extends->members) {
      const bool known = member.key == "service" || member.key == "file";
      if (!known) report_unknown(reader_, field, member, {"service", "file"}, {});
      if (known && !member.value.is_scalar())
        reader_.error(field.member(member), "not a text", "a name, or a path");
    }
    const YamlNode* base = extends->find("service");
    base_name = base != nullptr && base->is_scalar() ? base->scalar : "";
    if (const YamlNode* other = extends->find("file"); other != nullptr && other->is_scalar()) {
      const auto path = local_path(field, other->scalar, place);
      if (!path) return std::nullopt;
      base_file = *path;
      base_place.folder = folder_of(*path);
      base_services = services_of_file(field, *path, place);
      if (base_services == nullptr) return std::nullopt;
    }
  }
  if (base_name.empty()) {
    reader_.error(field, "no service to extend", "NAME, or {service: NAME, file: PATH}");
    return std::nullopt;
  }
  if (base_services->find(base_name) == nullptr) {
    reader_.error(field, "there is no service `" + base_name + "` in " + base_file);
    return std::nullopt;
  }
  auto base = extended(base_name, *base_services, base_file, base_place, std::move(trail));
  YamlNode own = *service;
  erase_key(own, "extends");
  if (!base) return own;
  erase_key(*base, "extends");
  merge_onto(*base, own, {"services", name});
  return base;
}

void Loader::extend_all(YamlNode& document, const Place& place) {
  YamlNode* services = document.find("services");
  if (services == nullptr || !services->is_map()) return;
  // What is extended is what stands in the file, not what another `extends` has made of it already.
  const YamlNode before = *services;
  for (auto& member : services->members) {
    if (!member.value.is_map() || member.value.find("extends") == nullptr) continue;
    auto whole = extended(member.key, before, place.including.back(), place, {});
    if (!whole) {
      erase_key(member.value, "extends");
      continue;
    }
    extended_weight_ += weight_of(*whole);
    if (extended_weight_ > kMaxExtendedWeight) {
      reader_.error_at(member.mark, at("services." + member.key + ".extends"),
                       "the services that extend others grow too large");
      return;
    }
    // `!override` of the service itself still counts where it is laid onto another file's.
    whole->tag = member.value.tag;
    member.value = std::move(*whole);
  }
}

}  // namespace fairlead::model
