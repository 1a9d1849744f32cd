// Relative paths of files that are not in the manifests directory itself.
#include "model/load/load.h"

namespace fairlead::model {
namespace {

// A file that is read together with the manifest.
void resolve_file(YamlNode* node, const std::string& folder) {
  if (node == nullptr || !node->is_scalar()) return;
  if (auto path = path_beneath(folder, node->scalar)) node->scalar = std::move(*path);
}

// A string, or a list of strings and `{path: …}`.
void resolve_files(YamlNode* node, const std::string& folder) {
  if (node == nullptr) return;
  resolve_file(node, folder);
  for (auto& item : node->items)
    resolve_file(item.is_map() ? item.find("path") : &item, folder);
}

bool is_relative_host_path(std::string_view text) {
  return text == "." || text == ".." || text.starts_with("./") || text.starts_with("../");
}

// The source of a bind mount keeps its leading `./`: that is what tells it from a volume's name.
void resolve_mount(YamlNode& mount, const std::string& folder) {
  YamlNode* source = mount.is_map() ? mount.find("source") : &mount;
  if (source == nullptr || !source->is_scalar()) return;
  const auto colon = mount.is_map() ? std::string::npos : source->scalar.find(':');
  const std::string host = source->scalar.substr(0, colon);
  if (!is_relative_host_path(host)) return;
  const auto path = path_beneath(folder, host);
  if (!path) return;
  source->scalar = "./" + *path + (colon == std::string::npos ? "" : source->scalar.substr(colon));
}

}  // namespace

void resolve_paths(YamlNode& document, const std::string& folder) {
  if (YamlNode* services = document.find("services")) {
    for (auto& service : services->members) {
      resolve_files(service.value.find("env_file"), folder);
      resolve_files(service.value.find("label_file"), folder);
      YamlNode* mounts = service.value.find("volumes");
      if (mounts == nullptr) continue;
      for (auto& mount : mounts->items)
        resolve_mount(mount, folder);
    }
  }
  // Seccomp profiles are not among them: their paths are of the manifests directory
  // (service_files.cpp).
  for (const char* section : {"configs", "secrets"}) {
    YamlNode* all = document.find(section);
    if (all == nullptr) continue;
    for (auto& each : all->members)
      resolve_file(each.value.find("file"), folder);
  }
}

}  // namespace fairlead::model
