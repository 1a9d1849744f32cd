// The seam to Docker. HttpEngine talks to a daemon; EmbeddedEngine is an in-process model of one.
//
// Every call is one Engine API request (list calls filter by label on the server, exact names are
// compared by the caller, F003). Errors come from the one classifier (docker/classify.h). A
// mutation that timed out returns ErrorClass::kUnknown: it may have run, and may still run (F029,
// F030).
//
//   auto info = co_await engine.connect();
//   if (!info) co_return std::unexpected(info.error());     // Blocked: too old; else not there
//   auto made = co_await engine.create_container(spec);
//   if (!made && made.error().error_class == ErrorClass::kUnknown)
//     co_await look_again();                                // never: repeat it
//
// What every implementation promises:
//   - A call ends: each has a deadline (docker/http/engine.h), but for stream_events(), whose
//     silence is no failure (it is renewed now and then, F063), and run_exec(), as long as the
//     command writes something.
//   - Calls run side by side, and may overtake each other; what must not is waited for. Nothing is
//     repeated behind the caller's back but a read, and what could not be sent whole (F070).
//   - "Is so already" is success wherever the caller can't care: start, stop, remove, disconnect.
//   - IDs that come back are whole and look like IDs.
//
// It decides nothing. Which object is ours, whether it may be touched, and in which order is for
// controller/; the gate for removals stands before it (controller/guard/removal.h).
//
// One thread: the executor's. An engine may be destroyed only when no call runs any more: cancel()
// ends them, and each of them returns.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "docker/types.h"

namespace fairlead::docker {

// The fixed names of the operations, for metrics, logs and plans. Never a path: IDs and names would
// make a series of each (docs/metrics.md). One for each endpoint, in the order of the table in
// engine.cpp.
enum class Operation {
  kPing,
  kInfo,
  kContainerList,
  kContainerInspect,
  kContainerCreate,
  kContainerStart,
  kContainerStop,
  kContainerRemove,
  kContainerRename,
  kContainerUpdate,
  kContainerUnpause,
  kContainerFiles,
  kContainerLogs,
  kExecCreate,
  kExecStart,
  kExecInspect,
  kNetworkList,
  kNetworkInspect,
  kNetworkCreate,
  kNetworkRemove,
  kNetworkConnect,
  kNetworkDisconnect,
  kVolumeList,
  kVolumeInspect,
  kVolumeCreate,
  kImageInspect,
  kImagePull,
  kImageLoad,
  kEvents,
};
inline constexpr int kOperationCount = static_cast<int>(Operation::kEvents) + 1;

// "container_create", …: as labels of metrics have it.
std::string_view to_string(Operation operation);
// Whether a lost reply leaves the engine unknown. A pull and an exec count: they change something,
// if nothing that another call has to know.
bool is_mutation(Operation operation);

// Reported once per finished call. `code` is the HTTP status, or 0 when there was none.
struct CallRecord {
  Operation operation;
  int code = 0;
  Duration duration{};
};
using CallObserver = std::function<void(const CallRecord&)>;

// What a list call answers. Equal versions: equal answers to one question, of one engine. To who
// gives the version of an answer that it has (`known`) that answer comes without its objects: what
// did not change need not be read again, and most lists are as they were ten seconds ago.
template <typename T>
struct Listed {
  std::string version;
  std::optional<std::vector<T>> objects;
};

// See above. An implementation may be used until it is destroyed, also while there is no engine.
class Engine {
 public:
  virtual ~Engine() = default;

  // Ping and version negotiation; must succeed once before other calls, and again after every loss
  // of the engine (it may have been upgraded, F071, or be another one: compare EngineInfo::id,
  // F120). Blocked, EngineTooOld, below API 1.40. `GET /_ping`, `GET /info`.
  virtual Task<Result<EngineInfo>> connect() = 0;
  // Does it answer? Says nothing of whether it is the same engine.
  virtual Task<Status> ping() = 0;
  // "1.41"; empty before the first connect().
  virtual const std::string& api_version() const = 0;

  // All containers, stopped ones included, that carry every given label ("key" or "key=value").
  // `GET /containers/json?all=1`.
  virtual Task<Result<Listed<ContainerSummary>>> list_containers(std::vector<std::string> labels,
                                                                 std::string known) = 0;
  // Transient, NotFound, if it is gone, which happens between any two calls (F074). Hangs if the
  // container does, and then only this one (F068). `GET /containers/{id}/json`.
  virtual Task<Result<Container>> inspect_container(std::string id_or_name) = 0;
  // Returns the ID. Below API 1.44 only the first endpoint is sent; the caller connects the rest.
  // Made and not started, so that a wrong one harms nobody. Blocked: NameTaken, ImageNotFound,
  // MountSourceMissing; Invalid: what the engine will never take. `POST /containers/create`.
  virtual Task<Result<std::string>> create_container(ContainerSpec spec) = 0;
  // Already started (304) is success. May last as long as a log driver or a volume plugin does
  // (F042). A start that fails leaves the container as it is, with the error in its state; no
  // restart policy tries it again (F031).
  virtual Task<Status> start_container(std::string id) = 0;
  // `grace`: seconds before SIGKILL; the call's deadline is grace plus a margin (F038). Already
  // stopped (304) is success. No restart policy starts it again, but `always` when the engine
  // itself is restarted.
  virtual Task<Status> stop_container(std::string id, int grace_seconds) = 0;
  // Missing (404) is success. `force` kills what runs. Never removes volumes, anonymous ones
  // included (F049). A removal that is under way already is Transient, StateConflict (F028).
  virtual Task<Status> remove_container(std::string id, bool force) = 0;
  // Blocked, NameTaken, if somebody has the name.
  virtual Task<Status> rename_container(std::string id, std::string name) = 0;
  // What can be changed in place, running or not; what was not set stays.
  virtual Task<Status> update_container(std::string id, ContainerUpdate update) = 0;
  virtual Task<Status> unpause_container(std::string id) = 0;
  // Writes files into a container that need not run; folders on the way are made. All of them or,
  // if the engine stops in the middle, some. Refused if the root file system is read-only.
  // `PUT /containers/{id}/archive`.
  virtual Task<Status> put_files(std::string id, std::vector<FileContent> files) = 0;
  // Runs a command to its end, whatever that takes; one that writes nothing for
  // HttpOptions::exec_silence_deadline is given up (Transient; it may still be running). An exit
  // code other than 0 is a result, and no error.
  virtual Task<Result<ExecResult>> run_exec(std::string id, ExecSpec spec) = 0;
  // The last lines that a container without a TTY wrote, at most 2 KiB. With a TTY the engine sends
  // no frames, and what comes back means nothing. Works for the log drivers that the engine can
  // read.
  virtual Task<Result<std::string>> container_logs(std::string id, int lines) = 0;

  // All of them, whoever's they are: names and subnets of others matter. Without their members.
  virtual Task<Result<Listed<Network>>> list_networks(std::string known) = 0;
  // By ID; by a name that several networks have it is refused (F002). With members: running
  // containers only (F009).
  virtual Task<Result<Network>> inspect_network(std::string id) = 0;
  // Returns the ID. Before Engine 25 two creates side by side may make two networks of one name
  // (F001): the caller keeps them apart. Blocked: SubnetOverlap, AddressPoolExhausted, NameTaken.
  virtual Task<Result<std::string>> create_network(NetworkSpec spec) = 0;
  // Missing (404) is success. Blocked, InUse, while a running container is on it (F008).
  virtual Task<Status> remove_network(std::string id) = 0;
  // Running or not. Always with the endpoint in full (F011). One that fails on a running container
  // leaves a phantom behind: an endpoint without an ID of its own, which a later connect that
  // succeeds replaces.
  virtual Task<Status> connect_network(std::string container_id, EndpointSpec endpoint) = 0;
  // Not connected is success (the engine says 500, F012).
  virtual Task<Status> disconnect_network(std::string network_id, std::string container_id,
                                          bool force) = 0;

  // Those that carry every given label; all of them without one.
  virtual Task<Result<Listed<Volume>>> list_volumes(std::vector<std::string> labels,
                                                    std::string known) = 0;
  virtual Task<Result<Volume>> inspect_volume(std::string name) = 0;
  // The engine answers 201 with the *old* volume if one exists (F050): compare the reply. There is
  // no removal of volumes in this interface, and there will be none.
  virtual Task<Result<Volume>> create_volume(VolumeSpec spec) = 0;

  // Blocked, ImageNotFound, if the engine has no such image. Asks no registry.
  virtual Task<Result<Image>> inspect_image(std::string reference) = 0;
  // Progress lines go to `progress` (may be null). Succeeds only after a clean end of stream
  // without errorDetail (F055). With the logins that `docker login` has left (docker/http/). Given
  // up when nothing moves for HttpOptions::pull_silence_deadline (F056); the engine may go on with
  // it.
  virtual Task<Status> pull_image(PullRequest request,
                                  std::function<void(const std::string&)> progress) = 0;
  // POST /images/create?fromSrc=-: a root file system (tar) becomes an image `reference`. For tests
  // and demonstrations, which have no registry.
  virtual Task<Status> import_image(std::string reference, std::string tar) = 0;

  // Runs the event stream until it ends or stop_events() is called. `connected` is called when the
  // reply's header has arrived: list after that, or changes in the gap are lost (F062). One stream
  // at a time: a second one ends the first. Both functions are called on the loop, must not throw,
  // and must outlive the call.
  virtual Task<Status> stream_events(std::function<void()> connected,
                                     std::function<void(const Event&)> on_event) = 0;
  // Ends the event stream and nothing else: pulls and hooks that run go on.
  virtual void stop_events() = 0;
  // For the end of the process: every call that runs ends with an error now, and so does every
  // later one. A mutation that was cut is Unknown. There is no way back.
  virtual void cancel() = 0;

  // For metrics; one, called on the loop after each call.
  virtual void set_observer(CallObserver observer) = 0;
};

}  // namespace fairlead::docker
