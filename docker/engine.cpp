#include "docker/engine.h"

#include <array>

namespace fairlead::docker {
namespace {

struct OperationRow {
  std::string_view name;
  bool mutation;
};

// Indexed by Operation.
constexpr std::array<OperationRow, kOperationCount> kOperations = {{
    {"ping", false},
    {"info", false},
    {"container_list", false},
    {"container_inspect", false},
    {"container_create", true},
    {"container_start", true},
    {"container_stop", true},
    {"container_remove", true},
    {"container_rename", true},
    {"container_update", true},
    {"container_unpause", true},
    {"container_files", true},
    {"container_logs", false},
    {"exec_create", true},
    {"exec_start", true},
    {"exec_inspect", false},
    {"network_list", false},
    {"network_inspect", false},
    {"network_create", true},
    {"network_remove", true},
    {"network_connect", true},
    {"network_disconnect", true},
    {"volume_list", false},
    {"volume_inspect", false},
    {"volume_create", true},
    {"image_inspect", false},
    {"image_pull", true},
    {"image_load", true},
    {"events", false},
}};

}  // namespace

std::string_view to_string(Operation operation) {
  return kOperations[static_cast<std::size_t>(operation)].name;
}

bool is_mutation(Operation operation) {
  return kOperations[static_cast<std::size_t>(operation)].mutation;
}

}  // namespace fairlead::docker
