// Private to the policy's checks: one App's allowances, and what was found to go beyond them.
//
// A path is judged by where it leads, after every link and `..`, on both sides: of the manifest and
// of the rule. Without a view of the host (HostAccess::host is null, as in a replay) it is judged
// by its text.
//
// Files of this folder make one of it for each object, let it collect, and return what it found:
//
//   Checker check = checker_for(app, "services.web", access);
//   if (spec.privileged.value_or(false) && !check.allowed.privileged)
//     check.deny("privileged", "all of the host", "privileged");
//   return std::move(check.found);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/access/check.h"

namespace fairlead::controller {

// Exact texts. For the rules of which docs/policy.md says no more.
bool contains(const std::vector<std::string>& list, std::string_view text);

// Borrows the policy, for as long as it lives. Finding one violation ends nothing: a person is told
// all of them at once.
struct Checker {
  std::string path;  // services.web
  const model::HostAccess& access;
  model::Allowance allowed;
  std::vector<Violation> found{};

  // Notes a violation: `key` beneath `path`, `what` it asks for, the `rule` that would allow it.
  void deny(const std::string& key, const std::string& what, const std::string& rule);
  // A folder or file of the host, wherever its links lead: denied if no rule has it, and in any
  // case without `engineSocket` if the engine's socket can be reached from there. The engine
  // follows some paths before it takes `..` out and others after, so both readings are judged. The
  // manifests directory may be bound by everybody, read-only.
  void check_bind(const std::string& key, const std::string& source, bool read_only);
  // Whether a rule for bind mounts holds this path; `real` is free of links.
  bool may_bind(const std::string& real) const;
  // By its path or by where that leads; a rule with a trailing / is for all beneath.
  bool may_use_device(const std::string& path) const;

 private:
  std::string resolved(const std::string& path) const;
  bool reaches_engine(const std::string& real) const;
};

// For `app`, about what stands at `path` in its manifest.
Checker checker_for(const model::App& app, std::string path, const model::HostAccess& access);

}  // namespace fairlead::controller
