// What the in-process engine knows, as plain values, and the requests that change it.
//
// Private to EmbeddedEngine. Every request answers as dockerd 20.10 does (Appendix A), with its
// status and its own words; the shell classifies them like replies from the wire.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "docker/embedded_engine.h"

namespace fairlead::docker::embedded {

struct Refusal {
  int status = 500;
  std::string message;
};
template <typename T>
using Reply = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(int status, std::string message) {
  return std::unexpected(Refusal{status, std::move(message)});
}

struct Box {
  Container container;
  std::int64_t created_seconds = 0;
  bool stopped_by_hand = false;
  SteadyTime run_since{};
  Duration backoff{};
  std::uint64_t run = 0;  // tells a late restart timer that another run began meanwhile
};

struct State {
  std::map<std::string, Network> networks;  // by ID
  std::map<std::string, Box> boxes;         // by ID
  std::map<std::string, Volume> volumes;
  std::map<std::string, Image> images;
};

// The requests. `state` may be a copy of the past when a read is to be stale.
class Model {
 public:
  Model(Clock& clock, Random& random, EmbeddedOptions options);

  Reply<Network> inspect_network(const State& state, const std::string& id) const;
  Reply<std::string> create_network(NetworkSpec spec);
  Reply<void> remove_network(const std::string& id);
  Reply<void> connect(const std::string& container_id, EndpointSpec spec);
  Reply<void> disconnect(const std::string& network_id, const std::string& container_id);

  std::vector<ContainerSummary> list(const State& state,
                                     const std::vector<std::string>& labels) const;
  Reply<Container> inspect(const State& state, const std::string& id) const;
  Reply<std::string> create(const ContainerSpec& spec);
  Reply<void> start(const std::string& id);
  Reply<void> stop(const std::string& id);
  Reply<void> remove(const std::string& id, bool force);
  Reply<void> rename(const std::string& id, const std::string& name);
  Reply<void> update(const std::string& id, const ContainerUpdate& update);
  Reply<void> unpause(const std::string& id);
  void exit(const std::string& id, int code);
  void restart(bool graceful);

  Reply<Image> image(const State& state, const std::string& reference) const;
  void add_image(const std::string& reference);

  Box* find(const std::string& id_or_name);
  std::string now() const;

  State state;
  std::function<void(Event)> emit;

 private:
  void add_predefined();
  Reply<std::string> free_subnet() const;
  Reply<void> attach(Box& box, Endpoint& endpoint);
  Reply<void> attach_all(Box& box);
  void detach_all(Box& box);
  Reply<void> check_ports(const Box& box) const;
  bool address_used(const std::string& network_id, const std::string& address) const;
  void end_run(Box& box, int code);
  void restart_later(Box& box);
  void say(const std::string& type, const std::string& action, const std::string& id,
           StringMap attributes);
  void say(const Box& box, const std::string& action, StringMap attributes = {});
  void say(const Network& network, const std::string& action, const Box* box = nullptr);

  Clock& clock_;
  Random& random_;
  EmbeddedOptions options_;
};

bool carries(const StringMap& have, const std::vector<std::string>& wanted);
const Box* find_box(const State& state, const std::string& id_or_name);

}  // namespace fairlead::docker::embedded
