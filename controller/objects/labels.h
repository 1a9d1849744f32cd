// Label keys that Fairlead puts on every object it creates, and who owns an object.
//
// Labels can't be changed on a live object (F059) and are easily copied (F117), so ownership needs
// all of: the managed label, this installation's instance, and the exact expected name. Anybody may
// write any of them on an object of his own; whoever reads one here reads a claim.
//
// A key or a value that is renamed here orphans every object that exists: it would be nobody's.
// What may change without notice is only what is read by nobody but people.
//
// Compose's labels are set besides, so that its users' tools (`docker compose ls`, Portainer, log
// shippers) group the objects of an App; they are Compose's own words and have its meaning.
// Manifests can't give labels of either prefix (read_labels() in model/yaml/reader.h), and what an
// image carries of them is blanked (Images::reserved_labels() in execute/images.h).
#pragma once

#include <string>
#include <string_view>

namespace fairlead::controller {

inline constexpr std::string_view kLabelManaged = "dev.fairlead.managed";  // "true"
// Random, of one state directory: two Fairleads on an engine tell their objects apart by it (F094).
inline constexpr std::string_view kLabelInstance = "dev.fairlead.instance";
// A key as text (key.h): App name, or network/NAME.
inline constexpr std::string_view kLabelApp = "dev.fairlead.app";
inline constexpr std::string_view kLabelComponent = "dev.fairlead.component";  // service or key
// What the object was made from (model/form/canonical.h), and by which form of it. Another version
// is not compared (F092).
inline constexpr std::string_view kLabelSpecHash = "dev.fairlead.spec-hash";
inline constexpr std::string_view kLabelSpecHashVersion = "dev.fairlead.spec-hash-version";
// Of the manifest at the create; of two containers of one service the higher is the newer
// (owned.h).
inline constexpr std::string_view kLabelGeneration = "dev.fairlead.generation";
inline constexpr std::string_view kLabelReplaces = "dev.fairlead.replaces";  // container ID
// Which replica: Compose's own label, read by the tools that group by it.
inline constexpr std::string_view kLabelNumber = "com.docker.compose.container-number";
// What a container's service depends on, as Compose writes it: NAME:CONDITION:RESTART,…
inline constexpr std::string_view kLabelDependsOn = "com.docker.compose.depends_on";
// On the container of a `pre_start` step: which step, and the container that it runs before (ID).
inline constexpr std::string_view kLabelHook = "dev.fairlead.hook";
inline constexpr std::string_view kLabelHookOf = "dev.fairlead.hook-of";
// The reference as the manifest wrote it: drift of `image` is judged by this.
inline constexpr std::string_view kLabelImageRef = "dev.fairlead.image-ref";

// True of labels that only Fairlead sets: by its own prefix, or by Compose's.
inline bool is_reserved_label(std::string_view key) {
  return key.starts_with("dev.fairlead.") || key.starts_with("com.docker.compose.");
}

}  // namespace fairlead::controller
