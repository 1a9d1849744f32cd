// Files that a manifest refers to: asked for by path, given by whoever reads the directory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::model {

struct Source {
  enum class State {
    kPresent,
    kAbsent,
    kUnreadable,  // `problem` says why
    kPending,     // not looked for yet: what asked for it is decoded again later
  };
  State state = State::kAbsent;
  std::shared_ptr<const std::string> bytes;  // never null when present
  std::string problem;
};

// `path` is relative to the manifests directory, without `.` and `..`.
using ReadSource = std::function<Source(const std::string& path)>;

// `path` as written in a file of `folder` ("" is the manifests directory itself), made relative to
// the manifests directory. nullopt if it leads out of it: absolute, `~` or too many `..` (F103).
std::optional<std::string> path_beneath(std::string_view folder, std::string_view path);

// "a/b" of "a/b/c.yaml"; "" of "c.yaml".
std::string folder_of(const std::string& path);

}  // namespace fairlead::model
