// The seam to Docker. HttpEngine talks to a daemon; EmbeddedEngine is an in-process model of one.
//
// Every call is one Engine API request (list calls filter by label on the server, exact names are
// compared by the caller, F003). Errors come from the one classifier (docker/classify.h). A
// mutation that timed out returns ErrorClass::kUnknown: it may have run, and may still run (F029,
// F030).
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

// The fixed names of the operations, for metrics, logs and plans. Never a path.
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

std::string_view to_string(Operation operation);  // container_create, …
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

class Engine {
 public:
  virtual ~Engine() = default;

  // Ping and version negotiation; must succeed once before other calls, and again after every
  // loss of the engine (it may have been upgraded, F071).
  virtual Task<Result<EngineInfo>> connect() = 0;
  virtual Task<Status> ping() = 0;
  // "1.41"; empty before the first connect().
  virtual const std::string& api_version() const = 0;

  // All containers, stopped ones included, that carry every given label ("key" or "key=value").
  virtual Task<Result<Listed<ContainerSummary>>> list_containers(std::vector<std::string> labels,
                                                                 std::string known) = 0;
  virtual Task<Result<Container>> inspect_container(std::string id_or_name) = 0;
  // Returns the ID. Below API 1.44 only the first endpoint is sent; the caller connects the rest.
  virtual Task<Result<std::string>> create_container(ContainerSpec spec) = 0;
  // Already started (304) is success.
  virtual Task<Status> start_container(std::string id) = 0;
  // `grace`: seconds before SIGKILL; the call's deadline is grace plus a margin (F038). Already
  // stopped (304) is success.
  virtual Task<Status> stop_container(std::string id, int grace_seconds) = 0;
  // Missing (404) is success. Never removes volumes (F049).
  virtual Task<Status> remove_container(std::string id, bool force) = 0;
  virtual Task<Status> rename_container(std::string id, std::string name) = 0;
  virtual Task<Status> update_container(std::string id, ContainerUpdate update) = 0;
  virtual Task<Status> unpause_container(std::string id) = 0;
  // Writes files into a container that need not run; folders on the way are made.
  virtual Task<Status> put_files(std::string id, std::vector<FileContent> files) = 0;
  // Runs a command to its end, whatever that takes; one that writes nothing for
  // HttpOptions::exec_silence_deadline is given up (Transient; it may still be running).
  virtual Task<Result<ExecResult>> run_exec(std::string id, ExecSpec spec) = 0;
  // The last lines that a container without a TTY wrote, at most 2 KiB.
  virtual Task<Result<std::string>> container_logs(std::string id, int lines) = 0;

  virtual Task<Result<Listed<Network>>> list_networks(std::string known) = 0;
  virtual Task<Result<Network>> inspect_network(std::string id) = 0;
  virtual Task<Result<std::string>> create_network(NetworkSpec spec) = 0;
  // Missing (404) is success.
  virtual Task<Status> remove_network(std::string id) = 0;
  virtual Task<Status> connect_network(std::string container_id, EndpointSpec endpoint) = 0;
  // Not connected is success (the engine says 500, F012).
  virtual Task<Status> disconnect_network(std::string network_id, std::string container_id,
                                          bool force) = 0;

  virtual Task<Result<Listed<Volume>>> list_volumes(std::vector<std::string> labels,
                                                    std::string known) = 0;
  virtual Task<Result<Volume>> inspect_volume(std::string name) = 0;
  // The engine answers 201 with the *old* volume if one exists (F050): compare the reply.
  virtual Task<Result<Volume>> create_volume(VolumeSpec spec) = 0;

  virtual Task<Result<Image>> inspect_image(std::string reference) = 0;
  // Progress lines go to `progress` (may be null). Succeeds only after a clean end of stream
  // without errorDetail (F055).
  virtual Task<Status> pull_image(PullRequest request,
                                  std::function<void(const std::string&)> progress) = 0;
  // POST /images/create?fromSrc=-: a root file system (tar) becomes an image `reference`.
  virtual Task<Status> import_image(std::string reference, std::string tar) = 0;

  // Runs the event stream until it ends or stop_events() is called. `connected` is called when the
  // reply's header has arrived: list after that, or changes in the gap are lost (F062).
  virtual Task<Status> stream_events(std::function<void()> connected,
                                     std::function<void(const Event&)> on_event) = 0;
  // Ends the event stream and nothing else: pulls and hooks that run go on.
  virtual void stop_events() = 0;
  // For the end of the process: every call that runs ends with an error now, and so does every
  // later one. A mutation that was cut is Unknown.
  virtual void cancel() = 0;

  virtual void set_observer(CallObserver observer) = 0;
};

}  // namespace fairlead::docker
