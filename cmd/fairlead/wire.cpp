#include "cmd/fairlead/wire.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "base/read_file.h"
#include "base/trust.h"
#include "docker/embedded/engine.h"
#include "docker/http/engine.h"

namespace fairlead::cli {
namespace {

// The directory of a command: what was scanned before, once, and again when what is followed
// changes.
class SingleScan final : public watch::Directory {
 public:
  SingleScan(Clock& clock, watch::Options options, watch::Snapshot snapshot)
      : options_(std::move(options)), snapshot_(std::move(snapshot)), wake_(clock) {}

  Task<Result<watch::Snapshot>> next() override {
    // The controller asks for the next one as long as it runs.
    while (!stopped_ && given_) {
      co_await wake_.wait();
    }
    if (stopped_) co_return failure(ErrorClass::kTransient, Reason::kSourceUnavailable, "stopped");
    given_ = true;
    co_return snapshot_;
  }
  void follow(std::shared_ptr<const watch::Followed> paths) override {
    if (*paths == *snapshot_.followed) return;
    for (const auto& path : *paths) {
      auto file = watch::read_beneath(options_.path, path, options_.max_file_bytes,
                                      watch::trusted_by(options_));
      if (file) snapshot_.references.put(path, std::move(*file));
    }
    snapshot_.followed = std::move(paths);
    // Another snapshot, since it holds other files.
    ++snapshot_.number;
    given_ = false;
    wake_.notify();
  }
  void again() override {
    given_ = false;
    wake_.notify();
  }
  void stop() override {
    stopped_ = true;
    wake_.notify();
  }
  watch::Statistics statistics() const override { return {}; }

 private:
  watch::Options options_;
  watch::Snapshot snapshot_;
  Signal wake_;
  bool given_ = false;
  bool stopped_ = false;
};

// What `docker login` has written; read at each pull, so that a new login needs no restart. None is
// no error. It names programs that are run (credHelpers), so whoever may write it runs them.
Result<std::string> docker_config() {
  std::string folder;
  if (const char* given = std::getenv("DOCKER_CONFIG"); given != nullptr) folder = given;
  if (const char* home = std::getenv("HOME"); folder.empty() && home != nullptr)
    folder = std::string(home) + "/.docker";
  auto text = read_trusted(folder + "/config.json", kTextFileLimit);
  if (text || text.error().reason != Reason::kNotFound) return text;
  return std::string();
}

Result<std::unique_ptr<docker::Engine>> make_engine(World& world, const Options& options) {
  if (options.engine == "embedded") {
    docker::EmbeddedOptions embedded;
    // A demonstration has no registry.
    embedded.any_image = true;
    return docker::make_embedded_engine(world.clock, world.random, embedded);
  }
  // --docker-host stands in the variable's place; certificates are found as Docker's CLI finds
  // them.
  const auto environment = [&options](const std::string& name) -> std::string {
    if (name == "DOCKER_HOST" && !options.docker_host.empty()) return options.docker_host;
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
  };
  auto http = docker::http_options_from(environment);
  if (!http) return std::unexpected(http.error());
  http->docker_config = docker_config;
  if (options.pull_timeout > 0)
    http->pull_silence_deadline = std::chrono::seconds(options.pull_timeout);
  const auto silence = from_seconds(options.pace.engine_timeout);
  // For calls without a deadline of their own.
  http->first_byte_deadline = http->between_bytes_deadline = silence;
  return docker::make_http_engine(world.io.get_executor(), *http);
}

}  // namespace

Result<std::unique_ptr<World>> make_world(const Options& options) {
  auto world = std::make_unique<World>();
  LogFormat format = LogFormat::kAuto;
  LogLevel level = LogLevel::kInfo;
  // Checked by main.cpp already.
  parse_log_format(options.log_format, format);
  parse_log_level(options.log_level, level);
  world->log = std::make_unique<Logger>(world->clock, stderr_sink(format), level);
  auto engine = make_engine(*world, options);
  if (!engine) return std::unexpected(engine.error());
  world->engine = std::move(*engine);
  return world;
}

std::unique_ptr<watch::Directory> single_scan(Clock& clock, watch::Options options,
                                              watch::Snapshot snapshot) {
  return std::make_unique<SingleScan>(clock, std::move(options), std::move(snapshot));
}

}  // namespace fairlead::cli
