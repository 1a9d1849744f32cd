#include "api/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <list>
#include <optional>
#include <utility>

#include "api/routes.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using boost::system::error_code;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Address {
  asio::ip::address ip;
  unsigned short port = 0;
};

Result<Address> parse_listen(const std::string& listen) {
  const auto invalid = failure(ErrorClass::kInvalid, Reason::kInternalError,
                               "not a listen address: " + listen, "ADDR:PORT: 127.0.0.1:9478");
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return invalid;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code bad;
  Address address;
  address.ip = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, bad);
  const std::string port = listen.substr(colon + 1);
  const bool digits = !port.empty() && port.size() < 6 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (bad || !digits || std::stoul(port) > 65535) return invalid;
  address.port = static_cast<unsigned short>(std::stoul(port));
  return address;
}

class HttpServer final : public Server {
 public:
  HttpServer(asio::any_io_executor executor, Options options, Routes routes, Logger& log)
      : executor_(executor),
        options_(std::move(options)),
        routes_(routes),
        log_(log),
        tcp_(executor),
        local_(executor) {}

  ~HttpServer() override { remove_socket(); }

  Status start() override {
    if (!options_.listen.empty()) {
      auto bound = bind_tcp();
      if (!bound) return bound;
      spawn("tcp", accept_loop(tcp_, false));
    }
    if (!options_.socket_path.empty()) {
      auto bound = bind_local();
      if (!bound) return bound;
      spawn("socket", accept_loop(local_, true));
    }
    return {};
  }

  void stop() override {
    error_code ignored;
    tcp_.close(ignored);
    local_.close(ignored);
    remove_socket();
  }

  unsigned short port() const override { return port_; }

 private:
  Status bind_tcp() {
    const auto address = parse_listen(options_.listen);
    if (!address) return std::unexpected(address.error());
    const asio::ip::tcp::endpoint endpoint(address->ip, address->port);
    error_code bad;
    tcp_.open(endpoint.protocol(), bad);
    if (!bad) tcp_.set_option(asio::socket_base::reuse_address(true), bad);
    if (!bad) tcp_.bind(endpoint, bad);
    if (!bad) tcp_.listen(asio::socket_base::max_listen_connections, bad);
    if (!bad) port_ = tcp_.local_endpoint(bad).port();
    if (!bad) return {};
    return failure(ErrorClass::kBlocked, Reason::kPortConflict,
                   "can't listen on " + options_.listen + ": " + bad.message(),
                   "give another address with --listen, or --listen none");
  }

  // The socket of a daemon that died is in the way; anything that is no socket is not ours.
  Status bind_local() {
    const auto& path = options_.socket_path;
    struct stat found{};
    if (::lstat(path.c_str(), &found) == 0) {
      if (!S_ISSOCK(found.st_mode)) {
        return failure(ErrorClass::kBlocked, Reason::kInternalError,
                       path + " exists and is not a socket", "remove it, or move it away");
      }
      ::unlink(path.c_str());
    }
    error_code bad;
    local_.open({}, bad);
    const auto mask = ::umask(0177);
    if (!bad) local_.bind(asio::local::stream_protocol::endpoint(path), bad);
    ::umask(mask);
    if (!bad) local_.listen(asio::socket_base::max_listen_connections, bad);
    own_socket_ = !bad;
    if (!bad) return {};
    return failure(ErrorClass::kBlocked, Reason::kInternalError,
                   "can't listen on " + path + ": " + bad.message(),
                   "give another --state-dir; socket paths are limited to 100 bytes");
  }

  void remove_socket() {
    if (std::exchange(own_socket_, false)) ::unlink(options_.socket_path.c_str());
  }

  void spawn(const char* what, Task<void> task) {
    asio::co_spawn(executor_, std::move(task), [this, what](std::exception_ptr failed) {
      if (!failed) return;
      try {
        std::rethrow_exception(failed);
      } catch (const std::exception& e) {
        log_.error("server task failed", {{"task", what}, {"err", e.what()}});
      }
    });
  }

  template <typename Acceptor>
  Task<void> accept_loop(Acceptor& acceptor, bool local) {
    while (acceptor.is_open()) {
      auto [code, socket] = co_await acceptor.async_accept(kAwait);
      if (code == asio::error::operation_aborted || code == asio::error::bad_descriptor) break;
      if (code) {
        log_.warn("accept failed", {{"err", code.message()}});
        continue;
      }
      if (connections_ >= options_.max_connections) continue;  // closed by its destructor
      spawn("session", session(std::move(socket), local));
    }
  }

  template <typename Socket>
  Task<void> session(Socket socket, bool local) {
    using Protocol = typename Socket::protocol_type;
    beast::basic_stream<Protocol, asio::any_io_executor> stream(std::move(socket));
    ++connections_;
    beast::flat_buffer buffer;
    bool keep = true;
    while (keep) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(options_.max_request_bytes);
      stream.expires_after(options_.idle_deadline);
      auto [bad, got] = co_await http::async_read(stream, buffer, parser, kAwait);
      if (bad) break;
      const auto begin = std::chrono::steady_clock::now();
      const auto& message = parser.get();
      Request request{std::string(message.method_string()), std::string(message.target()), local};
      const Response response = routes_.serve(request);
      http::response<http::string_body> answer(static_cast<http::status>(response.status),
                                               message.version());
      answer.set(http::field::content_type, response.content_type);
      answer.set("X-Content-Type-Options", "nosniff");
      answer.keep_alive(message.keep_alive());
      answer.body() = response.body;
      answer.prepare_payload();
      keep = answer.keep_alive();
      const double took =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      routes_.metrics.http_request(response.route, request.method, response.status, took);
      auto [unsent, sent] = co_await http::async_write(stream, answer, kAwait);
      if (unsent) break;
    }
    --connections_;
  }

  asio::any_io_executor executor_;
  Options options_;
  Routes routes_;
  Logger& log_;
  asio::basic_socket_acceptor<asio::ip::tcp> tcp_;
  asio::basic_socket_acceptor<asio::local::stream_protocol> local_;
  std::size_t connections_ = 0;
  unsigned short port_ = 0;
  bool own_socket_ = false;
};

}  // namespace

std::unique_ptr<Server> make_server(asio::any_io_executor executor, Options options,
                                    const controller::View& view, controller::Commands& commands,
                                    metrics::Metrics& metrics, Logger& log) {
  return std::make_unique<HttpServer>(std::move(executor), std::move(options),
                                      Routes{view, commands, metrics}, log);
}

}  // namespace fairlead::api
