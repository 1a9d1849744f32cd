// Private to model/: what the checks of one App share.
//
// What is checked when? A decoder sees one key, and says what is wrong with its value (decode/).
// What needs a second look at the same App is here: references that lead nowhere, addresses outside
// their subnet, names twice, circles. What needs other Apps is in clashes.h; what needs the engine
// is a refusal of a plan (controller/plan).
//
// The rule for what belongs here: everything that can be known without the engine is said before
// anything is touched, with a position. A mistake that only shows when the third of five containers
// starts has stopped two that ran.
//
// Checks run on what the decoders could read, also of a file with errors: none may rely on another
// one having passed. They come after names were resolved (finish_app() in decode/parts.h), and
// before the digest is made. The entries are validate_app() and validate_network() there.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"

namespace fairlead::model {

// Where findings go. Paths are as in the manifest (`services.web.ports`), without the envelope's
// `spec`; texts name things as the user does. Values of variables in them are masked later
// (make_fit()).
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

// One service beside the others (check/service.cpp): dependencies, health that is waited for,
// limits that contradict `deploy`, what replicas can't share, files, peers, links. `inactive`:
// services that their profiles leave out; to depend on one is an error unless `required: false`.
void check_service_keys(Checker& check, const App& app, const Service& service,
                        const std::set<std::string>& inactive);

}  // namespace fairlead::model
