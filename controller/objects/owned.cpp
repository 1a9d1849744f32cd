#include "controller/objects/owned.h"

#include <charconv>
#include <tuple>

#include "controller/objects/labels.h"
#include "model/form/canonical.h"

namespace fairlead::controller {
namespace {

std::uint64_t generation(const docker::Container& container) {
  const std::string text = label(container.labels, kLabelGeneration);
  std::uint64_t value = 0;
  // What is no number is 0: a label of anybody's may say anything.
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string label(const docker::Labels& labels, std::string_view key) {
  const auto* found = labels.find(key);
  return found == nullptr ? std::string() : *found;
}

std::string app_of(const docker::Labels& labels) {
  return label(labels, kLabelApp);
}

std::string app_of(const docker::StringMap& attributes) {
  const auto found = attributes.find(std::string(kLabelApp));
  return found == attributes.end() ? std::string() : found->second;
}

bool owned(const docker::Labels& labels, const std::string& instance, const std::string& app) {
  return !instance.empty() && label(labels, kLabelManaged) == "true" &&
         label(labels, kLabelInstance) == instance && label(labels, kLabelApp) == app;
}

int number_of(const docker::Container& container) {
  const std::string text = label(container.labels, kLabelNumber);
  int number = 1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_hook(const docker::Container& container) {
  return !label(container.labels, kLabelHook).empty();
}

bool up(const docker::Container& container) {
  return container.state == "running" || container.state == "paused" ||
         container.state == "restarting";
}

std::string next_name(const std::string& name) {
  return name + ".next";
}

std::string prev_name(const std::string& name) {
  return name + ".prev";
}

bool newer(const docker::Container& a, const docker::Container& b) {
  return std::tuple(generation(a), a.created, a.id) > std::tuple(generation(b), b.created, b.id);
}

bool hash_matches(const model::App& app, const model::Service& service,
                  const docker::Container& container) {
  // An upgrade of Fairlead must replace nothing by itself.
  if (label(container.labels, kLabelSpecHashVersion) != std::to_string(model::kSpecHashVersion))
    return true;
  return label(container.labels, kLabelSpecHash) == model::container_spec_hash(app, service);
}

}  // namespace fairlead::controller
