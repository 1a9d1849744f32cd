// What Apps and Networks of one directory claim although another has it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/app.h"
#include "model/diagnostic.h"

namespace fairlead::model {

// Whose a Docker name has been so far: "container shop-web-1" → App name, or network/NAME.
using NameOwners = std::map<std::string, std::string>;

// What one App or Network claims although another has it.
struct Clash {
  std::string key;   // App name, or network/NAME
  std::string file;  // as in App
  Diagnostic diagnostic;
};

// Checks that need the whole directory: one owner per App name, Docker name, host port, subnet
// (F085, F086, F004). `apps` in order of precedence: incumbents first; a Docker name stays with its
// owner as long as that claims it, whatever the order. Diagnostics are errors of the other App.
std::vector<Clash> find_clashes(const std::vector<const App*>& apps,
                                const std::vector<const SharedNetwork*>& networks,
                                const NameOwners& owners = {});

// The same without owners, as diagnostics.
std::vector<Diagnostic> validate_together(const std::vector<const App*>& apps,
                                          const std::vector<const SharedNetwork*>& networks);

}  // namespace fairlead::model
