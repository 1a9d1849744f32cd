// The Engine API over HTTP: each call is one row of method, path, body and deadline.
#include "docker/http/engine.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "base/digest.h"
#include "base/pool.h"
#include "docker/classify.h"
#include "docker/decode.h"
#include "docker/encode.h"
#include "docker/http/client.h"
#include "docker/http/line_parser.h"
#include "docker/http/output_frames.h"
#include "docker/http/registry_auth.h"
#include "docker/http/request_parts.h"
#include "docker/http/tar.h"

namespace fairlead::docker {
namespace {

namespace json = boost::json;

constexpr int kOwnMinor = 51;  // API 1.51 is the newest that was read and tested against
constexpr int kLeastMinor = 40;
constexpr Duration kSlow = std::chrono::seconds(60);    // creates, networks: one after the other
constexpr Duration kStart = std::chrono::seconds(120);  // log drivers can block a start (F042)
constexpr Duration kStopMargin = std::chrono::seconds(15);

// One request, as a row. `first_byte` zero: the deadline of the options.
struct Call {
  Operation operation;
  std::string method;
  Target target;  // after the version
  std::string body{};
  std::string content_type = "application/json";
  Duration first_byte{};
  // A status from 400 that means "already as wanted": 404 of a remove.
  int fine_status = 0;
  std::string fine_fragment{};
};

Call get(Operation operation, Target target) {
  return {.operation = operation, .method = "GET", .target = std::move(target)};
}

class HttpEngine final : public Engine {
 public:
  HttpEngine(boost::asio::any_io_executor executor, HttpOptions options)
      : client_(std::move(executor), std::move(options)) {}

  const std::string& api_version() const override { return api_version_; }
  void set_observer(CallObserver observer) override { observer_ = std::move(observer); }

  Task<Result<EngineInfo>> connect() override {
    Call call = get(Operation::kPing, Target::of("_ping"));
    auto pinged = co_await exchange(std::move(call));
    if (!pinged) co_return std::unexpected(pinged.error());
    const auto& theirs = pinged->head.api_version;
    if (!api_at_least(theirs, 1, kLeastMinor)) {
      co_return failure(ErrorClass::kBlocked, Reason::kEngineTooOld,
                        "the engine speaks API " + (theirs.empty() ? "unknown" : theirs) +
                            ", at least 1.40 is needed",
                        "upgrade Docker to 19.03 or later");
    }
    int minor = kOwnMinor;
    while (!api_at_least(theirs, 1, minor))
      --minor;
    api_version_ = "1." + std::to_string(minor);  // never their text: it becomes part of paths
    Call about = get(Operation::kInfo, Target::of("info"));
    auto info = co_await ask(std::move(about), decode_info);
    if (info) info->api_version = api_version_;
    co_return info;
  }

  Task<Status> ping() override { return done(get(Operation::kPing, Target::of("_ping"))); }

  Task<Result<Listed<ContainerSummary>>> list_containers(std::vector<std::string> labels,
                                                         std::string known) override {
    return list(get(Operation::kContainerList,
                    filtered(Target::of("containers", "json").with("all", "1"), labels)),
                std::move(known), decode_container_list);
  }

  Task<Result<Container>> inspect_container(std::string id) override {
    return ask(get(Operation::kContainerInspect, Target::of("containers", id, "json")),
               decode_container);
  }

  Task<Result<std::string>> create_container(ContainerSpec spec) override {
    return ask({.operation = Operation::kContainerCreate,
                .method = "POST",
                .target = on_platform(Target::of("containers", "create").with("name", spec.name),
                                      spec.platform),
                .body = json::serialize(container_create_body(spec, api_version_)),
                .first_byte = kSlow},
               decode_id);
  }

  Task<Status> start_container(std::string id) override {
    return done({.operation = Operation::kContainerStart,
                 .method = "POST",
                 .target = Target::of("containers", id, "start"),
                 .first_byte = kStart});
  }

  Task<Status> stop_container(std::string id, int grace) override {
    return done({.operation = Operation::kContainerStop,
                 .method = "POST",
                 .target = Target::of("containers", id, "stop").with("t", std::to_string(grace)),
                 .first_byte = std::chrono::seconds(grace) + kStopMargin});
  }

  Task<Status> remove_container(std::string id, bool force) override {
    return done({.operation = Operation::kContainerRemove,
                 .method = "DELETE",
                 .target = force ? Target::of("containers", id).with("force", "1")
                                 : Target::of("containers", id),
                 .first_byte = kSlow,
                 .fine_status = 404,
                 .fine_fragment = "No such container"});
  }

  Task<Status> rename_container(std::string id, std::string name) override {
    return done({.operation = Operation::kContainerRename,
                 .method = "POST",
                 .target = Target::of("containers", id, "rename").with("name", name)});
  }

  Task<Status> update_container(std::string id, ContainerUpdate update) override {
    return done({.operation = Operation::kContainerUpdate,
                 .method = "POST",
                 .target = Target::of("containers", id, "update"),
                 .body = json::serialize(update_body(update))});
  }

  Task<Status> unpause_container(std::string id) override {
    return done({.operation = Operation::kContainerUnpause,
                 .method = "POST",
                 .target = Target::of("containers", id, "unpause")});
  }

  Task<Status> put_files(std::string id, std::vector<FileContent> files) override {
    auto tar = tar_of(files);
    if (!tar) co_return std::unexpected(tar.error());
    Call call{.operation = Operation::kContainerFiles,
              .method = "PUT",
              .target = Target::of("containers", id, "archive").with("path", "/"),
              .body = std::move(*tar),
              .content_type = "application/x-tar",
              .first_byte = kSlow};
    co_return co_await done(std::move(call));
  }

  Task<Result<ExecResult>> run_exec(std::string id, ExecSpec spec) override {
    // Three requests: the exec is made, started and followed to its end, and asked for its code.
    Call create{.operation = Operation::kExecCreate,
                .method = "POST",
                .target = Target::of("containers", id, "exec"),
                .body = json::serialize(exec_create_body(spec))};
    const auto exec_id = co_await ask(std::move(create), decode_id);
    if (!exec_id) co_return std::unexpected(exec_id.error());
    const Target exec = Target::of("exec", *exec_id);
    ExecResult result;
    auto ended = co_await follow_exec(Target(exec).add("start"), result.output);
    if (!ended) co_return std::unexpected(ended.error());
    Call inspect = get(Operation::kExecInspect, Target(exec).add("json"));
    auto seen = co_await value(std::move(inspect));
    if (!seen) co_return std::unexpected(seen.error());
    result.exit_code = decode_exit_code(*seen);
    co_return result;
  }

  Task<Result<std::string>> container_logs(std::string id, int lines) override {
    Call call = get(Operation::kContainerLogs, Target::of("containers", id, "logs")
                                                   .with("stdout", "1")
                                                   .with("stderr", "1")
                                                   .with("tail", std::to_string(lines)));
    auto reply = co_await exchange(std::move(call));
    if (!reply) co_return std::unexpected(reply.error());
    OutputFrames frames;
    frames.feed(reply->body);
    co_return frames.tail();
  }

  Task<Result<Listed<Network>>> list_networks(std::string known) override {
    return list(get(Operation::kNetworkList, Target::of("networks")), std::move(known),
                decode_network_list);
  }

  Task<Result<Network>> inspect_network(std::string id) override {
    return ask(get(Operation::kNetworkInspect, Target::of("networks", id)), decode_network);
  }

  Task<Result<std::string>> create_network(NetworkSpec spec) override {
    return ask({.operation = Operation::kNetworkCreate,
                .method = "POST",
                .target = Target::of("networks", "create"),
                .body = json::serialize(network_create_body(spec)),
                .first_byte = kSlow},
               decode_id);
  }

  Task<Status> remove_network(std::string id) override {
    return done({.operation = Operation::kNetworkRemove,
                 .method = "DELETE",
                 .target = Target::of("networks", id),
                 .first_byte = kSlow,
                 .fine_status = 404,
                 .fine_fragment = "not found"});
  }

  Task<Status> connect_network(std::string container, EndpointSpec endpoint) override {
    const auto& network = endpoint.network_id.empty() ? endpoint.network_name : endpoint.network_id;
    return done({.operation = Operation::kNetworkConnect,
                 .method = "POST",
                 .target = Target::of("networks", network, "connect"),
                 .body = json::serialize(connect_body(container, endpoint, api_version_)),
                 .first_byte = kSlow});
  }

  Task<Status> disconnect_network(std::string network, std::string container, bool force) override {
    return done({.operation = Operation::kNetworkDisconnect,
                 .method = "POST",
                 .target = Target::of("networks", network, "disconnect"),
                 .body = json::serialize(disconnect_body(container, force)),
                 .first_byte = kSlow,
                 .fine_status = 500,  // F012
                 .fine_fragment = "is not connected"});
  }

  Task<Result<Listed<Volume>>> list_volumes(std::vector<std::string> labels,
                                            std::string known) override {
    return list(get(Operation::kVolumeList, filtered(Target::of("volumes"), labels)),
                std::move(known), decode_volume_list);
  }

  Task<Result<Volume>> inspect_volume(std::string name) override {
    return ask(get(Operation::kVolumeInspect, Target::of("volumes", name)), decode_volume);
  }

  Task<Result<Volume>> create_volume(VolumeSpec spec) override {
    return ask({.operation = Operation::kVolumeCreate,
                .method = "POST",
                .target = Target::of("volumes", "create"),
                .body = json::serialize(volume_create_body(spec)),
                .first_byte = kSlow},
               decode_volume);
  }

  Task<Result<Image>> inspect_image(std::string reference) override {
    if (auto name = image_of(reference); !name) co_return std::unexpected(name.error());
    // Slashes belong to the reference: the engine's route takes them as they are.
    Call call = get(Operation::kImageInspect, Target::of("images").add_path(reference).add("json"));
    co_return co_await ask(std::move(call), decode_image);
  }

  Task<Status> pull_image(PullRequest wanted,
                          std::function<void(const std::string&)> progress) override {
    const auto name = image_of(wanted.reference);
    if (!name) co_return std::unexpected(name.error());
    const Target target = Target::of("images", "create")
                              .with("fromImage", name->repository)
                              .with("tag", name->version());
    HttpRequest request{"POST", versioned(on_platform(target, wanted.platform)), ""};
    auto auth = co_await log_in(client_.pool(), *name, client_.options().docker_config);
    if (!auth) co_return std::unexpected(auth.error());
    request.registry_auth = std::move(*auth);
    co_return co_await progress_call(Operation::kImagePull, std::move(request),
                                     std::move(progress));
  }

  Task<Status> import_image(std::string reference, std::string tar) override {
    const auto name = image_of(reference);
    if (!name) co_return std::unexpected(name.error());
    const Target target = Target::of("images", "create")
                              .with("fromSrc", "-")
                              .with("repo", name->repository)
                              .with("tag", name->version());
    HttpRequest request{"POST", versioned(target), std::move(tar), "application/x-tar"};
    std::function<void(const std::string&)> nobody;
    co_return co_await progress_call(Operation::kImageLoad, std::move(request), std::move(nobody));
  }

  Task<Status> stream_events(std::function<void()> connected,
                             std::function<void(const Event&)> on_event) override {
    const Target target =
        Target::of("events").with("filters", R"({"type":["container","network","volume"]})");
    // Without `since`: what was missed is in the lists (docs/decisions/0007-events-only-wake.md).
    HttpRequest request{"GET", versioned(target), ""};
    LineParser lines([on_event = std::move(on_event)](const json::value& line) {
      if (const auto event = decode_event(line)) on_event(*event);
    });
    auto head = [&connected](const HttpHead& got) {
      if (got.status == 200) connected();
      return got.status == 200;
    };
    auto piece = [&lines](const std::string& bytes) { return lines.feed(bytes); };
    if (events_) events_->end();
    events_ = std::make_shared<StreamOwner>();
    auto ended = co_await client_.stream(std::move(request), client_.options().first_byte_deadline,
                                         Duration::zero(), head, piece, events_);
    if (!ended) {
      co_return std::unexpected(
          classify_fault(Operation::kEvents, ended.error().fault, ended.error().detail));
    }
    if (ended->status != 200) {
      co_return std::unexpected(classify_reply(Operation::kEvents, ended->status, "refused"));
    }
    co_return Status{};
  }

  void stop_events() override {
    if (events_) events_->end();
  }
  void cancel() override { client_.cancel(); }

 private:
  // Before the first connect() there is no version: the engine takes its own newest.
  Target versioned(const Target& target) const {
    return api_version_.empty() ? target : target.under("v" + api_version_);
  }

  void observe(Operation operation, int code, std::chrono::steady_clock::time_point begin) const {
    if (observer_) observer_({operation, code, std::chrono::steady_clock::now() - begin});
  }

  Task<Result<HttpReply>> exchange(Call call) {
    // Asked for the version, while other calls may be under way with the old one.
    const bool any = call.operation == Operation::kPing;
    HttpRequest request{call.method, any ? call.target : versioned(call.target),
                        std::move(call.body), call.content_type};
    const auto deadline = call.first_byte == Duration::zero()
                              ? client_.options().first_byte_deadline
                              : call.first_byte;
    const auto begin = std::chrono::steady_clock::now();
    auto reply =
        co_await client_.exchange(std::move(request), !is_mutation(call.operation), deadline);
    observe(call.operation, reply ? reply->head.status : 0, begin);
    if (!reply) {
      co_return std::unexpected(
          classify_fault(call.operation, reply.error().fault, reply.error().detail));
    }
    const int status = reply->head.status;
    if (succeeded(call.operation, status)) co_return std::move(*reply);
    const auto message = decode_error_message(reply->body);
    if (status == call.fine_status && message.find(call.fine_fragment) != std::string::npos) {
      co_return std::move(*reply);
    }
    co_return std::unexpected(classify_reply(call.operation, status, message));
  }

  Task<Status> done(Call call) {
    auto reply = co_await exchange(std::move(call));
    if (!reply) co_return std::unexpected(reply.error());
    co_return Status{};
  }

  // Runs a created exec and keeps the last of what it writes. The reply's head comes at once, and
  // the body ends with the command.
  Task<Status> follow_exec(Target start, std::string& output) {
    HttpRequest request{"POST", versioned(start), R"({"Detach":false,"Tty":false})"};
    OutputFrames frames;
    std::string refused;
    bool running = false;
    auto head = [&running](const HttpHead& got) {
      running = got.status == 200;
      return true;
    };
    auto piece = [&frames, &running, &refused](const std::string& bytes) {
      running ? frames.feed(bytes) : static_cast<void>(refused += bytes);
      return refused.size() < 4096;
    };
    const auto begin = std::chrono::steady_clock::now();
    const auto silence = client_.options().exec_silence_deadline;
    auto ended = co_await client_.stream(std::move(request), client_.options().first_byte_deadline,
                                         silence, head, piece);
    observe(Operation::kExecStart, ended ? ended->status : 0, begin);
    output = frames.tail();
    // Not Unknown: what it may still do is done in the container, not by the engine.
    if (!ended && running && ended.error().fault == TransportFault::kTimedOut) {
      co_return failure(
          ErrorClass::kTransient, Reason::kTimeout,
          "it wrote nothing for " +
              std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silence).count()) +
              " s",
          "it may still be running in the container");
    }
    if (!ended) {
      co_return std::unexpected(
          classify_fault(Operation::kExecStart, ended.error().fault, ended.error().detail));
    }
    if (!running) {
      co_return std::unexpected(
          classify_reply(Operation::kExecStart, ended->status, decode_error_message(refused)));
    }
    co_return Status{};
  }

  // A call whose reply is a value that `decode` reads.
  template <typename T>
  Task<Result<T>> ask(Call call, Decoded<T> (*decode)(const json::value&)) {
    const auto operation = call.operation;
    auto reply = co_await value(std::move(call));
    if (!reply) co_return std::unexpected(reply.error());
    co_return or_malformed(operation, decode(*reply));
  }

  // A list's version is the digest of its text: what was read once is not parsed again.
  template <typename T>
  Task<Result<Listed<T>>> list(Call call, std::string known,
                               Decoded<std::vector<T>> (*decode)(const json::value&)) {
    const auto operation = call.operation;
    auto reply = co_await exchange(std::move(call));
    if (!reply) co_return std::unexpected(reply.error());
    Listed<T> listed{sha256_hex(reply->body), {}};
    if (listed.version == known) co_return listed;
    const auto parsed = parse(operation, reply->body);
    if (!parsed) co_return std::unexpected(parsed.error());
    auto objects = or_malformed(operation, decode(*parsed));
    if (!objects) co_return std::unexpected(objects.error());
    listed.objects = std::move(*objects);
    co_return listed;
  }

  Task<Result<json::value>> value(Call call) {
    const auto operation = call.operation;
    auto reply = co_await exchange(std::move(call));
    if (!reply) co_return std::unexpected(reply.error());
    co_return parse(operation, reply->body);
  }

  static Result<json::value> parse(Operation operation, const std::string& body) {
    boost::system::error_code bad;
    json::parse_options deep;
    deep.max_depth = 64;  // F113: a bound, and twice Boost's own
    auto parsed = json::parse(body, bad, {}, deep);
    if (bad) {
      return std::unexpected(
          classify_fault(operation, TransportFault::kMalformedReply, bad.message()));
    }
    return parsed;
  }

  // Success is a clean end of stream without errorDetail; HTTP 200 says nothing (F055).
  Task<Status> progress_call(Operation operation, HttpRequest request,
                             std::function<void(const std::string&)> progress) {
    std::string failed;
    std::string body;
    LineParser lines([&failed, &progress](const json::value& line) {
      if (auto message = decode_progress_error(line); !message.empty()) failed = message;
      if (progress) progress(json::serialize(line));
    });
    auto head = [](const HttpHead&) { return true; };
    auto piece = [&body, &lines](const std::string& bytes) {
      body = body.size() < 4096 ? body + bytes : body;
      return lines.feed(bytes);
    };
    const auto begin = std::chrono::steady_clock::now();
    const auto silence = client_.options().pull_silence_deadline;
    auto ended = co_await client_.stream(std::move(request), silence, silence, head, piece);
    observe(operation, ended ? ended->status : 0, begin);
    if (!ended) {
      co_return std::unexpected(
          classify_fault(operation, ended.error().fault, ended.error().detail));
    }
    if (!succeeded(operation, ended->status)) {
      co_return std::unexpected(
          classify_reply(operation, ended->status, decode_error_message(body)));
    }
    const bool clean = lines.finish();
    // Its words are classified as if they had come with a status: the stream's own was 200.
    if (!failed.empty()) co_return std::unexpected(classify_reply(operation, 500, failed));
    if (!clean) {
      co_return std::unexpected(
          classify_fault(operation, TransportFault::kMalformedReply, "the stream was cut"));
    }
    co_return Status{};
  }

  HttpClient client_;
  std::shared_ptr<StreamOwner> events_;
  std::string api_version_;
  CallObserver observer_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_http_engine(boost::asio::any_io_executor executor,
                                                 HttpOptions options) {
  Pool pool(executor);
  auto possible = make_connection(executor, pool, options);
  if (!possible) return std::unexpected(possible.error());
  return std::make_unique<HttpEngine>(std::move(executor), std::move(options));
}

}  // namespace fairlead::docker
