// Keeps one file of the state directory as new as memory, without holding the loop up.
//
// Who changes something says so and goes on; who may not go on before it is on disk waits for
// durable(). All who wait while a write is on its way share the next one: a burst of changes costs
// two or three writes, not one each. Never are two on their way, which might end in the wrong
// order.
//
// A write appends what changed. The file is written whole, and so begun anew, where what was
// appended has become much longer than the whole, which keeps all that is written in proportion to
// what changed; and after an append that failed, whose end nobody knows, at once.
//
// What nobody waits for is written by keep() soon after, and again until the disk takes it.
//
//   disk.changed();                        // the inventory does, after each change in memory
//   auto kept = co_await disk.durable();   // all that was changed so far is on disk
//   if (!kept) co_return kept;             // nothing is sent then
//
// Why not a write for each change? An fsync takes milliseconds, on a bad day seconds; a cold start
// of a hundred containers has hundreds of intents. Why not later and without waiting? What is
// created unrecorded is nobody's for ever after a crash (docs/decisions/0006-intents-first.md).
//
// Why may a wait end before the write does? A disk that hangs must not hang the loop. The write
// goes on all the same, and what it carries counts when it has ended; the state that it needs
// outlives this object for it.
//
// One for each file. All on the loop, but for the file's own work (state_file.h). A disk that
// refuses is no reason to stop: what runs goes on, what would be created waits, and each App says
// so.
//
// Seen from outside: the log's `state not written`, once, with what the disk said, and `state is
// written again`.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "controller/record/state_file.h"

namespace fairlead::controller {

class GroupCommit {
 public:
  // A write that takes longer has failed for all who wait for it. It may still end, and until then
  // no other one begins.
  static constexpr Duration kPatience = std::chrono::seconds(10);

  // So much may be appended, in bytes, however short the whole is.
  static constexpr std::size_t kFloor = 64u << 10;

  // What is to be written, asked for when a write begins and for no other: the owner takes each
  // text for written from then on, and counts what changes afterwards for the next.
  struct Text {
    std::function<std::string()> whole;  // the file as it is to be now
    std::function<std::string()>
        changes;  // what is to follow the last text of either that was asked
  };

  // The clock must outlive this and its tasks.
  GroupCommit(std::unique_ptr<StateFile> file, Clock& clock, Text text, std::size_t floor = kFloor);

  // The file as it is. NotFound: there is none yet. Blocks: before the loop runs.
  Result<std::string> read();
  // What was read may be appended to: so many bytes are the whole, and so many follow it. Otherwise
  // the first write is a whole one.
  void go_on(std::size_t whole, std::size_t appended);
  // Writes the whole. Blocks: before the loop runs.
  Status write_now();

  // Something in memory is newer than the disk. Costs nothing by itself, and begins no write.
  void changed();
  // Ends when all that was changed so far is on disk; at once if it is. Otherwise with the disk's
  // own error, or Blocked/Timeout after kPatience or at `deadline`, or Transient/Timeout by stop().
  // What could not be written stays to be written.
  Task<Status> durable(SteadyTime deadline = SteadyTime::max());
  // The same for an orderly end; then writes the whole, if something was appended to it. How that
  // ends matters to nobody.
  Task<Status> folded(SteadyTime deadline);

  // Writes what nobody waits for, until stop(). `told` hears how each of its writes ended; one that
  // was refused is tried again after a growing pause, from 1 s to 30 s. Started once.
  Task<void> keep(std::function<void(const Status&)> told);
  // Ends keep() and all that wait now, for good. What is not on disk is for a last durable().
  void stop();

  // A write is on its way: the right to write must not be given to another process.
  bool writing() const;

 private:
  struct State;
  static Task<void> write(std::shared_ptr<State> state, StateFile::How how, std::string bytes);
  void begin(const boost::asio::any_io_executor& executor);
  std::shared_ptr<State> state_;  // outlives this for a write that does not end
  Text text_;
};

}  // namespace fairlead::controller
