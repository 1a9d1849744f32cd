#include "api/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "api/address.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
constexpr const char* kServerName = "fairlead";

struct Connection {
  Connection(StreamSocket socket, std::shared_ptr<Shared> common, Peer from)
      : stream(std::move(socket)), shared(std::move(common)), peer(std::move(from)) {
    shared->open[peer.session] = [this] { stream.close(); };
  }
  ~Connection() { shared->open.erase(peer.session); }
  Duration deadline() const {
    return peer.health_only ? shared->options.health_deadline : shared->options.idle_deadline;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Stream stream;
  beast::flat_buffer buffer;
  std::shared_ptr<Shared> shared;
  Peer peer;
};

// Names that go into a metric: a client must not invent series.
std::string_view known_method(std::string_view method) {
  static constexpr std::array kMethods = {"GET", "HEAD", "POST"};
  return std::ranges::find(kMethods, method) == kMethods.end() ? "other" : method;
}

struct ReadFailure {
  http::error code;
  int status;
  const char* message;
};
constexpr ReadFailure kReadFailures[] = {
    {http::error::body_limit, 413, "the body is too large"},
    {http::error::header_limit, 431, "the header is too large"},
    {http::error::buffer_overflow, 431, "the header is too large"},
};

// The reply to a request that can't be read; nullopt when the client has just gone or fallen
// silent.
std::optional<Response> complaint(const boost::system::error_code& failed) {
  static const auto& kCategory = make_error_code(http::error::bad_method).category();
  if (failed == http::error::end_of_stream || failed == http::error::partial_message ||
      failed.category() != kCategory) {
    return std::nullopt;
  }
  Error error{ErrorClass::kInvalid, Reason::kNone, "this is not an HTTP request", ""};
  for (const auto& row : kReadFailures) {
    if (failed != row.code) continue;
    error.message = row.message;
    return error_response(row.status, error);
  }
  return error_response(400, error);
}

// HTTP/1.1 wants exactly one Host; an HTTP/1.0 client without one is no browser.
bool host_ours(const HttpRequest& request, const Peer& peer) {
  const auto count = request.count(http::field::host);
  if (count == 0) return request.version() < 11;
  return count == 1 &&
         host_is_ours(request[http::field::host], peer.listen_host, peer.reached_address);
}

HttpResponse to_http(Response response, unsigned version, bool keep_alive) {
  HttpResponse out;
  out.version(version);
  out.result(static_cast<unsigned>(response.status));
  out.set(http::field::server, kServerName);
  out.set(http::field::content_type, response.content_type);
  out.set(http::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  if (!response.allow.empty()) out.set(http::field::allow, response.allow);
  out.keep_alive(keep_alive);
  out.body() = std::move(response.body);
  out.prepare_payload();
  return out;
}

bool asks_for_health(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  return path == "/healthz" || path == "/readyz";
}

Response busy() {
  return error_response(
      503, {ErrorClass::kTransient, Reason::kNone, "too many connections", "close some of them"});
}

HttpResponse respond(Connection& connection, const HttpRequest& received) {
  const auto begin = std::chrono::steady_clock::now();
  const Context& context = connection.shared->context;
  Request request;
  request.method = received.method_string();
  request.target = received.target();
  request.local = connection.peer.local;
  request.host_ours = request.local || host_ours(received, connection.peer);
  const bool crowded = connection.peer.health_only && !asks_for_health(request.target);
  auto [response, handler] = crowded ? Answer{busy(), "other"} : answer(context, request);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  context.metrics.http_request(handler, known_method(request.method), response.status,
                               took.count());
  const bool more = received.keep_alive() && !connection.peer.health_only;
  auto out = to_http(std::move(response), received.version(), more);
  if (received.method() == http::verb::head) out.body().clear();  // its length stays
  return out;
}

HttpResponse refuse(Connection& connection, Response response) {
  connection.shared->context.metrics.http_request("other", "other", response.status, 0);
  return to_http(std::move(response), 11, false);
}

// One request and its reply. False: the connection is over.
Task<bool> serve_one(Connection* connection) {
  const auto& options = connection->shared->options;
  http::request_parser<http::string_body> parser;
  parser.header_limit(kMaxHeaderBytes);
  parser.body_limit(options.max_request_bytes);
  // One deadline for the whole request: a client that drips bytes gets no more time than others.
  connection->stream.expires_after(connection->deadline());
  auto [failed, received] = co_await http::async_read(connection->stream, connection->buffer,
                                                      parser, asio::as_tuple(asio::use_awaitable));
  if (connection->shared->stopping) co_return false;
  HttpResponse reply;
  if (failed) {
    auto response = complaint(failed);
    if (!response) co_return false;
    reply = refuse(*connection, std::move(*response));
  } else {
    reply = respond(*connection, parser.get());
  }
  const bool more = reply.keep_alive();
  connection->stream.expires_after(connection->deadline());
  auto [broken, sent] =
      co_await http::async_write(connection->stream, reply, asio::as_tuple(asio::use_awaitable));
  co_return more && !broken;
}

}  // namespace

Task<void> serve(StreamSocket socket, std::shared_ptr<Shared> shared, Peer peer) {
  Connection connection(std::move(socket), std::move(shared), std::move(peer));
  for (;;) {
    const bool more = co_await serve_one(&connection);
    if (!more) break;
  }
  boost::system::error_code ignored;
  connection.stream.socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

}  // namespace fairlead::api
