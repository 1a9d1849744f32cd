
#include "controller/desired/hidden_values.h"

#include <algorithm>
#include <utility>

#include "base/json_strings.h"
#include "base/printable.h"
#include "controller/objects/labels.h"
#include "controller/objects/owned.h"

namespace fairlead::controller {
namespace {

using Environment = std::map<std::string, std::optional<std::string>>;

void add(model::Masks& masks, const Environment& environment) {
  for (const auto& [name, value] : environment)
    if (value) masks.add(name, *value);
}

void add_hooks(HiddenValues& values, const std::vector<model::Hook>& hooks) {
  for (const auto& hook : hooks) {
    add(values.all, hook.environment);
    // By these an executor knows that a hook is the manifest's of now, whose values are all known.
    values.hooks.insert(hook.command.value_or(std::vector<std::string>{}));
  }
}

}  // namespace

HiddenValues hidden_values(const DesiredEntry* entry) {
  HiddenValues out;
  const auto* app = entry == nullptr ? nullptr : entry->app();
  if (app == nullptr) return out;
  if (app->masks != nullptr) out.variables = *app->masks;
  out.all = out.variables;
  for (const auto& service : app->services) {
    add(out.all, service.environment);
    add_hooks(out, service.pre_start);
    add_hooks(out, service.post_start);
    add_hooks(out, service.pre_stop);
  }
  for (const auto& file : app->files)
    // Configs may be shown: who wants something kept makes a secret of it.
    if (file.secret && file.content != nullptr) out.all.add(file.key, *file.content);
  return out;
}

bool of_this_manifest(const DesiredEntry* entry, const docker::Container& container) {
  const auto* app = entry == nullptr ? nullptr : entry->app();
  if (app == nullptr) return false;
  if (is_hook(container)) return true;  // one of an older manifest goes at once
  const auto service = std::ranges::find(app->services, label(container.labels, kLabelComponent),
                                         &model::Service::name);
  return service != app->services.end() && hash_matches(*app, *service, container);
}

model::Masks values_of(const std::vector<std::string>& environment) {
  model::Masks out;
  for (const auto& entry : environment) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const auto name = entry.substr(0, equals);
    // An image's own, whose parts are the beginning of every path.
    if (name != "PATH") out.add(name, std::string_view(entry).substr(equals + 1));
  }
  return out;
}

std::string without_values(std::string_view text, const model::Masks& masks) {
  return masks.apply(without_passwords(text));
}

Error without_values(Error error, const HiddenValues& hidden) {
  // Passwords first, and in errors of images too: a reference may be a URL by mistake.
  error.message = without_passwords(error.message);
  error.hint = without_passwords(error.hint);
  // A reference to an image is no secret, and has to be seen.
  if (error.reason == Reason::kImageNotFound || error.reason == Reason::kImagePullFailed)
    return error;
  const auto& masks = error.reason == Reason::kHookFailed ? hidden.all : hidden.variables;
  error.message = masks.apply(error.message);
  error.hint = masks.apply(error.hint);
  return error;
}

Drift without_values(Drift drift, const model::Masks& masks) {
  // A person has to see which image it is, and what is called how.
  if (drift.field == "image" || drift.field == "name") return drift;
  // Where the wanted value is hidden in part, the other one may be an older form of the same
  // secret.
  const std::string desired = masks.apply(drift.desired);
  drift.actual =
      desired == drift.desired ? without_values(drift.actual, masks) : std::string("(hidden)");
  drift.desired = without_passwords(desired);
  return drift;
}

boost::json::value without_values(boost::json::value value, const model::Masks& masks) {
  change_strings(value, [&masks](std::string_view text) { return without_values(text, masks); });
  return value;
}

}  // namespace fairlead::controller
