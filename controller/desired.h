// The desired store: the last good version of every file, and from them the one App or Network that
// each name stands for. Pure: snapshots in, values out.
//
// A bad file changes nothing: its last good version stays in force (F082, F083). Of two files that
// claim one name, the incumbent keeps it (F085, W26).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "controller/status.h"
#include "model/decode.h"
#include "watch/directory.h"

namespace fairlead::controller {

// What one key (App name, or network/NAME) should be.
struct DesiredEntry {
  std::variant<model::App, model::SharedNetwork> value;
  std::string file;
  std::string digest;
  // How long this digest has stood, for the removal of parts (services, networks) that left it.
  int complete_scans = 0;
  SteadyTime since{};

  bool suspended() const;
};

// What a manifest is told of a file that it refers to; null: there is none.
model::Source source_of(const watch::File* file);

class DesiredStore {
 public:
  // `decoding`: all but `read`, which are the snapshot's files.
  explicit DesiredStore(model::DecodeOptions decoding = {}) : decoding_(std::move(decoding)) {}

  struct Changes {
    std::set<std::string> keys;      // entries that came, changed or went
    std::vector<std::string> files;  // files whose validity or diagnostics changed
  };

  Changes apply(const watch::Snapshot& snapshot, SteadyTime now);

  const DesiredEntry* find(const std::string& key) const;
  const std::map<std::string, DesiredEntry>& entries() const { return entries_; }
  const std::map<std::string, FileStatus>& files() const { return files_; }
  // Every key that a readable, broken or clashing file still speaks of: none of them is "gone".
  const std::set<std::string>& mentioned() const { return mentioned_; }
  // The last snapshot was whole and every file in it could be read.
  bool complete() const { return complete_; }
  const std::string& problem() const { return problem_; }
  // A file that is there and is no valid manifest: it may hold any App, so none is "gone" while it
  // lasts. Empty if there is none.
  std::string broken_file() const;
  // Some manifest can't be decoded yet, because it refers to a file that was not followed so far.
  bool pending() const;
  // Every other file that the manifests refer to, to be followed from now on.
  watch::Followed references() const;

 private:
  struct LoadedFile {
    std::string digest;
    std::string read_error;
    std::map<std::string, std::string> references;  // with what each was when last decoded
    bool pending = false;  // waits for a file that no snapshot has looked for yet
    model::Manifest last_good;
    std::vector<model::Diagnostic> diagnostics;
    std::vector<std::string> mentioned;
  };
  struct Candidate {
    std::string key;
    std::string file;
    std::variant<const model::App*, const model::SharedNetwork*> value;
  };

  bool load(const std::string& name, const watch::File& file, const watch::Snapshot& snapshot);
  void decode(const std::string& name, const watch::File& file, const watch::Snapshot& snapshot,
              LoadedFile& loaded) const;
  std::vector<Candidate> candidates() const;
  void report_clashes(const std::vector<Candidate>& all, std::set<std::string>& rejected);
  void rebuild(Changes& changes, SteadyTime now, bool complete);

  model::DecodeOptions decoding_;
  std::map<std::string, LoadedFile> loaded_;
  std::map<std::string, DesiredEntry> entries_;
  std::map<std::string, FileStatus> files_;
  std::set<std::string> mentioned_;
  bool complete_ = false;
  std::string problem_;
};

// Key of a `kind: Network` document in stores, queue and status.
std::string network_key(const std::string& name);

}  // namespace fairlead::controller
