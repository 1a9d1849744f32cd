// libuv inside an Asio loop: Asio waits for libuv's back end, then libuv runs one turn.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

namespace fairlead::watch {

class UvBridge {
 public:
  explicit UvBridge(const boost::asio::any_io_executor& executor);
  ~UvBridge();

  // Calls `on_readable` on the executor's thread whenever `fd` has something to read, until the
  // bridge is destroyed. `fd` stays the caller's and must outlive the bridge. False if the loop or
  // the watch can't be made (no descriptors left); the bridge is then of no further use.
  bool watch(int fd, std::function<void()> on_readable);

 private:
  struct Loop;
  std::shared_ptr<Loop> loop_;
};

}  // namespace fairlead::watch
