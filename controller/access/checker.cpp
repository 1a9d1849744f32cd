#include "controller/access/checker.h"

#include <algorithm>
#include <utility>

#include "base/paths.h"

namespace fairlead::controller {
namespace {

// Where engines listen, their container runtimes among them: who speaks to one is root.
std::vector<std::string> known_sockets(const model::HostAccess& access) {
  std::vector<std::string> all = {"/var/run/docker.sock", "/run/docker.sock",
                                  "/run/containerd/containerd.sock",
                                  "/run/docker/containerd/containerd.sock"};
  for (const auto& given : access.engine_sockets) {
    const std::string socket = clean_path(given);
    const std::string folder = socket.substr(0, socket.rfind('/'));
    all.push_back(socket);
    // Where dockerd puts its own containerd, beside its socket.
    all.push_back(folder + "/containerd/containerd.sock");
    all.push_back(folder + "/docker/containerd/containerd.sock");
  }
  return all;
}

}  // namespace

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

void Checker::deny(const std::string& key, const std::string& what, const std::string& rule) {
  // Noted, and the next one is looked for: a person gets all of them at once.
  found.push_back({path + "." + key, what, rule});
}

// A rule's own path: what can't be followed stands for its text.
std::string Checker::resolved(const std::string& text) const {
  if (access.host == nullptr) return clean_path(text);
  return access.host->real_path(text).value_or(clean_path(text));
}

bool Checker::reaches_engine(const std::string& real) const {
  const auto sockets = known_sockets(access);
  if (access.host != nullptr) return access.host->reaches(real, sockets);
  return std::ranges::any_of(sockets,
                             [&real](const auto& socket) { return beneath(socket, real); });
}

bool Checker::may_bind(const std::string& real) const {
  return std::ranges::any_of(allowed.bind_mounts,
                             [&](const auto& root) { return beneath(real, resolved(root)); });
}

bool Checker::may_use_device(const std::string& device) const {
  // Both by text and by where it leads: /dev/disk/by-id is what rules are written with.
  const std::string real = resolved(device);
  return std::ranges::any_of(allowed.devices, [&](const std::string& each) {
    if (each == device) return true;
    if (!each.starts_with('/')) return false;
    const std::string top = resolved(each);
    return top == real || (each.ends_with('/') && beneath(real, top));
  });
}

// The engine takes `..` out of some paths before it follows their links, and leaves others to the
// kernel, which does it the other way round: both readings are judged.
void Checker::check_bind(const std::string& key, const std::string& source, bool read_only) {
  const std::string text = clean_path(source);
  for (const std::string& reading : {text, source}) {
    std::string real = text;
    if (access.host != nullptr) {
      const auto followed = access.host->real_path(reading);
      if (!followed)
        // A circle of links, or a folder that may not be read: nobody can say what would be
        // mounted.
        return deny(key, "a bind mount of " + text + ", whose links lead nowhere", "bindMounts");
      real = *followed;
    }
    std::string leads = real;
    if (real != text) leads.append(" (by ").append(source).append(")");
    // Before the rules for binds: one for /run must not be one for the engine.
    if (reaches_engine(real) && !allowed.engine_socket)
      return deny(key, "the engine's socket, by " + leads, "engineSocket");
    // Read-only alone: who may write there decides what runs.
    const bool own = read_only && !access.manifests_root.empty() &&
                     beneath(real, resolved(access.manifests_root));
    if (!own && !may_bind(real)) return deny(key, "a bind mount of " + leads, "bindMounts");
    if (reading == text && source == text) return;
  }
}

Checker checker_for(const model::App& app, std::string path, const model::HostAccess& access) {
  return {.path = std::move(path), .access = access, .allowed = access.of(app.name, app.file)};
}

}  // namespace fairlead::controller
