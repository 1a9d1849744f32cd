// Private to model/: what the checks of one App share.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"

namespace fairlead::model {

struct Checker {
  std::vector<Diagnostic>& out;
  void error(const Position& position, std::string path, std::string message,
             std::string expected = {}, std::string hint = {}) {
    out.push_back({Diagnostic::Severity::kError, position, std::move(path), std::move(message),
                   std::move(expected), std::move(hint)});
  }
  void warn(const Position& position, std::string path, std::string message,
            std::string hint = {}) {
    out.push_back({Diagnostic::Severity::kWarning,
                   position,
                   std::move(path),
                   std::move(message),
                   {},
                   std::move(hint)});
  }
};

// One service beside the others (check/service.cpp). `inactive`: services that their profiles
// leave out.
void check_service_keys(Checker& check, const App& app, const Service& service,
                        const std::set<std::string>& inactive);

}  // namespace fairlead::model
