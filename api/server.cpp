#include "api/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>
#include <optional>
#include <utility>

#include "api/address.h"
#include "api/session.h"
#include "api/unix_socket.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Out of file descriptors: accepting again at once would spin.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

// Reports what leaves a coroutine; after stop() the logger may be gone.
auto on_end(std::shared_ptr<Shared> shared, const char* task) {
  return [shared = std::move(shared), task](const std::exception_ptr& failed) {
    if (!failed || shared->stopping) return;
    shared->context.log.error("task failed", {{"task", task}, {"err", what_of(failed)}});
  };
}

// The address that was reached, for a listener on all of them: its own name is none that is sent.
Peer peer_of(const tcp::socket& socket, const std::string& listen_host) {
  boost::system::error_code gone;
  const auto endpoint = socket.local_endpoint(gone);
  return {.listen_host = listen_host,
          .reached_address = gone ? std::string() : endpoint.address().to_string()};
}

Peer peer_of(asio::local::stream_protocol::socket& socket, const std::string&) {
  return {.local = true, .who = peer_identity(socket), .listen_host = {}, .reached_address = {}};
}

// The connections of one listener.
struct Crowd {
  std::size_t ordinary = 0;
  std::list<std::uint64_t> health;  // sessions, oldest first
};

// Takes a place for the session: an ordinary one, or else one of those for health, whose oldest
// holder goes if there is none left. Nobody is turned away: a probe that comes late in a flood is
// let in, and the flood pays.
void seat(Crowd& crowd, Shared& shared, Peer& peer) {
  peer.session = shared.next_session++;
  peer.health_only = crowd.ordinary >= shared.options.max_connections;
  if (!peer.health_only) {
    ++crowd.ordinary;
    return;
  }
  if (crowd.health.size() >= shared.options.health_connections) {
    const auto oldest = shared.open.find(crowd.health.front());
    crowd.health.pop_front();
    if (oldest != shared.open.end()) oldest->second();
  }
  crowd.health.push_back(peer.session);
}

// By what it took: a place is given back where it was taken.
void leave(Crowd& crowd, std::uint64_t session, bool health_only) {
  if (health_only) {
    crowd.health.remove(session);
  } else {
    --crowd.ordinary;
  }
}

// Each listener has its own limit: a flood on TCP does not lock out the command line.
template <typename Acceptor>
Task<void> accept_loop(std::shared_ptr<Acceptor> acceptor, std::shared_ptr<Shared> shared,
                       std::string listen_host) {
  asio::steady_timer pause(acceptor->get_executor());
  auto crowd = std::make_shared<Crowd>();
  while (!shared->stopping) {
    auto [failed, socket] = co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
    // Closed by stop(). Anything else is an accept that failed: it goes on.
    if (shared->stopping || failed == asio::error::operation_aborted) co_return;
    if (failed) {
      pause.expires_after(kAcceptPause);
      auto [cancelled] = co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      if (cancelled) co_return;
      continue;
    }
    auto peer = peer_of(socket, listen_host);
    StreamSocket stream(std::move(socket));
    seat(*crowd, *shared, peer);
    // Called at the session's end, whatever ended it. Holds all that it needs, for the listener may
    // have gone by then.
    auto ended = [crowd, cut = peer.cut, session = peer.session, health_only = peer.health_only,
                  report = on_end(shared, "http session")](const std::exception_ptr& error) {
      leave(*crowd, session, health_only);
      report(error);
    };
    const auto cut = peer.cut;
    // With a slot, so that stop() can end what a handler waits for.
    asio::co_spawn(acceptor->get_executor(), serve(std::move(stream), shared, std::move(peer)),
                   asio::bind_cancellation_slot(cut->slot(), std::move(ended)));
  }
}

class HttpServer final : public Server {
 public:
  HttpServer(asio::any_io_executor executor, std::shared_ptr<Shared> shared)
      : executor_(std::move(executor)), shared_(std::move(shared)) {}
  ~HttpServer() override { stop(); }

  Status start() override {
    // Both are bound before either serves: a daemon that can't start does not answer either.
    if (!shared_->options.listen.empty()) {
      auto bound = bind_tcp();
      if (!bound) return bound;
    }
    if (!shared_->options.socket_path.empty()) {
      auto bound = bind_unix();
      if (!bound) return bound;
    }
    if (tcp_) spawn(accept_loop(tcp_, shared_, listen_host_));
    if (unix_) spawn(accept_loop(unix_, shared_, std::string()));
    return {};
  }

  void stop() override {
    // First: what the closing wakes must touch nothing any more.
    if (std::exchange(shared_->stopping, true)) return;
    boost::system::error_code ignored;
    if (tcp_) tcp_->close(ignored);
    if (unix_) unix_->close(ignored);
    socket_file_.reset();
    // Sessions leave `open` in a later turn, when their coroutines end: not under this loop.
    for (const auto& [id, close] : shared_->open)
      close();
  }

  unsigned short port() const override { return port_; }

 private:
  Status bind_tcp();
  Status bind_unix();
  void spawn(Task<void> loop) {
    asio::co_spawn(executor_, std::move(loop), on_end(shared_, "http listener"));
  }

  asio::any_io_executor executor_;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<tcp::acceptor> tcp_;
  std::shared_ptr<UnixAcceptor> unix_;
  std::unique_ptr<SocketFile> socket_file_;
  std::string listen_host_;
  unsigned short port_ = 0;
};

Status HttpServer::bind_tcp() {
  const auto address = parse_listen(shared_->options.listen);
  if (!address) return std::unexpected(address.error());
  const tcp::endpoint endpoint(asio::ip::make_address(address->host), address->port);
  auto acceptor = std::make_shared<tcp::acceptor>(executor_);
  boost::system::error_code failed;
  acceptor->open(endpoint.protocol(), failed);
  // A port whose connections of an earlier run still linger can be had again. Not one that is in
  // use.
  if (!failed) acceptor->set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor->bind(endpoint, failed);
  if (!failed) acceptor->listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    return failure(ErrorClass::kInvalid, Reason::kPermissionDenied,
                   "can't listen on " + shared_->options.listen + ": " + failed.message(),
                   "choose another address with --listen, or --listen none");
  }
  port_ = acceptor->local_endpoint().port();
  listen_host_ = address->host;
  tcp_ = std::move(acceptor);
  return {};
}

Status HttpServer::bind_unix() {
  auto acceptor = std::make_shared<UnixAcceptor>(executor_);
  auto file = listen_on(*acceptor, shared_->options.socket_path);
  if (!file) {
    // Neither serves if one can't.
    if (tcp_) tcp_.reset();
    return std::unexpected(file.error());
  }
  socket_file_ = std::move(*file);
  unix_ = std::move(acceptor);
  return {};
}

}  // namespace

std::unique_ptr<Server> make_server(asio::any_io_executor executor, Options options,
                                    Context context, std::span<const Route> table) {
  return std::make_unique<HttpServer>(std::move(executor),
                                      std::make_shared<Shared>(std::move(options), context, table));
}

}  // namespace fairlead::api
