// What the in-process engine knows, as plain values, and the requests that change it.
//
// Private to EmbeddedEngine. Every request answers as dockerd 20.10 does, or as a later one where
// api_features.h says so, with its status and its own words; the shell classifies them like replies
// from the wire. So the words matter: docker/classify.cpp reads them, and the contract tests hold
// them to those of a real engine.
//
//   engine.cpp      the shell: latency, faults, events on their way, classification
//   containers.cpp  containers: create, runs, ends, restart policies
//   endpoints.cpp   which container is on which network, with which address
//   networks.cpp    networks: names, pools, removal
//   lists.cpp       reads, volumes, images, events; and how State keeps its indexes
//   read_back.cpp   what is shown of the values that were given
//
// State is a value, so that it can be copied: a stale read is a read of an older copy. Nothing here
// waits or fails but by its answer; only restarts and health checks come later, by timers.
#pragma once

#include <boost/asio/ip/network_v4.hpp>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "docker/embedded/engine.h"
#include "model/block_map.h"

namespace fairlead::docker::embedded {

// A reply of 400 and more.
struct Refusal {
  int status = 500;
  std::string message;
};
template <typename T>
using Reply = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(int status, std::string message) {
  return std::unexpected(Refusal{status, std::move(message)});
}

// A container, with what the engine knows and does not show.
struct Box {
  Container container;
  std::int64_t created_seconds = 0;
  StringMap files;  // by path: what put_files gave
  bool stopped_by_hand = false;
  bool checks_health = false;
  Duration health_interval{};
  SteadyTime run_since{};
  Duration backoff{};     // of the restart policy: 100 ms doubling to 60 s (F034)
  std::uint64_t run = 0;  // tells a late timer that another run began meanwhile
};

// Networks and boxes come and go by the functions, which keep the ways to find them. Names,
// addresses and subnets are looked up by index: fleets of thousands are simulated.
struct State {
  std::uint64_t version = 0;                // grows before each change of what lists show
  std::uint64_t networks_version = 0;       // what it was at the last change of networks
  std::map<std::string, Network> networks;  // by ID
  std::set<std::string> generated_pools;    // IDs of networks whose subnet nobody asked for
  std::map<std::string, Box> boxes;         // by ID
  std::map<std::string, Volume> volumes;    // by name
  std::map<std::string, Image> images;      // by reference

  std::map<std::string, std::string> box_ids;                // by name
  std::map<std::string, std::set<std::string>> network_ids;  // by name
  model::BlockMap<std::string> subnets;                      // → network ID
  // By network ID: the boxes that are on it, or have been.
  std::map<std::string, std::set<std::string>> visitors;

  void add(Network network);
  void remove_network(const std::string& id);
  void add(Box box);
  void rename(Box& box, const std::string& name);
  void remove_box(const std::string& id);
};

// The requests. Reads take the state they read: a copy of the past when a read is to be stale.
// Requests take an ID or a name, as the API does.
class Model {
 public:
  Model(Clock& clock, Random& random, EmbeddedOptions options);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  // Its timers do not fire any more.
  ~Model();

  static std::vector<Network> networks(const State& from);
  static Reply<Network> inspect_network(const State& from, const std::string& id);
  static std::vector<ContainerSummary> list(const State& from,
                                            const std::vector<std::string>& labels);
  static Reply<Container> inspect(const State& from, const std::string& id);
  static std::vector<Volume> volumes(const State& from, const std::vector<std::string>& labels);
  static Reply<Volume> inspect_volume(const State& from, const std::string& name);
  Reply<Image> image(const State& from, const std::string& reference) const;

  Reply<std::string> create_network(NetworkSpec spec);
  Reply<void> remove_network(const std::string& id);
  Reply<void> connect(const std::string& container_id, const EndpointSpec& spec);
  Reply<void> disconnect(const std::string& network_id, const std::string& container_id,
                         bool force);

  Reply<std::string> create(const ContainerSpec& spec);
  Reply<void> start(const std::string& id);
  Reply<void> stop(const std::string& id);
  Reply<void> remove(const std::string& id, bool force);
  Reply<void> rename(const std::string& id, const std::string& name);
  Reply<void> update(const std::string& id, const ContainerUpdate& update);
  Reply<void> put_files(const std::string& id, const std::vector<FileContent>& files);
  static Reply<void> check_exec(const State& from, const std::string& id, const ExecSpec& spec);
  Reply<ExecResult> exec(const std::string& id, const ExecSpec& spec);
  Reply<void> pause(const std::string& id);
  Reply<void> unpause(const std::string& id);
  // What happens without a request: the process ends, a check says something, the engine restarts.
  void exit(const std::string& id, int code);
  void set_health(const std::string& id, const std::string& health);
  void restart(bool graceful);

  Reply<Volume> create_volume(const VolumeSpec& spec);
  void add_image(const std::string& reference);

  // For the shell, which copies it and lets tests change it by hand.
  State state;
  std::function<void(const Event&)> emit;            // may be null
  std::function<void(Container&)> change_read_back;  // may be null

 private:
  // Null, or a 404, if there is none.
  Box* find(const std::string& id_or_name);
  Reply<Box*> require(const std::string& id_or_name);
  std::string now() const;

  // Networks
  void add_predefined();
  Reply<std::string> free_subnet() const;
  Reply<void> check_network(const NetworkSpec& spec) const;
  Reply<void> fill_pools(NetworkSpec& spec) const;

  // Endpoints
  Reply<std::string> pick_address(const Network& network, const Endpoint& endpoint) const;
  Reply<void> check_address(const Network& network, const std::string& wanted) const;
  Reply<void> check_mode(const Container& container) const;
  bool address_used(const std::string& network_id, const std::string& address) const;
  Reply<void> attach(const Box& box, Endpoint& endpoint);
  Reply<void> attach_all(Box& box);
  void detach(const Box& box, Endpoint& endpoint);
  void detach_all(Box& box);

  // Containers
  Reply<void> check_create(const ContainerSpec& spec) const;
  Reply<std::vector<MountedVolume>> mount_volumes(const ContainerSpec& spec, const Image& image);
  Reply<void> check_ports(const Box& box) const;
  // One run of a container: from here until end_run(). What was set to happen later in an older run
  // does not happen in a newer one.
  Reply<void> run(Box& box);
  void end_run(Box& box, int code);
  void later(const Box& box, Duration delay, void (Model::*then)(Box&));
  void restart_later(Box& box);
  void restart_now(Box& box);
  void first_check(Box& box);
  void exit_as_told(Box& box);

  // Events, with the attributes that dockerd sends.
  void say(const std::string& type, const std::string& action, const std::string& id,
           StringMap attributes) const;
  void say(const Box& box, const std::string& action, StringMap attributes = {}) const;
  void say(const Network& network, const std::string& action, const Box* box = nullptr) const;

  Clock& clock_;
  Random& random_;
  EmbeddedOptions options_;
  std::set<Clock::TimerId> timers_;
};

// Puts what a new container was given into the form that the engine shows (embedded/read_back.cpp).
void read_back(Container& container);

// By full ID, name, or an ID prefix of at least 12 digits that fits one alone. The lists of a
// State, not of the Model: reads may look into the past.
const Box* find_box(const State& state, const std::string& id_or_name);
// nullopt for what is no IPv4 block. IPv6 is not modelled further than that a network has it.
std::optional<boost::asio::ip::network_v4> v4_block(const std::string& text);
// By full ID or name; an error if none or several fit (F002).
Reply<const Network*> find_network(const State& state, const std::string& id_or_name);

}  // namespace fairlead::docker::embedded
