// Private to the policy's checks: one App's allowances, and what was found to go beyond them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/access/check.h"

namespace fairlead::controller {

bool contains(const std::vector<std::string>& list, std::string_view text);

struct Checker {
  std::string path;  // services.web
  const model::HostAccess& access;
  model::Allowance allowed;
  std::vector<Violation> found{};

  void deny(const std::string& key, const std::string& what, const std::string& rule);
  // A folder or file of the host, wherever its links lead.
  void check_bind(const std::string& key, const std::string& source, bool read_only);
  // Whether a rule for bind mounts holds this path; `real` is free of links.
  bool may_bind(const std::string& real) const;
  bool may_use_device(const std::string& path) const;

 private:
  std::string resolved(const std::string& path) const;
  bool reaches_engine(const std::string& real) const;
};

// For `app`, about what stands at `path` in its manifest.
Checker checker_for(const model::App& app, std::string path, const model::HostAccess& access);

}  // namespace fairlead::controller
