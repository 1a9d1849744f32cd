// The canonical form: one stable spelling of a desired value, and the hashes made from it.
//
// Spec hashes decide whether a container is replaced, so the form has an explicit version and
// golden tests: an upgrade of Fairlead must not recreate anything (F092). The spelling is its own:
// it shares no function that shapes a value with compose_json.h, which follows what Compose prints.
// That both list the same members is the price, and wanted: neither moves because the other did.
// What they have in common are the settings as they are kept (model/setting_keys.h).
//
// What goes into which hash:
//
//   container   image, command, entrypoint, labels, environment, ports, user, hostname, hooks, …;
//               mounts, with the Docker names of their volumes; files, by target and keyed digest;
//               settings (setting_keys.h), but for those that the engine changes in place
//   network     name, driver, options, flags, labels, addresses (ipam)
//   volume      name, driver, options, labels
//
// Endpoints, limits, restart policy, `depends_on`, `scale` and how the App is to be treated are in
// none: what of them shows on the engine is compared by its value (controller/diff). Nor is the
// image's ID (F053), nor the replica's number, so that scaling re-creates nothing.
//
// A key that is not declared is not in the text. So a new member of the model changes no hash of a
// manifest that does not use it, provided it is put with a Writer that leaves out what is empty
// (json_writer.h). What must never happen without a new kSpecHashVersion: another spelling of a
// value that was there. The hashes in tests/model/manifest_test.cpp are to be read as that promise,
// and not to be made green by new numbers.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "model/app.h"

namespace fairlead::model {

// In a label beside the hash. A container with another version is not compared by hash at all
// (hash_matches() in controller/objects/owned.h): it is replaced only for a difference that shows.
inline constexpr int kSpecHashVersion = 1;

// Hash of what makes a container be replaced when it changes: everything of the service except what
// the engine can change in place (endpoints, restart policy, limits) and what is not part of the
// container (depends_on, prune, …). Labels are included: they can't be changed (F059). `app` for
// its volumes and files; the same for all replicas. 64 hexadecimal digits.
std::string container_spec_hash(const App& app, const Service& service);

// A differing hash tells a change of the manifest from drift; nothing is ever re-created for it
// (controller/plan/networks.h).
std::string network_spec_hash(const Network& network);
std::string volume_spec_hash(const Volume& volume);

// SHA-256 of a value's canonical text: keys sorted at every depth, lists in their order. The text
// is JSON but for its commas, and is nowhere stored.
std::string sha_of(const boost::json::value& value);

}  // namespace fairlead::model
