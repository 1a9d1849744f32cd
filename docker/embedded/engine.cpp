// The shell around the in-process model: latency, faults and event delivery; classified replies.
#include "docker/embedded/engine.h"

#include <array>
#include <deque>
#include <stdexcept>

#include "docker/classify.h"
#include "docker/embedded/state.h"

namespace fairlead::docker {
namespace {

using embedded::Model;
using embedded::Reply;
using embedded::State;

// Medians of dockerd 20.10 on one machine; all else is about a millisecond.
Duration typical_latency(Operation operation) {
  using std::chrono::milliseconds;
  switch (operation) {
    case Operation::kContainerStart:
      return milliseconds(330);
    case Operation::kContainerStop:
      return milliseconds(140);
    case Operation::kContainerCreate:
      return milliseconds(23);
    case Operation::kNetworkCreate:
      return milliseconds(68);
    case Operation::kNetworkRemove:
      return milliseconds(170);
    case Operation::kNetworkConnect:
      return milliseconds(81);
    case Operation::kNetworkDisconnect:
      return milliseconds(44);
    default:
      return milliseconds(1);
  }
}

// What several views of one engine share: the one that is watched and faulted, and `by_hand`.
struct Shared {
  Shared(Clock& time, Random& dice, const EmbeddedOptions& chosen)
      : clock(time),
        random(dice),
        options(chosen),
        model(time, dice, chosen),
        wake_stream(time),
        cut(time) {}

  Duration latency(Operation operation) {
    if (operation == Operation::kImagePull) return options.pull_time;
    const auto typical = typical_latency(operation);
    if (!options.jitter) return typical;
    const double factor = 0.5 + 1.5 * random.unit();
    return Duration(static_cast<std::int64_t>(static_cast<double>(typical.count()) * factor));
  }

  template <typename T>
  Reply<T> shown(Reply<T> reply) const {
    if (reply) show(*reply);
    return reply;
  }

  // Before a mutation: reads may be asked to answer from what was before it.
  void remember() {
    if (hook) before_last = model.state;
    ++model.state.version;
  }

  template <typename T, typename... Filter>
  Reply<Listed<T>> listed(std::uint64_t version, const std::string& known,
                          std::vector<T> (*list)(const State&, const Filter&...),
                          const State& state, const Filter&... filter) const {
    Listed<T> reply{std::to_string(version), {}};
    if (reply.version == known) return reply;
    reply.objects = list(state, filter...);
    show(*reply.objects);
    return reply;
  }

  template <typename T>
  void show(std::vector<T>& list) const {
    for (auto& each : list)
      show(each);
  }
  void show(Container& container) const { show(container.endpoints); }
  void show(ContainerSummary& summary) const { show(summary.endpoints); }
  void show(Endpoint& endpoint) const {
    if (shown_as.endpoint) shown_as.endpoint(endpoint);
  }
  void show(Network& network) const {
    if (shown_as.network) shown_as.network(network);
  }
  void show(Volume& volume) const {
    if (shown_as.volume) shown_as.volume(volume);
  }

  Clock& clock;
  Random& random;
  EmbeddedOptions options;
  ShownAs shown_as;
  Model model;
  State before_last;
  std::function<Fault(Operation, std::uint64_t)> hook;
  bool reachable = true;
  bool drop_events = false;
  bool streaming = false;
  bool end_stream = false;
  std::uint64_t stream = 0;  // tells an event that is late for its stream
  std::deque<Event> events;
  bool cancelled = false;
  Signal wake_stream;
  Signal cut;
};

class View final : public EmbeddedEngine {
 public:
  View(std::shared_ptr<Shared> shared, bool watched)
      : shared_(std::move(shared)), watched_(watched) {
    if (!watched_) return;
    by_hand_ = std::make_unique<View>(shared_, false);
    shared_->model.emit = [shared = shared_.get()](const Event& event) {
      if (!shared->streaming || shared->drop_events) return;
      const auto deliver = [shared, event, stream = shared->stream] {
        if (!shared->streaming || shared->stream != stream) return;
        shared->events.push_back(event);
        shared->wake_stream.notify();
      };
      const auto delay = shared->options.event_delay;
      if (delay == Duration::zero()) return deliver();
      shared->clock.call_at(shared->clock.steady_now() + delay, deliver);
    };
  }

  Task<Result<EngineInfo>> connect() override {
    EngineInfo info{.id = "EMBEDDED", .name = "embedded", .version = "20.10.24", .ncpu = 1};
    info.api_version = shared_->options.api_version;
    info.os = "Fairlead";
    auto reply = co_await call<EngineInfo>(Operation::kPing, answer(std::move(info)));
    if (reply) api_version_ = reply->api_version;
    co_return reply;
  }
  Task<Status> ping() override {
    return call<void>(Operation::kPing, [](const State&) { return Reply<void>{}; });
  }
  const std::string& api_version() const override { return api_version_; }

  Task<Result<Listed<ContainerSummary>>> list_containers(std::vector<std::string> labels,
                                                         std::string known) override {
    return call<Listed<ContainerSummary>>(
        Operation::kContainerList,
        [this, labels = std::move(labels), known = std::move(known)](const State& state) {
          return shared_->listed(state.version, known, Model::list, state, labels);
        });
  }
  Task<Result<Container>> inspect_container(std::string id) override {
    return call<Container>(Operation::kContainerInspect,
                           [this, id = std::move(id)](const State& state) {
                             return shared_->shown(Model::inspect(state, id));
                           });
  }
  Task<Result<std::string>> create_container(ContainerSpec spec) override {
    return call<std::string>(
        Operation::kContainerCreate,
        [this, spec = std::move(spec)](const State&) { return model().create(spec); });
  }
  Task<Status> start_container(std::string id) override {
    return call<void>(Operation::kContainerStart,
                      [this, id = std::move(id)](const State&) { return model().start(id); });
  }
  Task<Status> stop_container(std::string id, int) override {
    return call<void>(Operation::kContainerStop,
                      [this, id = std::move(id)](const State&) { return model().stop(id); });
  }
  Task<Status> remove_container(std::string id, bool force) override {
    return call<void>(Operation::kContainerRemove, [this, id = std::move(id), force](const State&) {
      return unless(404, "No such container", model().remove(id, force));
    });
  }
  Task<Status> rename_container(std::string id, std::string name) override {
    return call<void>(Operation::kContainerRename,
                      [this, id = std::move(id), name = std::move(name)](const State&) {
                        return model().rename(id, name);
                      });
  }
  Task<Status> update_container(std::string id, ContainerUpdate update) override {
    return call<void>(Operation::kContainerUpdate,
                      [this, id = std::move(id), update = std::move(update)](const State&) {
                        return model().update(id, update);
                      });
  }
  Task<Status> unpause_container(std::string id) override {
    return call<void>(Operation::kContainerUnpause,
                      [this, id = std::move(id)](const State&) { return model().unpause(id); });
  }

  Task<Status> put_files(std::string id, std::vector<FileContent> files) override {
    return call<void>(Operation::kContainerFiles,
                      [this, id = std::move(id), files = std::move(files)](const State&) {
                        return model().put_files(id, files);
                      });
  }

  Task<Result<ExecResult>> run_exec(std::string id, ExecSpec spec) override {
    Effect<void> check = [id, spec](const State& state) {
      return Model::check_exec(state, id, spec);
    };
    auto created = co_await call<void>(Operation::kExecCreate, std::move(check));
    if (!created) co_return std::unexpected(created.error());
    Effect<ExecResult> run_it = [this, id, spec](const State&) { return model().exec(id, spec); };
    co_return co_await call<ExecResult>(Operation::kExecStart, std::move(run_it));
  }
  Task<Result<std::string>> container_logs(std::string id, int) override {
    return call<std::string>(Operation::kContainerLogs, [id = std::move(id)](const State& state) {
      const auto found = Model::inspect(state, id);
      return found ? Reply<std::string>("") : std::unexpected(found.error());
    });
  }

  Task<Result<Listed<Network>>> list_networks(std::string known) override {
    return call<Listed<Network>>(
        Operation::kNetworkList, [this, known = std::move(known)](const State& state) {
          return shared_->listed(state.networks_version, known, Model::networks, state);
        });
  }
  Task<Result<Network>> inspect_network(std::string id) override {
    return call<Network>(Operation::kNetworkInspect,
                         [this, id = std::move(id)](const State& state) {
                           return shared_->shown(Model::inspect_network(state, id));
                         });
  }
  Task<Result<std::string>> create_network(NetworkSpec spec) override {
    return call<std::string>(
        Operation::kNetworkCreate,
        [this, spec = std::move(spec)](const State&) { return model().create_network(spec); });
  }
  Task<Status> remove_network(std::string id) override {
    return call<void>(Operation::kNetworkRemove, [this, id = std::move(id)](const State&) {
      return unless(404, "not found", model().remove_network(id));
    });
  }
  Task<Status> connect_network(std::string container, EndpointSpec endpoint) override {
    return call<void>(Operation::kNetworkConnect,
                      [this, container = std::move(container), endpoint = std::move(endpoint)](
                          const State&) { return model().connect(container, endpoint); });
  }
  Task<Status> disconnect_network(std::string network, std::string container, bool force) override {
    return call<void>(
        Operation::kNetworkDisconnect, [this, network = std::move(network),
                                        container = std::move(container), force](const State&) {
          return unless(500, "is not connected", model().disconnect(network, container, force));
        });
  }

  Task<Result<Listed<Volume>>> list_volumes(std::vector<std::string> labels,
                                            std::string known) override {
    return call<Listed<Volume>>(
        Operation::kVolumeList,
        [this, labels = std::move(labels), known = std::move(known)](const State& state) {
          return shared_->listed(state.version, known, Model::volumes, state, labels);
        });
  }
  Task<Result<Volume>> inspect_volume(std::string name) override {
    return call<Volume>(Operation::kVolumeInspect,
                        [this, name = std::move(name)](const State& state) {
                          return shared_->shown(Model::inspect_volume(state, name));
                        });
  }
  Task<Result<Volume>> create_volume(VolumeSpec spec) override {
    return call<Volume>(Operation::kVolumeCreate, [this, spec = std::move(spec)](const State&) {
      return shared_->shown(model().create_volume(spec));
    });
  }

  Task<Result<Image>> inspect_image(std::string reference) override {
    return call<Image>(Operation::kImageInspect,
                       [this, reference = std::move(reference)](const State& state) {
                         return model().image(state, reference);
                       });
  }
  Task<Status> pull_image(PullRequest request, std::function<void(const std::string&)>) override {
    return call<void>(
        Operation::kImagePull,
        [this, reference = std::move(request.reference)](const State& state) -> Reply<void> {
          if (model().image(state, reference)) return {};
          if (shared_->options.registry.contains(reference)) {
            model().add_image(reference);
            return {};
          }
          return embedded::refuse(404,
                                  "manifest for " + reference + " not found: manifest unknown");
        });
  }
  Task<Status> import_image(std::string reference, std::string) override {
    return call<void>(Operation::kImageLoad,
                      [this, reference = std::move(reference)](const State&) -> Reply<void> {
                        model().add_image(reference);
                        return {};
                      });
  }

  Task<Status> stream_events(std::function<void()> connected,
                             std::function<void(const Event&)> on_event) override {
    auto opened = co_await ping_for_stream();
    if (!opened) co_return opened;
    shared_->events.clear();
    shared_->streaming = true;
    ++shared_->stream;
    shared_->end_stream = false;
    connected();
    while (!shared_->end_stream) {
      while (!shared_->events.empty()) {
        const Event event = std::move(shared_->events.front());
        shared_->events.pop_front();
        on_event(event);
      }
      co_await shared_->wake_stream.wait();
    }
    shared_->streaming = false;
    co_return Status{};
  }
  void stop_events() override {
    shared_->end_stream = true;
    shared_->wake_stream.notify();
  }
  void cancel() override {
    shared_->cancelled = true;
    stop_events();
    shared_->cut.notify();
  }

  void set_observer(CallObserver observer) override { observer_ = std::move(observer); }

  void add_image(std::string reference) override { model().add_image(reference); }
  void declare_volume(const std::string& reference, std::string path) override {
    if (!model().state.images.contains(reference)) model().add_image(reference);
    model().state.images[reference].volumes.push_back(std::move(path));
  }
  void label_image(const std::string& reference, StringMap labels) override {
    if (!model().state.images.contains(reference)) model().add_image(reference);
    model().state.images[reference].labels = std::move(labels);
  }
  void remove_volume(const std::string& name) override {
    shared_->remember();
    if (model().state.volumes.erase(name) > 0 && model().emit)
      model().emit({"volume", "destroy", name, {}});
  }
  void exit_container(const std::string& id, int code) override {
    shared_->remember();
    model().exit(id, code);
  }
  void set_health(const std::string& id, std::string health) override {
    shared_->remember();
    model().set_health(id, health);
  }
  void pause_container(const std::string& id) override {
    shared_->remember();
    static_cast<void>(model().pause(id));  // one that doesn't run stays as it is
  }
  void restart_engine(bool graceful) override {
    stop_events();
    shared_->remember();
    model().restart(graceful);
  }
  void set_reachable(bool reachable) override {
    shared_->reachable = reachable;
    if (!reachable) stop_events();
  }
  void set_fault_hook(std::function<Fault(Operation, std::uint64_t)> hook) override {
    shared_->hook = std::move(hook);
    shared_->before_last = model().state;
  }
  void set_read_back(std::function<void(Container&)> change) override {
    model().change_read_back = std::move(change);
  }
  void set_shown(ShownAs change) override {
    shared_->shown_as = std::move(change);
    model().state.networks_version = ++model().state.version;
  }
  void drop_events(bool drop) override { shared_->drop_events = drop; }
  Engine& by_hand() override { return *by_hand_; }

  std::uint64_t calls(Operation operation) const override {
    return calls_[static_cast<std::size_t>(operation)];
  }
  std::uint64_t mutations() const override {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (is_mutation(static_cast<Operation>(i))) sum += calls_[i];
    }
    return sum;
  }

 private:
  template <typename T>
  using Effect = std::function<Reply<T>(const State&)>;

  template <typename T>
  static Effect<T> answer(T value) {
    return [value = std::move(value)](const State&) { return Reply<T>(value); };
  }

  // A refusal that means "already as wanted", as the HTTP engine takes it.
  static Reply<void> unless(int status, std::string_view fragment, Reply<void> reply) {
    if (reply || reply.error().status != status) return reply;
    if (reply.error().message.find(fragment) == std::string::npos) return reply;
    return {};
  }

  Model& model() { return shared_->model; }

  Task<Status> ping_for_stream() {
    return call<void>(Operation::kEvents, [](const State&) { return Reply<void>{}; });
  }

  // One request: it travels, may be hit by a fault, takes effect, and its reply is classified.
  template <typename T>
  Task<Result<T>> call(Operation operation, Effect<T> effect) {
    if (!watched_) co_return run(operation, effect);
    const auto begin = shared_->clock.steady_now();
    if (shared_->options.latency && !shared_->cancelled) {
      const auto until = shared_->clock.steady_now() + shared_->latency(operation);
      co_await shared_->cut.wait_until(until);
    }
    const std::uint64_t number = ++calls_[static_cast<std::size_t>(operation)];
    Fault fault;
    if (shared_->hook) fault = shared_->hook(operation, number);
    auto result = faulted(operation, effect, fault);
    if (observer_) observer_({operation, last_status_, shared_->clock.steady_now() - begin});
    co_return result;
  }

  template <typename T>
  Result<T> run(Operation operation, const Effect<T>& effect, bool stale = false) {
    if (is_mutation(operation)) shared_->remember();
    auto reply = effect(stale ? shared_->before_last : model().state);
    last_status_ = reply ? (is_mutation(operation) ? 204 : 200) : reply.error().status;
    if (!reply) {
      return std::unexpected(classify_reply(operation, last_status_, reply.error().message));
    }
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(*reply);
    }
  }

  template <typename T>
  Result<T> faulted(Operation operation, const Effect<T>& effect, const Fault& fault) {
    const auto lost = [&](TransportFault kind, std::string_view detail) -> Result<T> {
      last_status_ = 0;
      return std::unexpected(classify_fault(operation, kind, detail));
    };
    if (shared_->cancelled) return lost(TransportFault::kNoReply, "stopping");
    if (!shared_->reachable) return lost(TransportFault::kConnectRefused, "connection refused");
    switch (fault.kind) {
      case Fault::Kind::kNone:
        return run(operation, effect);
      case Fault::Kind::kStale:
        return run(operation, effect, !is_mutation(operation));
      case Fault::Kind::kFailBefore:
        return lost(TransportFault::kNotSent, "the connection broke before the request was sent");
      case Fault::Kind::kLoseReply:
        static_cast<void>(run(operation, effect));
        return lost(TransportFault::kNoReply, "the connection broke before the reply");
      case Fault::Kind::kRunLate:
        shared_->clock.call_at(shared_->clock.steady_now() + fault.delay,
                               [this, operation, effect] { run(operation, effect); });
        return lost(TransportFault::kTimedOut, "no reply in time");
      case Fault::Kind::kReply:
        last_status_ = fault.status;
        return std::unexpected(classify_reply(operation, fault.status, fault.message));
      case Fault::Kind::kThrow:
        static_cast<void>(run(operation, effect));
        throw std::runtime_error(fault.message);
    }
    return lost(TransportFault::kNoReply, "unknown fault");
  }

  std::shared_ptr<Shared> shared_;
  bool watched_;
  std::unique_ptr<View> by_hand_;
  std::string api_version_;
  CallObserver observer_;
  std::array<std::uint64_t, kOperationCount> calls_{};
  int last_status_ = 0;
};

}  // namespace

std::unique_ptr<EmbeddedEngine> make_embedded_engine(Clock& clock, Random& random,
                                                     const EmbeddedOptions& options) {
  auto shared = std::make_shared<Shared>(clock, random, options);
  return std::make_unique<View>(std::move(shared), true);
}

}  // namespace fairlead::docker
