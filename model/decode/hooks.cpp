// Lifecycle hooks: `pre_start` (Compose 5.3), `post_start` and `pre_stop` (Compose 2.30).
#include <span>

#include "model/decode/parts.h"

namespace fairlead::model {
namespace {

constexpr Key<Hook> kHookKeys[] = {
    {"command", [](Reader& r, const Field& f, Hook& h) { h.command = read_command(r, f); }},
    {"user", [](Reader& r, const Field& f, Hook& h) { h.user = read_string(r, f); }},
    {"working_dir", [](Reader& r, const Field& f, Hook& h) { h.working_dir = read_string(r, f); }},
    {"privileged",
     [](Reader& r, const Field& f, Hook& h) { h.privileged = read_bool(r, f).value_or(false); }},
    {"environment",
     [](Reader& r, const Field& f, Hook& h) {
       h.environment = read_environment(r, f);
       // A bare name is filled for services only (load/load.cpp): here it says nothing.
       std::erase_if(h.environment, [](const auto& entry) { return !entry.second; });
     }},
    // What a container of its own has besides.
    {"image", [](Reader& r, const Field& f, Hook& h) { h.image = read_image(r, f); }},
    {"per_replica",
     [](Reader& r, const Field& f, Hook& h) { h.per_replica = read_bool(r, f).value_or(false); }},
};
// The last two rows.
constexpr std::size_t kOfContainers = 2;

// `containers`: steps that are containers of their own have two keys more.
std::vector<Hook> read_hooks(Reader& reader, const Field& field, bool containers) {
  std::vector<Hook> hooks;
  if (!expect_list(reader, field)) return hooks;
  const std::span<const Key<Hook>> all(kHookKeys);
  const auto keys = containers ? all : all.first(all.size() - kOfContainers);
  hooks.reserve(field.node.items.size());
  for (std::size_t i = 0; i < field.node.items.size(); ++i) {
    const Field item = field.item(i);
    Hook hook;
    if (!read_map<Hook>(reader, item, keys, hook)) continue;
    // With an image of its own a step may run what that image runs.
    if (hook.image.empty() && (!hook.command || hook.command->empty()))
      reader.error(item, "no command", "command: [PROGRAM, ARGUMENT…]");
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

}  // namespace

void read_pre_start(Reader& reader, const Field& field, Service& service) {
  service.pre_start = read_hooks(reader, field, true);
}

void read_post_start(Reader& reader, const Field& field, Service& service) {
  service.post_start = read_hooks(reader, field, false);
}

void read_pre_stop(Reader& reader, const Field& field, Service& service) {
  service.pre_stop = read_hooks(reader, field, false);
}

}  // namespace fairlead::model
