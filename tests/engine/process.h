// Small helpers of the engine tests: run a command, wait for a condition, a folder of one's own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace fairlead::engine_test {

struct Output {
  int exit_code = -1;  // 128 + signal when killed
  std::string text;    // stdout and stderr
  bool ok() const { return exit_code == 0; }
};

// Runs a program found in PATH to its end.
Output run(const std::vector<std::string>& arguments,
           std::chrono::seconds limit = std::chrono::seconds(60));

// Starts a program with its output appended to `log`; it is killed when this process ends.
pid_t start(const std::vector<std::string>& arguments, const std::filesystem::path& log);

// The exit code of a child of ours, as in Output; -1 if it still runs after `limit`.
int wait_for_exit(pid_t pid, std::chrono::milliseconds limit);

// Polls until `condition` holds; false when it never did within `limit`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds limit = std::chrono::seconds(60));

// True when `condition` holds at every poll of `span`.
bool stays(const std::function<bool()>& condition, std::chrono::seconds span);

std::string read_text(const std::filesystem::path& path);
// Written beside and renamed: a reader sees the old or the new text, never half of it.
void write_text(const std::filesystem::path& path, const std::string& text);

std::string trim(std::string text);
std::vector<std::string> lines(const std::string& text);

using test::TemporaryFolder;

}  // namespace fairlead::engine_test
