// The metric catalogue and its exposition. State per App is rendered from the controller's view at
// each scrape (no stale series); counters and histograms are fed through Telemetry.
//
//   auto metrics = make_metrics(controller, log, build);
//   controller.set_telemetry(*metrics);
//   engine.set_observer([&](const auto& call) { metrics->docker_call(call); });
//   server replies to GET /metrics with metrics->render()
//
// Series that can be known are there from the start with 0: rate() and alerts must see the first
// failure as a step, not as a new series. Those of an App begin with its first scrape and end when
// it is forgotten.
//
// prometheus-cpp has its home in metrics/: registry, families and text form are its own, and this
// header includes none of its. Its exposer is not used; the page is a route
// (api/routes.h).
//
// One thread, the controller's: feeding and rendering never meet.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "controller/report/view.h"
#include "docker/engine.h"

namespace fairlead::metrics {

// For fairlead_build_info.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

// The page, and where its counters come in.
class Metrics : public controller::Telemetry {
 public:
  ~Metrics() override = default;

  // Feed of the Docker client's calls (docker::CallObserver). Streams are counted, and are no
  // durations: how long one lasts says nothing of the engine.
  virtual void docker_call(const docker::CallRecord& call) = 0;
  virtual void docker_calls_in_flight(int count) = 0;
  // One served HTTP request; `handler` is the route template, never a path that a client has
  // written.
  virtual void http_request(std::string_view handler, std::string_view method, int code,
                            double seconds) = 0;

  // Text format 0.0.4 of everything, by name; families without a series are left out. Texts from
  // outside are made valid UTF-8: one bad byte would cost the whole page. Call on the controller's
  // thread; costs time in proportion to the objects, and holds up the loop for so long.
  virtual std::string render() = 0;
};

// `view` and `log` must outlive the result; `per_app` false leaves per-App series out.
std::unique_ptr<Metrics> make_metrics(const controller::View& view, const Logger& log,
                                      BuildInfo build, bool per_app = true);

}  // namespace fairlead::metrics
