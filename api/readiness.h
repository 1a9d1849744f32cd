// Is this daemon ready: has it read the manifests, and does it see the engine?
#pragma once

#include <string>
#include <vector>

#include "controller/report/view.h"

namespace fairlead::api {

struct Check {
  const char* name;
  bool passed = false;
  std::string detail;  // of a failed check; may be empty
};

std::vector<Check> readiness(const controller::View& view);
bool ready(const std::vector<Check>& checks);

// As Kubernetes' components write it: "[+]engine ok", "[-]engine failed: …", and a last line.
std::string readiness_text(const std::vector<Check>& checks);

}  // namespace fairlead::api
