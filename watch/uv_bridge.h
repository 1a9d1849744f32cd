// libuv inside an Asio loop: Asio waits for libuv's back end, then libuv runs one turn. One thread,
// no second loop.
//
// Asio is given a dup of the back end's descriptor, for it closes what it is given and libuv closes
// its own. libuv registers a new handle only in its next turn, so there is one at the start; with
// no live handle it would ask to be run for ever, so then it is not asked. libuv's timers are not
// used: a turn would not come by itself when one is due (base/clock.h has timers).
//
//   UvBridge bridge(executor);
//   if (!bridge.watch(inotify.fd(), [this] { on_events(); })) poll_only();
//
// libuv's documentation: "Event loop", uv_backend_fd().
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

namespace fairlead::watch {

// One descriptor for each bridge. Belongs to the executor's thread.
class UvBridge {
 public:
  explicit UvBridge(const boost::asio::any_io_executor& executor);
  // `on_readable` is not called again.
  ~UvBridge();

  // Calls `on_readable` on the executor's thread whenever `fd` has something to read, until the
  // bridge is destroyed. It must read all that is there, or is called again at once
  // (level-triggered), and must not throw: libuv is C. `fd` stays the caller's and must outlive the
  // bridge. False if the loop or the watch can't be made (no descriptors left); the bridge is then
  // of no further use. Once only.
  bool watch(int fd, std::function<void()> on_readable);

 private:
  struct Loop;
  std::shared_ptr<Loop> loop_;
};

}  // namespace fairlead::watch
