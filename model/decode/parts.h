// Private to model/: the decoders of Compose's parts, shared by all document kinds.
//
// What they get is one tree that the loader made (load/load.h): interpolated, merged, with paths
// relative to the manifests directory. What they give are values as written; finish_app() resolves
// names. So adding a key is: a member in app.h, a row in the table of its part here, its place in
// both forms (form/canonical.h says when), and in the request (controller/request/specs.cpp). A key
// without a meaning of its own is a row in decode/settings.cpp and no more.
//
//   services, and what is not named below   service.cpp; without a meaning of its own: settings.cpp
//   networks, volumes, a service's networks networks.cpp
//   ports | volumes | hooks of a service    ports.cpp | mounts.cpp | hooks.cpp
//   deploy                                  deploy.cpp
//   configs, secrets, at both places        files.cpp
//
// Each reads its `field` whatever it is and reports what it can't read (yaml/reader.h); none
// throws, and none looks at other parts: that is for the checks (check/check.h).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/app.h"
#include "model/yaml/reader.h"

namespace fairlead::model {

class Loader;

// The parts of one App, as written: names are resolved by finish_app(). In the order of the file.
struct ComposeParts {
  std::vector<Service> services;
  std::vector<Network> networks;
  std::vector<Volume> volumes;
  std::vector<File> files;
};

void read_services(Reader& reader, const Field& field, std::vector<Service>& services);
// Of configs and secrets. Reads their contents too, by way of the loader, and their keyed digests.
void read_files(Reader& reader, const Field& field, bool secret, Loader& loader,
                std::vector<File>& files);
void read_networks(Reader& reader, const Field& field, std::vector<Network>& networks);
void read_volumes(Reader& reader, const Field& field, std::vector<Volume>& volumes);

// The keys of one network (`networks.X`, or the spec of `kind: Network`). False if there is no map;
// null is an empty one.
bool read_network_keys(Reader& reader, const Field& field, Network& network);

// Bounds against slips and hostile files: a container for each replica is planned in one go, and a
// port range is one line to write.
inline constexpr int kMostReplicas = 1000;
inline constexpr std::size_t kMostPorts = 20'000;  // of a file

void read_configs_of_service(Reader& reader, const Field& field, Service& service);
void read_secrets_of_service(Reader& reader, const Field& field, Service& service);
void read_deploy(Reader& reader, const Field& field, Service& service);
void read_pre_start(Reader& reader, const Field& field, Service& service);
void read_post_start(Reader& reader, const Field& field, Service& service);
void read_pre_stop(Reader& reader, const Field& field, Service& service);
void read_ports(Reader& reader, const Field& field, Service& service);
void read_mounts(Reader& reader, const Field& field, Service& service);
// A file's mode: 0440, 440 and 0o440 are all octal.
std::optional<std::uint32_t> read_mode(Reader& reader, const Field& field);  // octal
void read_endpoints(Reader& reader, const Field& field, Service& service);

// `never` unless it is given. Other known words pass with a warning: they have no effect yet.
NetworkRecreate read_network_recreate(Reader& reader, const Field& field);

// Gives every object its Docker name, adds the implicit default network and the dependencies that
// links and shared namespaces imply, leaves out services of inactive profiles, sorts. Then
// validates, and makes the App's digest. Once, when all parts are in place: after it the App is
// what all others get to see.
void finish_app(Reader& reader, App& app);

// Checks inside one App or Network (check/check.cpp). `inactive`: names of the services that were
// left out. Errors and warnings are appended to `out`; nothing is returned, since a file with any
// error is not applied.
void validate_app(const App& app, const std::set<std::string>& inactive,
                  std::vector<Diagnostic>& out);
void validate_network(const Network& network, const std::string& path,
                      std::vector<Diagnostic>& out);
// Docker's rule for names of containers, networks and volumes: [a-zA-Z0-9][a-zA-Z0-9_.-]*. A
// container's needs two characters besides (check.cpp).
bool is_docker_name(const std::string& name);

}  // namespace fairlead::model
