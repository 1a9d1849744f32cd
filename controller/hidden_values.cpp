#include "controller/hidden_values.h"

#include <utility>

#include "base/printable.h"

namespace fairlead::controller {
namespace {

using Environment = std::map<std::string, std::optional<std::string>>;

void add(model::Masks& masks, const Environment& environment) {
  for (const auto& [name, value] : environment)
    if (value) masks.add(name, *value);
}

void add_hooks(model::Masks& masks, const std::vector<model::Hook>& hooks) {
  for (const auto& hook : hooks)
    add(masks, hook.environment);
}

}  // namespace

HiddenValues hidden_values(const DesiredEntry* entry) {
  HiddenValues out;
  const auto* app = entry == nullptr ? nullptr : std::get_if<model::App>(&entry->value);
  if (app == nullptr) return out;
  if (app->masks != nullptr) out.variables = *app->masks;
  out.all = out.variables;
  for (const auto& service : app->services) {
    add(out.all, service.environment);
    add_hooks(out.all, service.pre_start);
    add_hooks(out.all, service.post_start);
    add_hooks(out.all, service.pre_stop);
  }
  for (const auto& file : app->files)
    if (file.secret && file.content != nullptr) out.all.add(file.key, *file.content);
  return out;
}

Error without_values(Error error, const HiddenValues& hidden) {
  error.message = without_passwords(error.message);
  // A reference to an image is no secret, and has to be seen.
  if (error.reason == Reason::kImageNotFound || error.reason == Reason::kImagePullFailed)
    return error;
  const auto& masks = error.reason == Reason::kHookFailed ? hidden.all : hidden.variables;
  error.message = masks.apply(error.message);
  error.hint = masks.apply(error.hint);
  return error;
}

}  // namespace fairlead::controller
