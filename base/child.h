// A short helper program, run to its end: age, credential helpers. Its input and output are kept in
// memory only. May be called from several threads at once.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

namespace fairlead {

// What it wrote, if it ended with 0; else the first line of its complaint. `words`: the program,
// found by PATH, and its arguments; no shell reads them. It has our environment. Blocks, at most
// for `deadline`: for a pool (pool.h). It inherits no descriptor but its three, has the signals'
// default dispositions, and is killed at the deadline with all that it has started.
std::expected<std::string, std::string> run_child(
    std::vector<std::string> words, const std::string& input,
    std::chrono::milliseconds deadline = std::chrono::seconds(30));

// Kills whatever still runs, and starts no more: for the end of the process.
void end_children();

}  // namespace fairlead
