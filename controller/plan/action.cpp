#include "controller/plan/action.h"

namespace fairlead::controller {
namespace {

// No catch-all: a new action does not compile before it has a word. They are labels of a metric, so
// a word that is here keeps its meaning.
struct Verb {
  std::string_view operator()(const CreateNetwork&) const { return "create"; }
  std::string_view operator()(const RemoveNetwork&) const { return "remove"; }
  std::string_view operator()(const CreateVolume&) const { return "create"; }
  std::string_view operator()(const EnsureImage&) const { return "pull"; }
  std::string_view operator()(const CreateContainer&) const { return "create"; }
  std::string_view operator()(const StartContainer&) const { return "start"; }
  std::string_view operator()(const StopContainer&) const { return "stop"; }
  std::string_view operator()(const RunHooks&) const { return "hook"; }
  std::string_view operator()(const FailHook&) const { return "set aside"; }
  std::string_view operator()(const RestartContainer&) const { return "restart"; }
  std::string_view operator()(const UnpauseContainer&) const { return "unpause"; }
  std::string_view operator()(const RemoveContainer&) const { return "remove"; }
  std::string_view operator()(const RenameContainer&) const { return "rename"; }
  std::string_view operator()(const UpdateContainer&) const { return "update"; }
  std::string_view operator()(const ConnectEndpoint&) const { return "connect"; }
  std::string_view operator()(const DisconnectEndpoint&) const { return "disconnect"; }
};

}  // namespace

std::string_view verb(const Action& action) {
  return std::visit(Verb{}, action);
}

}  // namespace fairlead::controller
