// Names whose way may lead over a file system that hangs are read on threads of their own: one that
// does not answer holds up neither the directory nor other names.
//
// Which names: manifests that are links, and followed files that are not plain files of the
// directory itself (scan.h sorts them out). Plain files are on the directory's own file system: if
// that hangs, nothing can be read anyway, and the whole scan says so.
//
// What hangs can't be interrupted; it keeps its thread until its file system answers. So a folder
// that hangs is left alone until then, and there is a bound for the threads: sixteen. Of one folder
// of the directory two may hang beneath it; then all of it is taken to hang, since it may be one
// file system.
//
// Names of one top folder are read by one thread, one after the other, for they are likely to hang
// together; other folders at the same time. Patience is counted from a reading's last step and not
// from its beginning: many files that are slow one by one do not hang.
//
// Threads: the class is the loop's; work() runs on threads, touches only what it was given, and
// tells through Progress, under its lock.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/pool.h"
#include "base/task.h"
#include "watch/directory.h"
#include "watch/inotify.h"
#include "watch/scan.h"

namespace fairlead::watch {

// Lives as long as the Directory: it remembers what hangs from one scan to the next.
class Apart {
 public:
  Apart(boost::asio::any_io_executor executor, std::shared_ptr<const Options> options);

  // What is to be read. Shared and const: threads may hold it long after the scan.
  struct Errand {
    std::set<Name> names;
    // The scan before: a file with the same bytes shares them.
    std::shared_ptr<const Scan> known;
    std::shared_ptr<const Inotify> inotify;  // null: no events
  };
  struct Found {
    std::vector<Scan> parts;
    // The names that did not answer: with an error. Their last good version stays in force.
    std::map<std::string, File> silent_files;
    std::map<std::string, File> silent_references;
    Inotify::Watches watches;  // of all names; those of a silent one as they last were
    bool hangs = false;        // something was waited for in vain
  };
  // Returns once all have answered, or those that are left made no step for `apart_slow_after`. One
  // at a time. A name that hangs delays only the scan that finds it out: the next ones leave it
  // alone until it has answered, and read it again then, for what it read at last is old.
  Task<Found> read(Errand errand);

  // Whoever waits is answered at once, by what there is: for the end of the process. Threads that
  // hang are left behind (base/pool.h).
  void give_up();

 private:
  // What a thread has done, and what it is at.
  struct Progress;
  // One thread's way through some of the names beneath one folder of the directory.
  struct Reading {
    std::string top;
    std::shared_ptr<Progress> progress;
    Pool::Answer<bool> ended;
  };

  static void work(const Options& options, const Errand& errand, Progress& progress);
  Task<void> forget_ended();
  // Those that nothing hangs over.
  std::set<Name> approachable(const std::string& top, const std::set<Name>& names) const;
  std::vector<Reading> begin(const Errand& errand);
  Task<bool> wait_for(Reading reading);
  bool collect(const Reading& reading, Errand& errand, Found& found);
  void say_silent(const Name& name, Found& found) const;

  std::shared_ptr<const Options> options_;
  Pool pool_;
  // From earlier scans: not to be waited for, and not to be read again.
  std::vector<Reading> hanging_;
  std::map<Name, Inotify::Watches> watches_;  // as they last were
  std::set<int> leftover_;                    // added by what hung, for nobody
  bool given_up_ = false;
};

}  // namespace fairlead::watch
