#include "watch/uv_bridge.h"

#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

namespace fairlead::watch {
namespace asio = boost::asio;

// Lives on the heap: libuv keeps the addresses of its loop and handle. Shared: asio may run a
// handler that it has queued before the bridge went.
struct UvBridge::Loop : std::enable_shared_from_this<Loop> {
  explicit Loop(const asio::any_io_executor& executor) : backend(executor) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  ~Loop() {
    if (!loop_made) return;
    // A closed handle is given back in a later turn; uv_loop_close() refuses a loop with one.
    if (polling) {
      uv_close(reinterpret_cast<uv_handle_t*>(&poll), nullptr);
      uv_run(&loop, UV_RUN_DEFAULT);
    }
    uv_loop_close(&loop);
  }

  bool start(int fd);
  void await_backend();
  void turn();

  uv_loop_t loop{};
  uv_poll_t poll{};
  bool loop_made = false;
  bool polling = false;
  asio::posix::stream_descriptor backend;
  std::function<void()> on_readable;
};

bool UvBridge::Loop::start(int fd) {
  loop_made = uv_loop_init(&loop) == 0;
  if (!loop_made) return false;
  // A dup, because Asio closes what it is given and libuv closes its own.
  const int copy = ::fcntl(uv_backend_fd(&loop), F_DUPFD_CLOEXEC, 0);
  boost::system::error_code failed;
  if (copy >= 0) backend.assign(copy, failed);
  if (failed) ::close(copy);
  if (copy < 0 || failed) return false;
  polling = uv_poll_init(&loop, &poll, fd) == 0;
  if (!polling) return false;
  poll.data = this;
  const auto readable = [](uv_poll_t* handle, int, int) {
    static_cast<Loop*>(handle->data)->on_readable();
  };
  if (uv_poll_start(&poll, UV_READABLE, readable) != 0) return false;
  // libuv registers a new handle only in its next turn.
  turn();
  await_backend();
  return true;
}

// One wait for each turn: the descriptor of an epoll instance is readable while one of its own is.
void UvBridge::Loop::await_backend() {
  // With no live handle libuv asks to be run at once, for ever.
  if (uv_loop_alive(&loop) == 0) return;
  backend.async_wait(asio::posix::stream_descriptor::wait_read,
                     [weak = weak_from_this()](const boost::system::error_code& failed) {
                       const auto self = weak.lock();
                       if (failed || !self) return;
                       self->turn();
                       self->await_backend();
                     });
}

void UvBridge::Loop::turn() {
  // libuv's time stands still between turns.
  uv_update_time(&loop);
  uv_run(&loop, UV_RUN_NOWAIT);
}

UvBridge::UvBridge(const asio::any_io_executor& executor)
    : loop_(std::make_shared<Loop>(executor)) {}

UvBridge::~UvBridge() = default;

bool UvBridge::watch(int fd, std::function<void()> on_readable) {
  loop_->on_readable = std::move(on_readable);
  return loop_->start(fd);
}

}  // namespace fairlead::watch
