// Documents: the envelope (`kind: App`, `kind: Network`) and the plain Compose file. Both spellings
// of an App are read into one draft, by tables that differ only in where the options stand, and end
// in complete_app().
#include "model/manifest.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

#include "model/decode/parts.h"
#include "model/form/canonical.h"
#include "model/form/compose_json.h"
#include "model/load/load.h"
#include "model/words.h"

namespace fairlead::model {
namespace {

constexpr const char* kApiVersion = "fairlead.dev/v1";

struct Metadata {
  std::string name;
  StringMap labels;
  StringMap annotations;
};

constexpr Key<Metadata> kMetadataKeys[] = {
    {"name",
     [](Reader& r, const Field& f, Metadata& m) { m.name = read_string(r, f).value_or(""); }},
    {"labels", [](Reader& r, const Field& f, Metadata& m) { m.labels = read_string_map(r, f); }},
    {"annotations",
     [](Reader& r, const Field& f, Metadata& m) { m.annotations = read_string_map(r, f); }},
};

// What both spellings of an App are read into.
struct AppDraft {
  App app;
  ComposeParts parts;
  Loader* loader = nullptr;
};

void read_app_id(Reader& reader, const Field& field, AppDraft& draft) {
  // Checked as a name for Docker later, like all prefixes (check/check.cpp).
  if (auto id = read_string(reader, field)) draft.app.prefix = *id;
}
void read_suspend(Reader& reader, const Field& field, AppDraft& draft) {
  draft.app.suspend = read_bool(reader, field).value_or(false);
}
void read_prune(Reader& reader, const Field& field, AppDraft& draft) {
  draft.app.prune = read_bool(reader, field).value_or(true);
}
void read_recreate(Reader& reader, const Field& field, AppDraft& draft) {
  draft.app.network_recreate = read_network_recreate(reader, field);
}
void read_volume_recreate(Reader& reader, const Field& field, AppDraft& draft) {
  const auto text = read_string(reader, field);
  // What can't be read acts as the default, and is an error of the file anyway.
  draft.app.recreate_volumes = text != "refuse";
  if (text && *text != "allow" && *text != "refuse")
    reader.error(field, "unknown choice `" + *text + "`", "allow or refuse");
}

void read_retries(Reader& reader, const Field& field, AppDraft& draft) {
  if (const auto count = read_integer(reader, field, 0, 1'000'000))
    draft.app.retries = static_cast<int>(*count);
}

void read_active_profiles(Reader& reader, const Field& field, AppDraft& draft) {
  for (auto& name : read_strings(reader, field))
    draft.app.profiles.insert(std::move(name));
}
// Has been looked at before anything else: see is_tolerant().
void read_unsupported(Reader& reader, const Field& field, AppDraft& draft) {
  static_cast<void>(draft);
  const auto text = read_string(reader, field);
  if (text && *text != "warn" && *text != "refuse")
    reader.error(field, "unknown choice `" + *text + "`", "refuse or warn");
}

// Under `x-fairlead` of a plain file, where Compose passes over it. The same keys stand under
// `spec` of an envelope, beside Compose's own.
constexpr Key<AppDraft> kBehaviourKeys[] = {
    {"appId", read_app_id},
    {"profiles", read_active_profiles},
    {"unsupported", read_unsupported},
    {"suspend", read_suspend},
    {"prune", read_prune},
    {"networkRecreate", read_recreate},
    {"volumeRecreate", read_volume_recreate},
    {"retries", read_retries},
};

void read_app_services(Reader& r, const Field& f, AppDraft& d) {
  read_services(r, f, d.parts.services);
}
void read_app_networks(Reader& r, const Field& f, AppDraft& d) {
  read_networks(r, f, d.parts.networks);
}
void read_app_configs(Reader& r, const Field& f, AppDraft& d) {
  read_files(r, f, false, *d.loader, d.parts.files);
}
void read_app_secrets(Reader& r, const Field& f, AppDraft& d) {
  read_files(r, f, true, *d.loader, d.parts.files);
}
void read_app_volumes(Reader& r, const Field& f, AppDraft& d) {
  read_volumes(r, f, d.parts.volumes);
}

constexpr Key<AppDraft> kSpecKeys[] = {
    {"appId", read_app_id},
    {"suspend", read_suspend},
    {"prune", read_prune},
    {"networkRecreate", read_recreate},
    {"volumeRecreate", read_volume_recreate},
    {"retries", read_retries},
    {"services", read_app_services},
    {"networks", read_app_networks},
    {"volumes", read_app_volumes},
    {"profiles", read_active_profiles},
    {"unsupported", read_unsupported},
    {"configs", read_app_configs},
    {"secrets", read_app_secrets},
};

constexpr Key<AppDraft> kComposeKeys[] = {
    {"name",
     [](Reader& r, const Field& f, AppDraft& d) { d.app.name = read_string(r, f).value_or(""); }},
    {"version",
     [](Reader& r, const Field& f, AppDraft&) { r.warn(f, "`version` is obsolete; remove it"); }},
    {"services", read_app_services},
    {"networks", read_app_networks},
    {"volumes", read_app_volumes},
    {"configs", read_app_configs},
    {"secrets", read_app_secrets},
    {"x-fairlead",
     [](Reader& r, const Field& f, AppDraft& d) { read_map<AppDraft>(r, f, kBehaviourKeys, d); }},
};
constexpr Refused kRefusedTopKeys[] = {
    {"models", "Docker Model Runner is not driven", "run the model as a service of its own"},
};

// Whether refused keys are only warned of, from the keys of Fairlead's own.
bool is_tolerant(const YamlNode* behaviour) {
  // Looked up by hand, before the table is read: it changes how all other keys are judged.
  const auto* found = behaviour == nullptr ? nullptr : behaviour->find("unsupported");
  return found != nullptr && found->scalar == "warn";
}

std::string stem(const std::string& file) {
  const auto slash = file.rfind('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  return name.substr(0, name.rfind('.'));
}

// As Compose's project names. Without a slash, by which shared networks are told from Apps
// (controller/objects/key.h); short enough for the names that are made from it.
bool is_app_name(const std::string& name) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 100 && name[0] != '-' && name[0] != '_' &&
         std::ranges::all_of(name, ok);
}

bool check_name(Reader& reader, const YamlNode& node, const std::string& path,
                const std::string& name) {
  if (is_app_name(name)) return true;
  reader.error_at(node.mark, path, "not a name: `" + name + "`",
                  "lower-case letters, digits, - and _, beginning with a letter or digit");
  return false;
}

// COMPOSE_PROFILES of the `.env` or the environment that texts are interpolated with.
void read_profiles_of(const Loader& loader, AppDraft& draft) {
  std::string name;
  for (const char c : loader.variable("COMPOSE_PROFILES") + ",") {
    if (c != ',') {
      name += c;
    } else if (!name.empty()) {
      draft.app.profiles.insert(std::exchange(name, {}));
    }
  }
}

void complete_app(Reader& reader, const YamlNode& document, const std::string& name_path,
                  AppDraft draft, Manifest& manifest) {
  App app = std::move(draft.app);
  app.position = reader.position(document);
  app.file = reader.files.front();
  app.services = std::move(draft.parts.services);
  app.networks = std::move(draft.parts.networks);
  app.volumes = std::move(draft.parts.volumes);
  app.files = std::move(draft.parts.files);
  // Without a name nobody could say whose objects those are: the App is left out, and not
  // mentioned.
  if (!check_name(reader, document, name_path, app.name)) return;
  // Before all that may still be wrong with it: a broken App is still wanted (F083).
  manifest.mentioned.push_back(app.name);
  if (app.prefix.empty()) app.prefix = app.name;
  app.masks = reader.masks;
  // Each App of a file has its own.
  app.unsupported = std::exchange(reader.unsupported, {});
  finish_app(reader, app);
  manifest.apps.push_back(std::move(app));
}

void decode_enveloped_app(Reader& reader, const YamlNode& document, const Metadata& metadata,
                          Manifest& manifest) {
  AppDraft draft;
  draft.app.enveloped = true;
  draft.app.name = metadata.name;
  draft.app.labels = metadata.labels;
  draft.app.annotations = metadata.annotations;
  const auto* spec = document.find("spec");
  if (spec == nullptr) {
    reader.error_at(document.mark, "spec", "no `spec`", "spec: {services: …}");
  } else {
    Loader loader(reader, manifest.references, "spec");
    // First, for texts may use COMPOSE_PROJECT_NAME.
    loader.name_project(metadata.name);
    YamlNode whole;
    loader.add_document(*spec, whole);
    loader.read_service_files(whole);
    draft.loader = &loader;
    read_profiles_of(loader, draft);
    reader.tolerant = is_tolerant(&whole);
    read_map<AppDraft>(reader, Field{whole, "spec"}, kSpecKeys, draft, kRefusedTopKeys);
    manifest.pending |= loader.pending();
  }
  complete_app(reader, document, "metadata.name", std::move(draft), manifest);
}

void read_network_spec(Reader& reader, const YamlNode& spec, SharedNetwork& shared) {
  if (!spec.is_map()) {
    reader.error_at(spec.mark, "spec", "not a map", "spec: {driver: bridge}");
    return;
  }
  // Two tables read one map here: each gets the members that are its own, so that either can report
  // what it does not know.
  AppDraft behaviour;
  YamlNode network = spec;
  YamlNode rest = spec;
  const auto is_behaviour = [](const YamlNode::Member& member) {
    return std::ranges::any_of(kBehaviourKeys, [&member](const Key<AppDraft>& key) {
      return member.key == key.name &&
             (member.key == "suspend" || member.key == "prune" || member.key == "networkRecreate");
    });
  };
  std::erase_if(network.members, is_behaviour);
  std::erase_if(rest.members, [&](const auto& member) { return !is_behaviour(member); });
  read_map<AppDraft>(reader, Field{rest, "spec"}, kBehaviourKeys, behaviour);
  read_network_keys(reader, Field{network, "spec"}, shared.network);
  shared.suspend = behaviour.app.suspend;
  shared.prune = behaviour.app.prune;
  shared.network_recreate = behaviour.app.network_recreate;
}

// `kind: Network`: behaviour keys, and everything a Compose network can say.
void decode_shared_network(Reader& reader, const YamlNode& document, const Metadata& metadata,
                           Manifest& manifest) {
  SharedNetwork shared;
  shared.name = metadata.name;
  shared.metadata_labels = metadata.labels;
  shared.position = reader.position(document);
  shared.file = reader.files.front();
  shared.masks = reader.masks;
  shared.network.key = metadata.name;
  if (!check_name(reader, document, "metadata.name", shared.name)) return;
  manifest.mentioned.push_back("network/" + shared.name);
  if (const auto* found = document.find("spec"); found != nullptr && !found->is_null()) {
    // A copy: variables are put into it, and the document is the caller's.
    YamlNode spec = *found;
    Loader loader(reader, manifest.references, "spec");
    loader.interpolate_document(spec);
    manifest.pending |= loader.pending();
    reader.tolerant = false;
    read_network_spec(reader, spec, shared);
  }
  shared.network.position = shared.position;
  // Without a prefix: it is there to be named by Apps of any prefix.
  if (shared.network.docker_name.empty()) shared.network.docker_name = shared.name;
  if (shared.network.external) {
    reader.error_at(document.mark, "spec.external", "a Network can't be external",
                    "an App refers to a foreign network by itself");
  }
  validate_network(shared.network, "spec", reader.diagnostics);
  shared.digest = sha_of(to_json(shared));
  manifest.networks.push_back(std::move(shared));
}

void decode_envelope(Reader& reader, const YamlNode& document, Manifest& manifest) {
  static const std::vector<std::string> kKnown = {"apiVersion", "kind", "metadata", "spec"};
  const Field root{document, ""};
  for (const auto& member : document.members) {
    if (std::ranges::find(kKnown, member.key) == kKnown.end()) {
      report_unknown(reader, root, member, kKnown, {});
    }
  }
  const auto text = [&document](const char* key) {
    const auto* node = document.find(key);
    return node != nullptr && node->is_scalar() ? node->scalar : std::string();
  };
  const auto mark_of = [&document](const char* key) {
    const auto* node = document.find(key);
    return node == nullptr ? document.mark : node->mark;
  };
  if (text("apiVersion") != kApiVersion) {
    reader.error_at(mark_of("apiVersion"), "apiVersion", "unknown version", kApiVersion);
  }
  Metadata metadata;
  if (const auto* node = document.find("metadata")) {
    read_map<Metadata>(reader, Field{*node, "metadata"}, kMetadataKeys, metadata);
  }
  // Judged even under an unknown apiVersion: one pass finds all mistakes.
  const auto kind = text("kind");
  if (kind == "App") {
    decode_enveloped_app(reader, document, metadata, manifest);
  } else if (kind == "Network") {
    decode_shared_network(reader, document, metadata, manifest);
  } else {
    const auto near = nearest(kind, {"App", "Network"});
    reader.error_at(mark_of("kind"), "kind", "unknown kind `" + kind + "`", "App or Network",
                    near.empty() ? "" : "did you mean `" + near + "`?");
  }
}

// `NAME.override.yaml` of `NAME.yaml`, or "" if `file` is no such name.
std::string overridden_file(const std::string& file) {
  for (const std::string_view ending : {".yaml", ".yml"}) {
    const std::string whole = ".override" + std::string(ending);
    if (!file.ends_with(whole)) continue;
    return file.substr(0, file.size() - whole.size()) + std::string(ending);
  }
  return "";
}

std::string override_file(const std::string& file) {
  const auto dot = file.rfind('.');
  return file.substr(0, dot) + ".override" + file.substr(dot);
}

// All plain documents of a file are one Compose file, laid onto each other as Compose does.
void decode_compose(Reader& reader, const std::vector<const YamlNode*>& documents,
                    Manifest& manifest) {
  reader.tolerant = false;
  Loader loader(reader, manifest.references, "");
  // Compose takes the folder's name. A directory holds many Apps here, so it is the file's.
  std::string name = stem(reader.files.front());
  for (const auto* document : documents) {
    const auto* given = document->find("name");
    // The last one wins, as where documents are laid onto each other.
    if (given != nullptr && given->is_scalar()) name = given->scalar;
  }
  name = loader.name_project(name);
  YamlNode whole;
  for (const auto* document : documents)
    loader.add_document(*document, whole);
  loader.add_override(override_file(reader.files.front()), whole);
  loader.read_service_files(whole);
  AppDraft draft;
  draft.loader = &loader;
  read_profiles_of(loader, draft);
  // Only now, when overrides and includes have been laid onto it.
  reader.tolerant = is_tolerant(whole.find("x-fairlead"));
  read_map<AppDraft>(reader, Field{whole, ""}, kComposeKeys, draft, kRefusedTopKeys);
  manifest.pending |= loader.pending();
  if (whole.find("services") == nullptr) {
    reader.error_at(whole.mark, "", "neither an App nor a Compose file",
                    "`apiVersion` and `kind`, or `services`");
  }
  if (draft.app.name.empty()) draft.app.name = name;
  complete_app(reader, whole, "name", std::move(draft), manifest);
}

// An override file says nothing by itself; the file that it belongs to reads it.
bool is_override(Reader& reader, Manifest& manifest) {
  const std::string base = overridden_file(reader.files.front());
  if (base.empty()) return false;
  // It means something else when that file comes or goes.
  manifest.references.insert(base);
  const auto source = reader.options.read ? reader.options.read(base) : Source{};
  manifest.pending = source.state == Source::State::kPending;
  if (source.state == Source::State::kAbsent) {
    reader.error_at({1, 1}, "", "there is no " + base + " that this file could override", "",
                    "rename it, or add that file");
  }
  return true;
}

void decode_all(std::string_view bytes, Reader& reader, Manifest& manifest) {
  // Not even parsed: its mistakes are reported where it is laid onto its manifest.
  if (is_override(reader, manifest)) return;
  const YamlFile yaml = read_yaml(bytes);
  for (const auto& error : yaml.errors)
    reader.error_at(error.mark, "", error.message);
  if (yaml.documents.empty() && yaml.errors.empty()) {
    // A truncated file must not read as a wish (F082).
    reader.error_at({1, 1}, "", "the file holds no resource", "",
                    "to remove what it held, delete the file");
  }
  // Gathered, for all plain documents are one file to Compose; envelopes stand for themselves.
  std::vector<const YamlNode*> plain;
  for (const auto& document : yaml.documents) {
    if (!document.is_map()) {
      reader.error_at(document.mark, "", "not a manifest", "a mapping with `kind` or `services`");
    } else if (document.find("apiVersion") != nullptr || document.find("kind") != nullptr) {
      decode_envelope(reader, document, manifest);
    } else {
      plain.push_back(&document);
    }
  }
  if (!plain.empty()) decode_compose(reader, plain, manifest);
}

}  // namespace

NetworkRecreate read_network_recreate(Reader& reader, const Field& field) {
  const auto text = read_string(reader, field).value_or("never");
  const auto choice = value_of(kNetworkRecreates, text);
  if (!choice) {
    reader.error(field, "unknown choice `" + text + "`", choices_of(kNetworkRecreates));
  } else if (*choice != NetworkRecreate::kNever) {
    reader.warn(field, "`" + text + "` is not available yet, and acts as `never`");
  }
  return choice.value_or(NetworkRecreate::kNever);
}

Manifest decode(std::string_view file, std::string_view bytes, const DecodeOptions& options) {
  Manifest manifest;
  Reader reader{{std::string(file)}, options, manifest.diagnostics};
  try {
    decode_all(bytes, reader, manifest);
  } catch (const std::exception& e) {
    reader.error_at({1, 1}, "", std::string("can't be decoded: ") + e.what());
  }
  for (auto& diagnostic : manifest.diagnostics)
    make_fit(diagnostic, *reader.masks);
  // By place, whatever the order in which tables and checks met them.
  std::ranges::sort(manifest.diagnostics, {}, [](const Diagnostic& each) {
    return std::tuple(each.position.line, each.position.column, each.path);
  });
  return manifest;
}

}  // namespace fairlead::model
