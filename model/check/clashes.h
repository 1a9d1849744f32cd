// What Apps and Networks of one directory claim although another has it (F085, F086, F004).
//
//   claimed               who has it
//   an App's name         the first
//   a Docker name         whoever has had it so far (`owners`), else the first
//   a temporary one of    likewise: NAME.next, NAME.prev and NAME.pre-… belong to container NAME,
//   a container           which needs them while it is replaced
//   a host port           the first; of two addresses only if they are the same, or one is any
//   a subnet              the first whose pool overlaps with it
//
// The loser gets an error, and is not applied: what was in force of it stays, and nothing of the
// other is touched. A port range with one target clashes with nobody in particular: any free one of
// it will do. What is `external` claims nothing. Not here: ports and addresses that somebody
// outside of the directory holds. Only the engine knows those (PortConflict, AddressInUse).
//
// Asked by the store for the daemon (controller/desired/claims.cpp), where incumbents are known,
// and by `fairlead validate`, where nobody is one.
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

// Whose a Docker name has been so far: "container shop-web-1" → App name, or network/NAME. From the
// inventory, so it holds across restarts.
using NameOwners = std::map<std::string, std::string>;

// One thing that one App can't have. An App with two of them has two. The diagnostic is masked, and
// names the other claimant by file:line:column.
struct Clash {
  std::string key;   // App name, or network/NAME
  std::string file;  // as in App
  Diagnostic diagnostic;
};

// Checks that need the whole directory: one owner per App name, Docker name, host port, subnet.
// `apps` in order of precedence: incumbents first; a Docker name stays with its owner as long as
// that claims it, whatever the order. Shared networks come before all Apps. Diagnostics are errors
// of the other App. An App that lost still keeps what it claimed before it lost, for the rest of
// this call: a third one is told of it. Costs as much as all Apps together.
std::vector<Clash> find_clashes(const std::vector<const App*>& apps,
                                const std::vector<const SharedNetwork*>& networks,
                                const NameOwners& owners = {});

// What one App or Network asks for, so coarsely that two which have nothing in common can't clash:
// temporary names of containers count as the name itself, and a port whatever its address. So
// WantIndex may see a clash where there is none, and never the reverse: then find_clashes()
// decides.
struct Wants {
  std::vector<std::string> names;  // "container shop-web-1", "port 8080/tcp"
  std::vector<Cidr> subnets;
};
Wants wants_of(const App& app);
Wants wants_of(const SharedNetwork& network);

// Who wants what: tells without a look at all the others whether one may clash with any of them.
// With it a changed file costs the same beside ten Apps and beside thousands; it is of use only
// while nobody clashes, and the store builds it anew after each full look that found no clash.
class WantIndex {
 public:
  void put(const std::string& key, const Wants& wants);
  // The same that were put: they follow from the App, and are kept nowhere.
  void erase(const std::string& key, const Wants& wants);
  // Nobody else wants anything of it, and nothing in it is wanted twice. What `key` itself wants in
  // the index does not count.
  bool apart(const std::string& key, const Wants& wants) const;

 private:
  std::set<std::pair<std::string, std::string>> names_;  // name, key
  BlockMap<std::string> subnets_;                        // → key
};

// The same without owners, as diagnostics: for `fairlead validate`, in the order of the files'
// names.
std::vector<Diagnostic> validate_together(const std::vector<const App*>& apps,
                                          const std::vector<const SharedNetwork*>& networks);

}  // namespace fairlead::model
