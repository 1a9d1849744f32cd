// Is this daemon ready: has it read the manifests, and does it see the engine?
//
// Ready means that what it shows is of now. An App that fails does not make the daemon unready:
// that is for the App's own condition to say. Whether the process is alive is another question:
// /healthz, View::alive(). Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/report/view.h"

namespace fairlead::api {

// One line of /readyz.
struct Check {
  const char* name;
  bool passed = false;
  std::string detail;  // of a failed check; may be empty
};

// engine, event-stream, first-scan, source; in this order. A lost event stream counts, for what
// happens then is seen late.
std::vector<Check> readiness(const controller::View& view);
// All of them.
bool ready(const std::vector<Check>& checks);

// As Kubernetes' components write it: "[+]engine ok", "[-]engine failed: …", and a last line.
std::string readiness_text(const std::vector<Check>& checks);

}  // namespace fairlead::api
