// What Apps and Networks of one directory claim although another has it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/app.h"
#include "model/block_map.h"
#include "model/cidr.h"
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

// What one App or Network asks for, so coarsely that two which have nothing in common can't clash:
// temporary names of containers count as the name itself, and a port whatever its address.
struct Wants {
  std::vector<std::string> names;  // "container shop-web-1", "port 8080/tcp"
  std::vector<Cidr> subnets;
};
Wants wants_of(const App& app);
Wants wants_of(const SharedNetwork& network);

// Who wants what: tells without a look at all the others whether one may clash with any of them.
class WantIndex {
 public:
  void put(const std::string& key, const Wants& wants);
  // The same that were put: they follow from the App, and are kept nowhere.
  void erase(const std::string& key, const Wants& wants);
  // Nobody else wants anything of it, and nothing in it is wanted twice.
  bool apart(const std::string& key, const Wants& wants) const;

 private:
  std::set<std::pair<std::string, std::string>> names_;  // name, key
  BlockMap<std::string> subnets_;                        // → key
};

// The same without owners, as diagnostics.
std::vector<Diagnostic> validate_together(const std::vector<const App*>& apps,
                                          const std::vector<const SharedNetwork*>& networks);

}  // namespace fairlead::model
