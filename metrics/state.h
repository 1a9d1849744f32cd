// The gauges of the catalogue, built from the controller's view at each scrape: a series lives
// exactly as long as what it is about. Private to metrics/.
//
// A gauge that is set when something happens and never taken back is what most stale alerts come
// from; here there is nothing to take back. The price is a walk over all Apps for each scrape.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "controller/report/view.h"
#include "metrics/metrics.h"

namespace fairlead::metrics {

// State that no view holds and that is a gauge, or belongs to one family with such.
struct FedState {
  int docker_in_flight = 0;
  // When a complete scan of the manifests was last taken in; the watcher's own time is steady, and
  // means nothing outside.
  WallTime last_scan{};
};

// Asked by render(), and not by a registry: its families are put among the fed ones by name.
class StateCollector final : public prometheus::Collectable {
 public:
  // All but `build` are borrowed.
  StateCollector(const controller::View& view, const Logger& log, const FedState& fed,
                 BuildInfo build, bool per_app)
      : view_(view), log_(log), fed_(fed), build_(std::move(build)), per_app_(per_app) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const controller::View& view_;
  const Logger& log_;
  const FedState& fed_;
  BuildInfo build_;
  bool per_app_;
};

}  // namespace fairlead::metrics
