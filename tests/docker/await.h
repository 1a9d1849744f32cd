// Runs one call of an engine to its end, for tests that are not coroutines.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>

#include "base/result.h"
#include "base/task.h"

namespace fairlead::docker {

// An error "no end" when nothing happens for 60 s.
template <typename T>
Result<T> await(boost::asio::io_context& io, Task<Result<T>> task) {
  std::optional<Result<T>> result;
  boost::asio::co_spawn(io, std::move(task),
                        [&result](const std::exception_ptr& failed, Result<T> value) {
                          EXPECT_FALSE(failed);
                          result = std::move(value);
                        });
  io.restart();
  while (!result && io.run_one_for(std::chrono::seconds(60)) > 0) {
  }
  if (!result) return failure(ErrorClass::kTransient, Reason::kInternalError, "no end");
  return std::move(*result);
}

}  // namespace fairlead::docker
