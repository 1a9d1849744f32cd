// The status of every App and Network, written by the loop alone. Whatever an edit leaves different
// is one change (changes.h); a pass that found everything as it was is none.
//
//   const auto edit = board.edit("shop");
//   edit.status().sync = "Synced";
//   // the end of the scope compares and tells
//
// Nobody else writes a row, and nobody has to say that he changed one: what readers wait for can't
// be forgotten. The price is a copy and a comparison for each edit, so a pass edits a few times at
// most.
#pragma once

#include <map>
#include <string>

#include "controller/report/changes.h"
#include "controller/report/status.h"

namespace fairlead::controller {

// Does a reader see more than that the App was looked at again? `last_success` alone is no
// difference.
bool differs(const AppStatus& before, const AppStatus& after);

// The rows are what View::apps() shows. References hold until a row is erased.
class StatusBoard {
 public:
  // One row, open for writing until this goes out of scope. Must not outlive a suspension, nor the
  // board; two for one key at a time would each tell of their own half.
  class Edit {
   public:
    Edit(StatusBoard& board, std::string key);
    ~Edit();
    Edit(const Edit&) = delete;
    Edit& operator=(const Edit&) = delete;
    AppStatus& status() const { return row_; }

   private:
    StatusBoard& board_;
    std::string key_;
    bool fresh_;
    AppStatus& row_;
    AppStatus before_;
  };

  const std::map<std::string, AppStatus>& rows() const { return rows_; }
  bool contains(const std::string& key) const { return rows_.contains(key); }
  // Makes the row if it is not there.
  Edit edit(const std::string& key) { return {*this, key}; }
  void erase(const std::string& key);
  // It was found in sync again, which is no change.
  void confirm(const std::string& key, WallTime when);

  const Changes& changes() const { return changes_; }
  // For what is no status.
  void news() { changes_.news(); }

 private:
  std::map<std::string, AppStatus> rows_;
  Changes changes_;
};

}  // namespace fairlead::controller
