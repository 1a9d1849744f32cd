#include "controller/report/status_board.h"

#include <utility>

namespace fairlead::controller {

bool differs(const AppStatus& before, const AppStatus& after) {
  AppStatus same_look = before;
  same_look.last_success = after.last_success;  // moves with each pass
  return same_look != after;
}

StatusBoard::Edit::Edit(StatusBoard& board, std::string key)
    : board_(board),
      key_(std::move(key)),
      fresh_(!board.rows_.contains(key_)),
      row_(board.rows_[key_]),
      before_(row_) {}

StatusBoard::Edit::~Edit() {
  // In the destructor: no way out of the caller leaves a change untold.
  if (fresh_ || differs(before_, row_)) board_.changes_.changed(key_);
}

void StatusBoard::confirm(const std::string& key, WallTime when) {
  // Past the comparison: readers are not woken for a time.
  if (const auto row = rows_.find(key); row != rows_.end()) row->second.last_success = when;
}

void StatusBoard::erase(const std::string& key) {
  if (rows_.erase(key) > 0) changes_.gone(key);
}

}  // namespace fairlead::controller
