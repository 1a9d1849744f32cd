// One pass over the directory: what is there now, without judging whether it will stay. Blocking,
// and never waits on a writer: FIFOs and devices are opened neither for reading nor by mistake.
//
// Everything is read beneath one descriptor of the directory, by openat2() with RESOLVE_BENEATH: a
// link that leads out is an error and not followed (F103), whoever swaps it when. After the pass
// the path is asked again; if it leads elsewhere now, the pass is discarded (W15, W16), for half of
// it may be of one tree and half of another.
//
//   Scan scan = scan_directory(options, followed, known);
//   for (const Name& name : std::exchange(scan.apart, {}))
//     join(scan, read_apart(options, name, known));
//
// What a whole pass costs is one stat for each file that looks as it did, and a read and a digest
// for the others (Stamp, files.h); one of some names costs those names (scan_names()).
//
// Threads: free functions over values; what they share is const. On threads of pools in the daemon,
// on the caller's in commands. History is the Settler's (settle.h), not theirs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "watch/directory.h"

namespace fairlead::watch {

// What is read apart from the directory, since its way may lead over another file system, and that
// may hang: a file that manifests refer to, or a manifest that is a link (or no file at all).
struct Name {
  std::string path;  // relative to the directory
  bool manifest = false;
  auto operator<=>(const Name&) const = default;
};

// Either a problem, and nothing else, or all that was there, or (`whole` false) some names of it.
struct Scan {
  bool whole = true;       // false: of `files` and `references` only those that were asked for
  std::string problem;     // why the directory as a whole could not be read; empty if it could
  bool discarded = false;  // the path led elsewhere after the pass than before it (W15, W16)
  // Of the directory that was opened: which one it was.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  // With `error` set, bytes are empty: history is not ours.
  std::map<std::string, File> files;
  std::map<std::string, File> references;
  std::shared_ptr<const Followed> followed = std::make_shared<const Followed>();
  std::set<Name> apart;  // what is there still to be read
};

// The directory and the manifests that are plain files in it. `known` is the previous pass: a file
// with the same bytes shares them, and one that looks the same is not read. Followed files of the
// directory itself are read too.
Scan scan_directory(const Options& options, std::shared_ptr<const Followed> followed,
                    const Scan& known);

// Of these names in the directory the manifests and the followed files, if each of them is as plain
// a file as it was in `known`, and the directory is the same. Nothing if not: then all is to be
// read. `known` is a whole scan without a problem, and with nothing left apart by these names.
std::optional<Scan> scan_names(const Options& options, const std::set<std::string>& names,
                               const Scan& known);

// Whether this name in the directory itself is one that a scan like `known` reads. Any other may
// still be a step on the way to what is read apart (Inotify::is_step).
bool is_read_here(const std::string& name, const Scan& known);

// One name of `apart`; without it if there is no such file, which is no error. Opens the directory
// anew, and says by device and inode which one that was.
Scan read_apart(const Options& options, const Name& name, const Scan& known);

// Puts to `scan` what `part` read, if that was in the same directory; else the whole is discarded.
void join(Scan& scan, Scan part);

// Why something has not been read, after so long. For `problem` and `error`.
std::string too_slow(Duration patience);

// A file without content that says why. Its bytes are empty and not null.
File unreadable(std::string why);

}  // namespace fairlead::watch
