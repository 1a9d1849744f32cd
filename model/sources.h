// Files that a manifest refers to: asked for by path, given by whoever reads the directory.
//
// A manifest may be decoded before the directory was asked for a file that it names, since only
// decoding tells the names. Then the answer is kPending, the manifest waits, its references are
// followed (watch::Directory::follow), and with the next snapshot it is decoded again. So a
// manifest and its files are always of one snapshot, and nobody opens a file by a path that a
// manifest wrote.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::model {

// Variables for a Compose file, beside it. Each asks for it, whether it is there or not, so it is
// followed from the start and for ever: no first file has to wait for a further scan.
inline constexpr const char* kEnvironmentFile = ".env";

// The answer. Absent and unreadable are different things: an absent file may be optional; one that
// can't be read now may be any, so the last good version stays in force.
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

// `path` is relative to the manifests directory, without `.` and `..`: what path_beneath() gives.
using ReadSource = std::function<Source(const std::string& path)>;

// `path` as written in a file of `folder` ("" is the manifests directory itself), made relative to
// the manifests directory. nullopt if it leads out of it: absolute, `~` or too many `..` (F103). By
// the text alone, without a look at links: those are refused where files are read
// (watch/directory.h).
//
//   path_beneath("team", "../db.env")   db.env
//   path_beneath("", "../db.env")       nullopt
//   path_beneath("", "./")              "", the directory itself
std::optional<std::string> path_beneath(std::string_view folder, std::string_view path);

// "a/b" of "a/b/c.yaml"; "" of "c.yaml".
std::string folder_of(const std::string& path);

}  // namespace fairlead::model
