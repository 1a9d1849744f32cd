// An Engine in front of another that can let its one user die: from then on no call of that user
// reaches the engine or returns. At the end of a test the dead are released with errors.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "docker/engine.h"

namespace fairlead::simulation {

class GatedEngine final : public docker::Engine {
 public:
  GatedEngine(docker::Engine& inner, Clock& clock) : inner_(inner), released_(clock) {}

  void die() { dead_ = true; }
  bool dead() const { return dead_; }
  // Called before and after each mutation with its number, counted from 1; may call die().
  void on_mutation(std::function<void(std::uint64_t number, bool done)> hook) {
    hook_ = std::move(hook);
  }
  // Ends the wait of all dead calls; later calls fail at once.
  void release() {
    draining_ = true;
    released_.notify();
  }

  Task<Result<docker::EngineInfo>> connect() override {
    return pass(docker::Operation::kPing, inner_.connect());
  }
  Task<Status> ping() override { return pass(docker::Operation::kPing, inner_.ping()); }
  const std::string& api_version() const override { return inner_.api_version(); }
  Task<Result<docker::Listed<docker::ContainerSummary>>> list_containers(
      std::vector<std::string> labels, std::string known) override {
    return pass(docker::Operation::kContainerList,
                inner_.list_containers(std::move(labels), std::move(known)));
  }
  Task<Result<docker::Container>> inspect_container(std::string id) override {
    return pass(docker::Operation::kContainerInspect, inner_.inspect_container(std::move(id)));
  }
  Task<Result<std::string>> create_container(docker::ContainerSpec spec) override {
    return pass(docker::Operation::kContainerCreate, inner_.create_container(std::move(spec)));
  }
  Task<Status> start_container(std::string id) override {
    return pass(docker::Operation::kContainerStart, inner_.start_container(id), id);
  }
  Task<Status> stop_container(std::string id, int grace) override {
    return pass(docker::Operation::kContainerStop, inner_.stop_container(id, grace), id);
  }
  Task<Status> remove_container(std::string id, bool force) override {
    return pass(docker::Operation::kContainerRemove, inner_.remove_container(id, force), id);
  }
  Task<Status> rename_container(std::string id, std::string name) override {
    return pass(docker::Operation::kContainerRename, inner_.rename_container(id, std::move(name)),
                id);
  }
  Task<Status> update_container(std::string id, docker::ContainerUpdate update) override {
    return pass(docker::Operation::kContainerUpdate, inner_.update_container(id, std::move(update)),
                id);
  }
  Task<Status> unpause_container(std::string id) override {
    return pass(docker::Operation::kContainerUnpause, inner_.unpause_container(id), id);
  }
  Task<Status> put_files(std::string id, std::vector<docker::FileContent> files) override {
    return pass(docker::Operation::kContainerFiles, inner_.put_files(id, std::move(files)), id);
  }
  Task<Result<docker::ExecResult>> run_exec(std::string id, docker::ExecSpec spec) override {
    return pass(docker::Operation::kExecStart, inner_.run_exec(std::move(id), std::move(spec)));
  }
  Task<Result<std::string>> container_logs(std::string id, int lines) override {
    return pass(docker::Operation::kContainerLogs, inner_.container_logs(std::move(id), lines));
  }
  Task<Result<docker::Listed<docker::Network>>> list_networks(std::string known) override {
    return pass(docker::Operation::kNetworkList, inner_.list_networks(std::move(known)));
  }
  Task<Result<docker::Network>> inspect_network(std::string id) override {
    return pass(docker::Operation::kNetworkInspect, inner_.inspect_network(std::move(id)));
  }
  Task<Result<std::string>> create_network(docker::NetworkSpec spec) override {
    return pass(docker::Operation::kNetworkCreate, inner_.create_network(std::move(spec)));
  }
  Task<Status> remove_network(std::string id) override {
    return pass(docker::Operation::kNetworkRemove, inner_.remove_network(std::move(id)));
  }
  Task<Status> connect_network(std::string container, docker::EndpointSpec endpoint) override {
    return pass(docker::Operation::kNetworkConnect,
                inner_.connect_network(container, std::move(endpoint)), container);
  }
  Task<Status> disconnect_network(std::string network, std::string container, bool force) override {
    return pass(docker::Operation::kNetworkDisconnect,
                inner_.disconnect_network(std::move(network), container, force), container);
  }
  Task<Result<docker::Listed<docker::Volume>>> list_volumes(std::vector<std::string> labels,
                                                            std::string known) override {
    return pass(docker::Operation::kVolumeList,
                inner_.list_volumes(std::move(labels), std::move(known)));
  }
  Task<Result<docker::Volume>> inspect_volume(std::string name) override {
    return pass(docker::Operation::kVolumeInspect, inner_.inspect_volume(std::move(name)));
  }
  Task<Result<docker::Volume>> create_volume(docker::VolumeSpec spec) override {
    return pass(docker::Operation::kVolumeCreate, inner_.create_volume(std::move(spec)));
  }
  Task<Result<docker::Image>> inspect_image(std::string reference) override {
    return pass(docker::Operation::kImageInspect, inner_.inspect_image(std::move(reference)));
  }
  Task<Status> pull_image(docker::PullRequest request,
                          std::function<void(const std::string&)> progress) override {
    return pass(docker::Operation::kImagePull,
                inner_.pull_image(std::move(request), std::move(progress)));
  }
  Task<Status> import_image(std::string reference, std::string tar) override {
    return pass(docker::Operation::kImageLoad,
                inner_.import_image(std::move(reference), std::move(tar)));
  }
  Task<Status> stream_events(std::function<void()> connected,
                             std::function<void(const docker::Event&)> on_event) override {
    auto alive_connected = [this, connected = std::move(connected)] {
      if (!dead_) connected();
    };
    auto alive_event = [this, on_event = std::move(on_event)](const docker::Event& event) {
      if (!dead_) on_event(event);
    };
    return pass(docker::Operation::kEvents,
                inner_.stream_events(std::move(alive_connected), std::move(alive_event)));
  }
  void stop_events() override { inner_.stop_events(); }
  void cancel() override {
    die();
    release();
  }
  void set_observer(docker::CallObserver observer) override {
    inner_.set_observer(std::move(observer));
  }

  // How many mutations of one container were on their way at the same time, and of all together.
  int most_of_one_object() const { return most_of_one_; }
  int most_together() const { return most_together_; }

 private:
  // A mutation of `object` that has been sent and not answered.
  class Outstanding {
   public:
    Outstanding(GatedEngine& engine, std::string object)
        : engine_(engine), object_(std::move(object)) {
      if (object_.empty()) return;
      engine_.most_of_one_ = std::max(engine_.most_of_one_, ++engine_.outstanding_[object_]);
      engine_.most_together_ = std::max(engine_.most_together_, ++engine_.together_);
    }
    Outstanding(const Outstanding&) = delete;
    Outstanding& operator=(const Outstanding&) = delete;
    ~Outstanding() {
      if (object_.empty()) return;
      --engine_.outstanding_[object_];
      --engine_.together_;
    }

   private:
    GatedEngine& engine_;
    std::string object_;
  };

  template <typename T>
  Task<Result<T>> pass(docker::Operation operation, Task<Result<T>> call, std::string object = {}) {
    const Outstanding outstanding(*this, std::move(object));
    const bool mutation = docker::is_mutation(operation);
    const std::uint64_t number = mutation ? ++mutations_ : 0;
    if (mutation && hook_ && !dead_) hook_(number, false);
    if (dead_) {
      while (!draining_) {
        co_await released_.wait();
      }
      co_return failure(ErrorClass::kTransient, Reason::kEngineUnavailable, "released");
    }
    auto result = co_await std::move(call);
    if (mutation && hook_ && !dead_) hook_(number, true);
    if (dead_) {
      while (!draining_) {
        co_await released_.wait();
      }
    }
    co_return result;
  }

  docker::Engine& inner_;
  Signal released_;
  std::function<void(std::uint64_t, bool)> hook_;
  std::uint64_t mutations_ = 0;
  std::map<std::string, int> outstanding_;
  int together_ = 0;
  int most_of_one_ = 0;
  int most_together_ = 0;
  bool dead_ = false;
  bool draining_ = false;
};

}  // namespace fairlead::simulation
