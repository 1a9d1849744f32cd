// A short helper program, run to its end: `age`, credential helpers. Its input and output are kept
// in memory only (memfd), for both carry secrets: no pipe that fills up, no file that stays.
//
// When: for a program that answers a question and ends. Not for anything that goes on, that writes
// much (the output is kept whole, without a limit), or that must be asked often: each call is a
// process. What the engine can do is asked of the engine.
//
//   auto plain = run_child({"age", "--decrypt", "-i", identity}, bytes);
//   if (!plain) return unusable(plain.error());  // what age complained of
//
// Threads: may be called from several at once. Blocks, so it belongs on a pool (base/pool.h) and
// never on the loop.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

namespace fairlead {

// What it wrote, if it ended with 0; else the first line of its complaint: of standard error, or of
// standard output where that is empty, as Docker's credential helpers do.
//
// `words`: the program, found by PATH, and its arguments; no shell reads them, so nothing needs to
// be quoted. `input` is on its standard input, whole. It has our environment.
//
// Blocks, at most for `deadline`; then it is killed with all that it has started (it leads a
// process group of its own), and the error says so. On a kernel without pidfd_open (before Linux
// 5.3) there is no deadline. What it left running when it ended by itself is not looked for.
//
// It inherits no descriptor but its three, so that a helper that stays does not keep our port or
// lock, and has the signals' default dispositions: ours ignore SIGPIPE.
//
// The error is for a message. It may hold what the helper said, so it is masked where it is shown
// (base/printable.h), and it never holds `input`.
std::expected<std::string, std::string> run_child(
    std::vector<std::string> words, const std::string& input,
    std::chrono::milliseconds deadline = std::chrono::seconds(30));

// Kills whatever still runs, and starts no more: for the end of the process, where a pool leaves
// its threads behind and nobody would end what they wait for. Later calls of run_child() fail at
// once.
void end_children();

}  // namespace fairlead
