#include "docker/engine.h"

#include "base/enum_text.h"

namespace fairlead::docker {
namespace {

// `text` is a label of metrics: it is never changed.
struct OperationRow {
  Operation value;
  std::string_view text;
  bool mutation;
};

constexpr OperationRow kOperations[] = {
    {Operation::kPing, "ping", false},
    {Operation::kInfo, "info", false},
    {Operation::kContainerList, "container_list", false},
    {Operation::kContainerInspect, "container_inspect", false},
    {Operation::kContainerCreate, "container_create", true},
    {Operation::kContainerStart, "container_start", true},
    {Operation::kContainerStop, "container_stop", true},
    {Operation::kContainerRemove, "container_remove", true},
    {Operation::kContainerRename, "container_rename", true},
    {Operation::kContainerUpdate, "container_update", true},
    {Operation::kContainerUnpause, "container_unpause", true},
    {Operation::kContainerFiles, "container_files", true},
    {Operation::kContainerLogs, "container_logs", false},
    {Operation::kExecCreate, "exec_create", true},
    {Operation::kExecStart, "exec_start", true},
    {Operation::kExecInspect, "exec_inspect", false},
    {Operation::kNetworkList, "network_list", false},
    {Operation::kNetworkInspect, "network_inspect", false},
    {Operation::kNetworkCreate, "network_create", true},
    {Operation::kNetworkRemove, "network_remove", true},
    {Operation::kNetworkConnect, "network_connect", true},
    {Operation::kNetworkDisconnect, "network_disconnect", true},
    {Operation::kVolumeList, "volume_list", false},
    {Operation::kVolumeInspect, "volume_inspect", false},
    {Operation::kVolumeCreate, "volume_create", true},
    {Operation::kImageInspect, "image_inspect", false},
    {Operation::kImagePull, "image_pull", true},
    {Operation::kImageLoad, "image_load", true},
    {Operation::kEvents, "events", false},
};
static_assert(covers(kOperations));

}  // namespace

std::string_view to_string(Operation operation) {
  return text_of(kOperations, operation);
}

bool is_mutation(Operation operation) {
  return row_of(kOperations, operation).mutation;
}

}  // namespace fairlead::docker
