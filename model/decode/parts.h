// Private to model/: the decoders of Compose's parts, shared by all document kinds.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/app.h"
#include "model/yaml/reader.h"

namespace fairlead::model {

class Loader;

// The parts of one App, as written: names are resolved by finish_app().
struct ComposeParts {
  std::vector<Service> services;
  std::vector<Network> networks;
  std::vector<Volume> volumes;
  std::vector<File> files;
};

void read_services(Reader& reader, const Field& field, std::vector<Service>& services);
void read_files(Reader& reader, const Field& field, bool secret, Loader& loader,
                std::vector<File>& files);
void read_networks(Reader& reader, const Field& field, std::vector<Network>& networks);
void read_volumes(Reader& reader, const Field& field, std::vector<Volume>& volumes);

// The keys of one network (`networks.X`, or the spec of `kind: Network`).
bool read_network_keys(Reader& reader, const Field& field, Network& network);

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
std::optional<std::uint32_t> read_mode(Reader& reader, const Field& field);  // octal
void read_endpoints(Reader& reader, const Field& field, Service& service);

NetworkRecreate read_network_recreate(Reader& reader, const Field& field);

// Gives every object its Docker name, adds the implicit default network, sorts. Then validates.
void finish_app(Reader& reader, App& app);

// Checks inside one App or Network (check/check.cpp).
void validate_app(const App& app, const std::set<std::string>& inactive,
                  std::vector<Diagnostic>& out);
void validate_network(const Network& network, const std::string& path,
                      std::vector<Diagnostic>& out);
// Docker's rule for names of containers, networks and volumes.
bool is_docker_name(const std::string& name);

}  // namespace fairlead::model
