#include "cmd/fairlead/options.h"

#include <unistd.h>

#include <cstdlib>

#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/print.h"

namespace fairlead::cli {

std::string default_state_dir() {
  if (geteuid() == 0) return "/var/lib/fairlead";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0') {
    return std::string(state) + "/fairlead";
  }
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "/tmp" : home) + "/.local/state/fairlead";
}

std::string socket_path(const Options& options) {
  return options.state_dir + "/fairlead.sock";
}

Duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

// In options.cpp, since the codes are; by reason and not by class, for scripts ask what, not
// whether to try again.
int fail(const Error& error) {
  complain("error: " + error.message + (error.hint.empty() ? "" : "; " + error.hint));
  switch (error.reason) {
    case Reason::kNotFound:
      return kMissing;
    case Reason::kTimeout:
      return kTimedOut;
    case Reason::kPermissionDenied:
    case Reason::kNotOwner:
    case Reason::kPruneBlocked:
      return kRefused;
    default:
      return kFailed;
  }
}

}  // namespace fairlead::cli
