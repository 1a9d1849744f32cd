// Waits for the disk as the loop does, in a test that has no loop.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "controller/record/inventory.h"

namespace fairlead::test {

// All that was changed so far is on disk, or the disk's own error.
inline Status durable(controller::Inventory& inventory) {
  boost::asio::io_context io;
  Status written = failure(ErrorClass::kTransient, Reason::kInternalError, "it did not end");
  boost::asio::co_spawn(
      io, inventory.disk().durable(),
      [&written](const std::exception_ptr&, Status status) { written = std::move(status); });
  io.run();
  return written;
}

}  // namespace fairlead::test
