#include "cmd/fairlead/wire.h"

#include <cstdlib>
#include <utility>

#include "docker/embedded_engine.h"
#include "docker/http_engine.h"

namespace fairlead::cli {
namespace {

class SingleScan final : public watch::Directory {
 public:
  SingleScan(Clock& clock, watch::Snapshot snapshot)
      : snapshot_(std::move(snapshot)), stopped_(clock) {}

  Task<Result<watch::Snapshot>> next() override {
    if (!std::exchange(given_, true)) co_return snapshot_;
    co_await stopped_.wait();
    co_return failure(ErrorClass::kTransient, Reason::kSourceUnavailable, "stopped");
  }
  void stop() override { stopped_.notify(); }
  watch::Statistics statistics() const override { return {}; }

 private:
  watch::Snapshot snapshot_;
  Signal stopped_;
  bool given_ = false;
};

Result<std::unique_ptr<docker::Engine>> make_engine(World& world, const Options& options) {
  if (options.engine == "embedded") {
    docker::EmbeddedOptions embedded;
    embedded.any_image = true;
    return docker::make_embedded_engine(world.clock, world.random, embedded);
  }
  const auto environment = [&options](const std::string& name) -> std::string {
    if (name == "DOCKER_HOST" && !options.docker_host.empty()) return options.docker_host;
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
  };
  auto http = docker::http_options_from(environment);
  if (!http) return std::unexpected(http.error());
  return docker::make_http_engine(world.io.get_executor(), *http);
}

}  // namespace

Result<std::unique_ptr<World>> make_world(const Options& options) {
  auto world = std::make_unique<World>();
  LogFormat format = LogFormat::kAuto;
  LogLevel level = LogLevel::kInfo;
  parse_log_format(options.log_format, format);
  parse_log_level(options.log_level, level);
  world->log = std::make_unique<Logger>(world->clock, stderr_sink(format), level);
  auto engine = make_engine(*world, options);
  if (!engine) return std::unexpected(engine.error());
  world->engine = std::move(*engine);
  return world;
}

std::unique_ptr<watch::Directory> single_scan(Clock& clock, watch::Snapshot snapshot) {
  return std::make_unique<SingleScan>(clock, std::move(snapshot));
}

}  // namespace fairlead::cli
