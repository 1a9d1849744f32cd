#include "api/session.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "api/address.h"
#include "api/replies.h"
#include "api/sent_events.h"
#include "base/guard.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

// Of one request; Beast's own is 8 KiB.
constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
constexpr const char* kServerName = "fairlead";

// What wakes a stream that has nothing to send: more of it, the client's end, or the server's.
// Shared with those who wake, who may do so after the session has ended.
struct Waker {
  explicit Waker(Stream& from) : stream(&from), timer(from.get_executor()) {}
  // Kept in `woken` too: between take() and the wait nothing may get lost.
  void wake() {
    woken = true;
    timer.cancel();
  }
  void end() {
    over = true;
    wake();
  }

  Stream* stream;  // null after the session
  asio::steady_timer timer;
  bool woken = false;
  bool over = false;
};

// One session's socket and what belongs to it. In `open` under its number as long as it lives.
struct Connection {
  Connection(StreamSocket socket, std::shared_ptr<Shared> common, Peer from)
      : stream(std::move(socket)),
        shared(std::move(common)),
        peer(std::move(from)),
        waker(std::make_shared<Waker>(stream)) {
    shared->open[peer.session] = [this] { close(); };
  }
  // From outside: what is awaited ends with an error. A handler's own wait is cut only when the
  // server stops; else it ends by itself, and its reply goes nowhere.
  void close() {
    stream.close();
    waker->end();
    if (shared->stopping) peer.cut->emit(asio::cancellation_type::terminal);
  }
  ~Connection() {
    // Those who wake later find nothing to do it to.
    waker->stream = nullptr;
    shared->open.erase(peer.session);
  }
  Duration deadline() const {
    return peer.health_only ? shared->options.health_deadline : shared->options.idle_deadline;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Stream stream;
  beast::flat_buffer buffer;
  std::shared_ptr<Shared> shared;
  Peer peer;
  std::shared_ptr<Waker> waker;
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
// silent: a complaint would reach nobody.
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

// HTTP/1.1 wants exactly one Host; an HTTP/1.0 client without one is no browser. Two could be read
// in two ways.
bool host_ours(const HttpRequest& request, const Peer& peer) {
  const auto count = request.count(http::field::host);
  if (count == 0) return request.version() < 11;
  return count == 1 &&
         host_is_ours(request[http::field::host], peer.listen_host, peer.reached_address);
}

// What all replies have. `nosniff`, for a browser must not take texts of manifests for a page.
template <typename Body>
void set_fields(http::response<Body>& out, const Response& response, unsigned version,
                bool keep_alive) {
  out.version(version);
  out.result(static_cast<unsigned>(response.status));
  out.set(http::field::server, kServerName);
  out.set(http::field::content_type, response.content_type);
  out.set(http::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  if (!response.allow.empty()) out.set(http::field::allow, response.allow);
  out.keep_alive(keep_alive);
}

// Whole, with its length.
HttpResponse to_http(Response response, unsigned version, bool keep_alive) {
  HttpResponse out;
  set_fields(out, response, version, keep_alive);
  out.body() = std::move(response.body);
  out.prepare_payload();
  return out;
}

// Before routes are known: a connection for health alone must not cost more than this look.
bool asks_for_health(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  return path == "/healthz" || path == "/readyz";
}

Response busy() {
  return error_response(
      503, {ErrorClass::kTransient, Reason::kNone, "too many connections", "close some of them"});
}

Response too_many_streams() {
  return error_response(503, {ErrorClass::kTransient, Reason::kNone,
                              "too many streams are open already", "end some of them"});
}

Request to_request(const Connection& connection, HttpRequest& received) {
  Request request;
  request.method = received.method_string();
  request.target = received.target();
  request.last_event_id = received["Last-Event-ID"];
  request.local = connection.peer.local;
  request.host_ours = request.local || host_ours(received, connection.peer);
  request.who = connection.peer.who;
  // Last, since `received` is of less use afterwards.
  request.body = std::move(received.body());
  return request;
}

// The reply of the handler, or why there is none; counted. A stream beyond the bound is answered as
// a failure, though its handler was fine.
Task<Response> respond(Connection* connection, const Request* request) {
  const auto begin = std::chrono::steady_clock::now();
  const auto shared = connection->shared;
  Answer given;
  if (connection->peer.health_only && !asks_for_health(request->target)) {
    given.response = busy();
  } else {
    auto answered = co_await answer(shared->context, shared->table, *request);
    given = std::move(answered);
  }
  if (given.response.source && shared->streams >= shared->options.max_streams)
    given.response = too_many_streams();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  // The metrics may be gone.
  if (!shared->stopping) {
    shared->context.metrics.http_request(given.handler, known_method(request->method),
                                         given.response.status, took.count());
  }
  co_return std::move(given.response);
}

// Of what is no request, no route is known: "other".
HttpResponse refuse(Connection& connection, Response response) {
  connection.shared->context.metrics.http_request("other", "other", response.status, 0);
  return to_http(std::move(response), 11, false);
}

// Ends the stream when the client has closed its side. What it may say meanwhile is of no interest:
// then only a write finds out.
void watch_client(const std::shared_ptr<Waker>& waker) {
  if (waker->stream == nullptr) return;
  waker->stream->socket().async_wait(
      asio::socket_base::wait_read, [waker](const boost::system::error_code& failed) {
        if (failed || waker->stream == nullptr) return;
        char byte = 0;
        const auto got =
            ::recv(waker->stream->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got > 0) return;
        // Readable and nothing there: a wake-up for nothing, which epoll allows.
        if (got < 0 && errno == EAGAIN) return watch_client(waker);
        waker->end();
      });
}

// Until there is more to send, the stream is over, or a heartbeat is due: true.
Task<bool> quiet(std::shared_ptr<Waker> waker, Duration heartbeat) {
  if (std::exchange(waker->woken, false)) co_return false;
  waker->timer.expires_after(heartbeat);
  auto [cut_short] = co_await waker->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  waker->woken = false;
  co_return !cut_short;
}

// False: the client does not take it, or has gone. Sent whole before the next one is made: that is
// all the memory that a slow reader costs.
Task<bool> send_piece(Connection* connection, std::string piece, bool chunked) {
  auto& stream = connection->stream;
  stream.expires_after(connection->shared->options.idle_deadline);
  boost::system::error_code failed;
  if (chunked) {
    const auto chunk = http::make_chunk(asio::buffer(piece));
    auto [unsent, size] =
        co_await asio::async_write(stream, chunk, asio::as_tuple(asio::use_awaitable));
    failed = unsent;
  } else {
    const auto whole = asio::buffer(piece);
    auto [unsent, size] =
        co_await asio::async_write(stream, whole, asio::as_tuple(asio::use_awaitable));
    failed = unsent;
  }
  // The only end of a stream that a person should hear of: a program hangs.
  if (failed == beast::error::timeout && !connection->shared->stopping) {
    std::vector<LogField> fields;
    if (const auto& who = connection->peer.who) fields = {{"uid", who->uid}, {"pid", who->pid}};
    connection->shared->context.log.log(LogLevel::kWarn, "stream ended: its reader does not read",
                                        std::move(fields));
  }
  co_return !failed;
}

// The head, and then the source for as long as both sides are there.
Task<void> send_stream(Connection* connection, std::unique_ptr<Source> source, bool chunked) {
  const auto shared = connection->shared;
  const auto waker = connection->waker;
  ++shared->streams;
  // Counted while it is sent, and given back however that ends.
  const OnExit done([&shared] { --shared->streams; });
  source->start([weak = std::weak_ptr(waker)] {
    if (const auto there = weak.lock()) there->wake();
  });
  watch_client(waker);
  while (!waker->over && !shared->stopping) {
    auto piece = source->take();
    if (piece.empty()) {
      const bool due = co_await quiet(waker, shared->options.heartbeat);
      if (!due) continue;
      piece = kHeartbeat;
    }
    const bool sent = co_await send_piece(connection, std::move(piece), chunked);
    if (!sent) co_return;
  }
}

// A reply that goes on, and ends with the connection. HTTP/1.0 knows no chunks: there the end of
// the connection is the end of the body.
Task<void> serve_stream(Connection* connection, Response response, unsigned version, bool head) {
  http::response<http::empty_body> out;
  set_fields(out, response, version, false);
  const bool chunked = version >= 11;
  out.chunked(chunked);
  http::response_serializer<http::empty_body> serializer(out);
  connection->stream.expires_after(connection->deadline());
  auto [broken, sent] = co_await http::async_write_header(connection->stream, serializer,
                                                          asio::as_tuple(asio::use_awaitable));
  // A HEAD has no body, and an endless one neither.
  if (broken || head) co_return;
  co_await send_stream(connection, std::move(response.source), chunked);
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
    auto complained = complaint(failed);
    if (!complained) co_return false;
    reply = refuse(*connection, std::move(*complained));
  } else {
    auto& asked = parser.get();
    const bool head = asked.method() == http::verb::head;
    // One answer, and the place is free again.
    const bool more = asked.keep_alive() && !connection->peer.health_only;
    const Request request = to_request(*connection, asked);
    auto response = co_await respond(connection, &request);
    if (connection->shared->stopping) co_return false;
    if (response.source) {
      co_await serve_stream(connection, std::move(response), asked.version(), head);
      co_return false;
    }
    reply = to_http(std::move(response), asked.version(), more);
    if (head) reply.body().clear();  // its length stays
  }
  const bool more = reply.keep_alive();
  connection->stream.expires_after(connection->deadline());
  auto [broken, sent] =
      co_await http::async_write(connection->stream, reply, asio::as_tuple(asio::use_awaitable));
  co_return more && !broken;
}

}  // namespace

// The connection lives in this frame: everything borrowed from it ends with it.
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
