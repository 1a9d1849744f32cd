// Runs a real watch on a real directory and collects its snapshots.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "watch/directory.h"

namespace fairlead::watch {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

inline void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
}

class Watching : public testing::Test {
 protected:
  void SetUp() override {
    manifests = root / "manifests";
    fs::create_directory(manifests);
  }
  void TearDown() override {
    if (directory) directory->stop();
    io.restart();
    io.run_for(200ms);
    directory.reset();
  }

  void start(Duration rescan, bool events) {
    Options options;
    options.path = (path.empty() ? manifests : path).string();
    options.settle_time = settle;
    options.rescan_interval = rescan;
    options.use_events = events;
    options.max_file_bytes = 4096;
    options.slow_after = slow_after;
    options.apart_slow_after = apart_slow_after;
    options.followed = followed;
    directory = watch_directory(io.get_executor(), clock, options);
    boost::asio::co_spawn(io, collect(directory.get(), &snapshots),
                          [this](const std::exception_ptr& e) {
                            ended = true;
                            if (e) std::rethrow_exception(e);
                          });
  }

  static Task<void> collect(Directory* source, std::vector<Snapshot>* into) {
    while (true) {
      Result<Snapshot> snapshot = co_await source->next();
      if (!snapshot) co_return;
      into->push_back(std::move(*snapshot));
    }
  }

  void run_for(Duration time) {
    io.restart();
    io.run_for(time);
  }

  // `within` is for a test that fails: under load a second is nothing.
  bool eventually(const std::function<bool(const Snapshot&)>& wanted, Duration within = 60s) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    while (std::chrono::steady_clock::now() < deadline) {
      if (!snapshots.empty() && wanted(snapshots.back())) return true;
      run_for(5ms);
    }
    return false;
  }

  bool reads(const std::string& name, const std::string& text) {
    return eventually([&](const Snapshot& s) {
      const File* file = s.files.find(name);
      return s.complete && file != nullptr && file->error.empty() && *file->bytes == text;
    });
  }

  // The texts that `name` has had so far, without repeats.
  std::vector<std::string> history(const std::string& name) const {
    std::vector<std::string> texts;
    for (const Snapshot& s : snapshots) {
      const File* file = s.files.find(name);
      const std::string text = file == nullptr ? "(absent)" : *file->bytes;
      if (texts.empty() || texts.back() != text) texts.push_back(text);
    }
    return texts;
  }

  void shell(const std::string& command) const {
    const std::string line = "cd '" + root.string() + "' && " + command;
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  }

  test::TemporaryFolder folder;
  fs::path root = folder.path, manifests, path;
  Duration settle =
      50ms;  // tests whose changes come in pieces need more: under load a piece is late
  Duration slow_after = 30s;
  Duration apart_slow_after = 30s;  // tests of what hangs are to see it sooner
  Followed followed;
  boost::asio::io_context io;
  SystemClock clock{io.get_executor()};
  std::unique_ptr<Directory> directory;
  std::vector<Snapshot> snapshots;
  bool ended = false;
};

}  // namespace fairlead::watch
