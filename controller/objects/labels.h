// Label keys that Fairlead puts on every object it creates, and who owns an object.
//
// Labels can't be changed on a live object (F059) and are easily copied (F117), so ownership needs
// all of: the managed label, this installation's instance, and the exact expected name.
#pragma once

#include <string>
#include <string_view>

namespace fairlead::controller {

inline constexpr std::string_view kLabelManaged = "dev.fairlead.managed";  // "true"
inline constexpr std::string_view kLabelInstance = "dev.fairlead.instance";
inline constexpr std::string_view kLabelApp = "dev.fairlead.app";
inline constexpr std::string_view kLabelComponent = "dev.fairlead.component";  // service or key
inline constexpr std::string_view kLabelSpecHash = "dev.fairlead.spec-hash";
inline constexpr std::string_view kLabelSpecHashVersion = "dev.fairlead.spec-hash-version";
inline constexpr std::string_view kLabelGeneration = "dev.fairlead.generation";
inline constexpr std::string_view kLabelReplaces = "dev.fairlead.replaces";  // container ID
// Which replica: Compose's own label, read by the tools that group by it.
inline constexpr std::string_view kLabelNumber = "com.docker.compose.container-number";
// What a container's service depends on, as Compose writes it: NAME:CONDITION:RESTART,…
inline constexpr std::string_view kLabelDependsOn = "com.docker.compose.depends_on";
// On the container of a `pre_start` step: which step, and the container that it runs before (ID).
inline constexpr std::string_view kLabelHook = "dev.fairlead.hook";
inline constexpr std::string_view kLabelHookOf = "dev.fairlead.hook-of";
inline constexpr std::string_view kLabelImageRef = "dev.fairlead.image-ref";

// True of labels that only Fairlead sets: by its own prefix, or by Compose's.
inline bool is_reserved_label(std::string_view key) {
  return key.starts_with("dev.fairlead.") || key.starts_with("com.docker.compose.");
}

}  // namespace fairlead::controller
