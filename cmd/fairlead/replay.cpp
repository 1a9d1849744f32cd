// `fairlead plan --record` and `fairlead replay`: one plan with all that it is decided from, to be
// looked at later and elsewhere.
#include <fcntl.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "api/json.h"
#include "base/read_file.h"
#include "base/write_all.h"
#include "cmd/fairlead/commands.h"
#include "cmd/fairlead/plans.h"
#include "cmd/fairlead/print.h"
#include "controller/pass/recording.h"
#include "controller/plan/plan.h"

namespace fairlead::cli {
namespace {

// An App of a thousand services is ten times smaller.
constexpr std::size_t kLargestRecording = 256u << 20;

// All that a plan needs is in the recording: no engine, no manifests, no clock.
Result<boost::json::object> replayed(std::string_view recording) {
  auto input = controller::read_recording(recording);
  if (!input) return std::unexpected(input.error());
  return api::to_json(input->key, controller::plan_of(*input));
}

Error usage(const std::string& message, const std::string& hint) {
  return {ErrorClass::kInvalid, Reason::kNone, message, hint};
}

}  // namespace

// The recording first, and then the plan that it gives: both are of one moment.
int record_plan(const Options& options) {
  if (options.names.size() != 1) {
    fail(usage("--record is about one App", "fairlead plan shop --record shop.json"));
    return kUsage;
  }
  auto inputs = collect_plans(options);
  if (!inputs) return fail(inputs.error());
  const std::string recording = boost::json::serialize(inputs->front()) + "\n";
  // It holds what containers get to know: for nobody else to read, and no link is followed. A file
  // that is there already may be somebody's, or readable by somebody.
  const int file = ::open(options.record.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail({ErrorClass::kBlocked, Reason::kPermissionDenied,
                 options.record + " can't be made: " + std::generic_category().message(errno),
                 "name a file that does not exist, in a folder that you may write"});
  }
  const bool written = write_all(file, recording);
  // close() is where some file systems say that the disk is full.
  if (::close(file) != 0 || !written) {
    return fail({ErrorClass::kTransient, Reason::kInternalError,
                 options.record + " could not be written", "is the disk full?"});
  }
  // From what was written, so that what is shown is what a replay will show.
  auto plan = replayed(recording);
  if (!plan) return fail(plan.error());
  complain("recorded in " + options.record + "; `fairlead replay " + options.record +
           "` plans it again, here or elsewhere. It holds the environments of the containers");
  return show_plans(options, {*plan});
}

int replay(const Options& options) {
  if (options.names.empty()) {
    fail(usage("no recording is named", "fairlead replay shop.json"));
    return kUsage;
  }
  std::vector<boost::json::object> plans;
  for (const auto& name : options.names) {
    auto bytes = read_file(name, kLargestRecording);
    if (!bytes) return fail(bytes.error());
    auto plan = replayed(*bytes);
    if (!plan) return fail(std::move(plan.error()).with_context(name));
    plans.push_back(std::move(*plan));
  }
  return show_plans(options, plans);
}

}  // namespace fairlead::cli
