// The desired store: the last good version of every file, and from them the one App or Network that
// each name stands for. Pure but for where decoding runs: snapshots in, values out.
//
// A bad file changes nothing: its last good version stays in force (F082, F083). Neither does one
// that claims what another has: of two files with one App, the one that it came from keeps it, also
// after a restart; a Docker name, host port or subnet stays with the App that has it (F085, W26).
// When that file is gone, the other takes over once this has stood as long as a removal takes.
//
//   store.read(snapshot, now);                    // begins to decode what is new in it
//   …                                             // store.decoding(ticket): wait a little
//   const auto changes = store.apply(snapshot, now);
//   for (const auto& key : changes.keys) …        // came, changed or went: work on it
//   directory.follow(store.references());         // what the manifests refer to
//
//   the file                      its Apps
//   is as it was                  as they were; not decoded again
//   changed, valid                in force with this snapshot, or with the one after its decoding
//   changed, being decoded        as they were
//   has errors, can't be read     as they were, and none of anybody is taken for gone meanwhile
//   is gone                       gone, if the snapshot is complete; removal is another matter
//
// A file that changes costs what it holds, however many others there are, as long as nobody is in
// anybody's way (`calm_`); otherwise all are looked at. All on the loop; what is decoded elsewhere
// owns what it touches.
//
// A snapshot costs what is new in it: it is compared with the one before, and only manifests whose
// bytes, or whose references, are others are looked at, besides those that change by themselves
// (being decoded, or waiting for a helper). The comparison finds whatever differs; nobody tells the
// store what changed.
//
// Seen from outside: `manifest diagnostic` in the log, all of a file's again when one of them
// changed; `fairlead get files`; fairlead_manifest_valid. An App that does not follow its file:
// look whether the file is valid, and then whose the name is.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "controller/desired/file_status.h"
#include "controller/guard/part_absence.h"
#include "controller/guard/prune.h"
#include "model/check/clashes.h"
#include "model/manifest.h"
#include "watch/directory.h"

namespace fairlead::controller {

// What one key stands for, as the manifest's decoding has left it. Shared, and never changed.
using DesiredValue =
    std::variant<std::shared_ptr<const model::App>, std::shared_ptr<const model::SharedNetwork>>;

// What one key (App name, or network/NAME) should be.
//
// The value is a part of its manifest, which lives as long as anybody holds a part of it: nobody
// copies an App, neither a rebuild nor a pass.
struct DesiredEntry {
  DesiredValue value;  // never null
  std::string file;
  std::string digest;
  PartAbsence parts;  // since when its parts are gone, for their removal

  const model::App* app() const;                // null: a Network
  const model::SharedNetwork* network() const;  // null: an App
  bool suspended() const;
};

// Who was in force before this process: from the inventory. Without it a restart would decide anew
// whose a name is, by the order of files.
struct Incumbents {
  std::map<std::string, std::string> files;    // by key: the manifest that it came from
  std::map<std::string, std::string> digests;  // by key: what it was last brought to
  model::NameOwners names;
};

// Where manifests are decoded. `work` owns all that it touches; `helpers`: it may ask a helper
// program (`age`), and so wait for long. `done` takes what came of it, on the loop: before this
// returns, or later, or never where the process ends. An error: it could not be decoded now.
using DecodeSomewhere =
    std::function<void(std::function<model::Manifest()> work,
                       std::function<void(Result<model::Manifest>)> done, bool helpers)>;

// What a manifest is told of a file that it refers to; null: there is none.
model::Source source_of(const watch::File* file);

class DesiredStore {
 public:
  // `decoding`: all but `read`, which are the snapshot's files. `incumbents` is asked whenever
  // files changed. `rules`: when a name is free for another file. Without `somewhere` a manifest is
  // decoded where it is met; with it, the store must outlive what it began.
  explicit DesiredStore(model::DecodeOptions decoding = {},
                        std::function<Incumbents()> incumbents = {}, PruneRules rules = {},
                        DecodeSomewhere somewhere = {})
      : decoding_(std::move(decoding)),
        incumbents_(std::move(incumbents)),
        rules_(rules),
        somewhere_(std::move(somewhere)) {}

  struct Changes {
    std::set<std::string> keys;      // entries that came, changed or went
    std::vector<std::string> files;  // files whose validity or diagnostics changed
  };

  // Begins to decode what changed. `decoding()` with the ticket that it returns tells whether that
  // lasts. Changes nothing that is in force: apply() does.
  std::uint64_t read(const std::shared_ptr<const watch::Snapshot>& snapshot, SteadyTime now);
  // What a helper failed at is tried again at the next snapshot, and not only after a pause.
  void retry();
  bool decoding(std::uint64_t since = 0) const {
    return in_flight_.lower_bound(since) != in_flight_.end();
  }
  // A file that is still being decoded stays as it was: its snapshot is applied again later. To be
  // called for repeats as well, since absences are counted by them: those that are whole, while
  // what is broken starts the count over whichever it is.
  Changes apply(const std::shared_ptr<const watch::Snapshot>& snapshot, SteadyTime now);

  const DesiredEntry* find(const std::string& key) const;
  const std::map<std::string, DesiredEntry>& entries() const { return entries_; }
  const std::map<std::string, FileStatus>& files() const { return files_; }
  // Every key that a readable, broken or clashing file still speaks of: none of them is "gone".
  const std::set<std::string>& mentioned() const { return mentioned_; }
  // The last snapshot was whole and every file in it could be read.
  bool complete() const { return complete_; }
  // Why the last snapshot was not whole, in the words of watch/; "" if it was.
  const std::string& problem() const { return problem_; }
  // A file that is there and is no valid manifest, or not yet: it may hold any App, so none is
  // "gone" while it lasts. Empty if there is none.
  std::string broken_file() const { return unclear_.empty() ? std::string() : *unclear_.begin(); }
  // Some manifest can't be decoded yet, because it refers to a file that was not followed so far;
  // one that is being decoded takes its time.
  bool pending() const { return !pending_.empty(); }
  // What some manifest holds is not known yet.
  bool undecided() const { return decoding() || pending(); }
  // Every other file that the manifests refer to, as of the last snapshot that was applied, to be
  // followed from now on; and while one is decoded, whatever that looks for. Never null.
  std::shared_ptr<const watch::Followed> references() const;
  // Grows whenever the keys, the file of one of them, or what is mentioned, may have changed.
  std::uint64_t rebuilds() const { return rebuilds_; }

 private:
  struct LoadedFile {
    std::string digest;
    std::string read_error;
    std::map<std::string, std::string> references;  // with what each was when last decoded
    bool pending = false;        // waits for a file that no snapshot has looked for yet
    std::uint64_t decoding = 0;  // ticket of what is on its way; 0: nothing
    std::shared_ptr<const watch::Followed> looked_for;  // by the snapshot that is decoded
    SteadyTime retry_at = SteadyTime::max();            // a helper failed: the same bytes, again
    // Never null. Without what the members below have of it.
    std::shared_ptr<const model::Manifest> last_good = std::make_shared<model::Manifest>();
    std::vector<model::Diagnostic> diagnostics;
    std::vector<std::string> mentioned;
    // As of the last rebuild:
    std::set<std::string> keys;
    std::vector<std::string> counted;  // of `mentioned`
  };
  // What is decoded, and what came of it.
  struct Decoding {
    std::uint64_t ticket = 0;
    std::string name;
    std::string digest;
    std::shared_ptr<const watch::Snapshot> snapshot;
    SteadyTime began{};
    std::shared_ptr<std::atomic<bool>> helper_failed;
  };
  struct Candidate {
    std::string key;
    std::string file;
    DesiredValue value;
    int rank = 2;  // 0: as it was in force, 1: a new version of that, 2: new
  };
  // A name whose file does not hold it any more, and others want.
  struct Vacancy {
    int scans = 0;
    SteadyTime since{};
  };
  // One rebuild.
  struct Choice {
    Incumbents known;
    std::vector<Candidate> winners;
    std::set<std::string> kept;  // keys that stay as they are, though their file says otherwise
  };

  static bool on_its_way(const LoadedFile& loaded);
  static bool unclear(const LoadedFile& loaded);
  std::set<std::string> to_be_read(const watch::Snapshot& snapshot);
  void note_file(const std::string& name, const watch::Snapshot& snapshot);
  void note_state(const std::string& name, const LoadedFile& loaded);
  void set_references(const std::string& name, LoadedFile& loaded,
                      std::map<std::string, std::string> now);
  void drop_absent(const watch::Snapshot& snapshot);
  void follow_references();
  void load(const std::string& name, const watch::File& file,
            const std::shared_ptr<const watch::Snapshot>& snapshot, SteadyTime now);
  void decode(const std::string& name, const watch::File& file,
              const std::shared_ptr<const watch::Snapshot>& snapshot, LoadedFile& loaded,
              SteadyTime now);
  void decoded(const Decoding& what, Result<model::Manifest> manifest);
  void unreadable(const std::string& name, LoadedFile& loaded, const Error& error);
  static std::vector<Candidate> candidates_in(const std::string& file, const LoadedFile& loaded);
  std::map<std::string, std::vector<Candidate>> candidates() const;
  void choose(const std::vector<Candidate>& claimants, Choice& choice, SteadyTime now);
  bool vacant(const std::string& key, const std::string& owner, SteadyTime now);
  void refuse(const Candidate& loser, const std::string& where, const std::string& hint);
  void report_clashes(Choice& choice);
  void rebuild(Changes& changes, SteadyTime now);
  bool replace_news(Changes& changes);
  bool news_stay_apart();
  void judge(const FileStatus* before, FileStatus& status, Changes& changes) const;
  DesiredEntry entry_of(const Candidate& winner) const;
  void index_wants();
  void count_absences(SteadyTime now);

  model::DecodeOptions decoding_;
  std::function<Incumbents()> incumbents_;
  PruneRules rules_;
  DecodeSomewhere somewhere_;
  std::map<std::string, LoadedFile> loaded_;
  // Of the files, by name, so that a snapshot costs what is new in it.
  std::shared_ptr<const watch::Snapshot> seen_;  // read last; null: none
  std::set<std::string> due_;       // to be compared with the next snapshot all the same
  std::set<std::string> restless_;  // likewise, until that changes: see note_state()
  std::set<std::string> unclear_;
  std::set<std::string> pending_;
  std::set<std::string> stirred_;     // whose FileStatus::decoding may be another since apply()
  std::set<std::string> unreadable_;  // in `seen_`
  std::set<std::string> absent_;      // loaded, and not in `seen_`
  std::map<std::string, std::set<std::string>> referrers_;  // by path: the manifests
  bool new_references_ = false;                             // since `followed_`
  std::shared_ptr<const watch::Followed> followed_ =
      std::make_shared<const watch::Followed>(watch::Followed{model::kEnvironmentFile});
  std::uint64_t rebuilds_ = 0;
  std::set<std::uint64_t> in_flight_;
  std::uint64_t last_ticket_ = 0;
  std::set<std::string> news_;  // files that are decoded anew since the last rebuild
  bool lost_files_ = false;     // likewise: some have gone
  // The last rebuild refused nobody anything: each name is in one file, and nobody wants what
  // another has. As long as the files that change keep to that, no others are looked at.
  bool calm_ = false;
  model::WantIndex wants_;  // of all that is in force
  std::map<std::string, DesiredEntry> entries_;
  std::map<std::string, FileStatus> files_;
  std::set<std::string> mentioned_;
  std::map<std::string, Vacancy> vacancies_;  // by key
  bool complete_ = false;
  bool whole_ = false;  // as of the last snapshot: absences count
  std::string problem_;
};

}  // namespace fairlead::controller
