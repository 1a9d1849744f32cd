// The only place that names concrete types: builds the parts and connects them. Everything else
// takes a Clock&, an Engine& or a Directory& and can't tell production from a simulation.
//
// Destruction is the order of members, backwards: whoever borrows is declared after what it
// borrows. The daemon's own parts, which are more, are in run.cpp.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/pool.h"
#include "base/random.h"
#include "base/result.h"
#include "cmd/fairlead/options.h"
#include "controller/record/inventory.h"
#include "docker/engine.h"
#include "watch/directory.h"

namespace fairlead::cli {

// What every command that talks to an engine needs. Not moved: its parts refer to each other.
struct World {
  boost::asio::io_context io;
  SystemClock clock{io.get_executor()};
  Pool pool{io.get_executor()};
  // For helper programs alone, so that four that hang leave the files readable.
  Pool helpers{io.get_executor(), 4};
  SystemRandom random;
  std::unique_ptr<Logger> log;
  std::unique_ptr<docker::Engine> engine;
};

// Engine and logger from the options; errors for a bad host or missing certificates. Asks no engine
// anything.
Result<std::unique_ptr<World>> make_world(const Options& options);

// In the state directory.
inline constexpr const char* kInventoryFile = "inventory.json";

// A directory that gives one scan, again with the files that are to be followed, then waits to be
// stopped: for commands without a daemon. Reads them in follow(), blocking. `clock` must outlive
// it.
std::unique_ptr<watch::Directory> single_scan(Clock& clock, watch::Options options,
                                              watch::Snapshot snapshot);

}  // namespace fairlead::cli
