#include "api/readiness.h"

#include <algorithm>

namespace fairlead::api {

std::vector<Check> readiness(const controller::View& view) {
  const auto& engine = view.engine();
  // In the order in which a start gets there.
  return {{"engine", engine.up, engine.last_error},
          {"event-stream", engine.event_stream, "not connected"},
          {"first-scan", view.first_scan_done(), "the manifests have not been read yet"},
          {"source", view.source_available(), "the manifests directory can't be read"}};
}

bool ready(const std::vector<Check>& checks) {
  return std::ranges::all_of(checks, &Check::passed);
}

std::string readiness_text(const std::vector<Check>& checks) {
  std::string out;
  for (const auto& check : checks) {
    out += check.passed ? "[+]" : "[-]";
    out += check.name;
    out += check.passed ? " ok" : " failed";
    if (!check.passed && !check.detail.empty()) out += ": " + check.detail;
    out += "\n";
  }
  return out + (ready(checks) ? "ready\n" : "not ready\n");
}

}  // namespace fairlead::api
