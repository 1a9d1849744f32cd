#include "api/client.h"

#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "base/task.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::local::stream_protocol;
using ClientStream = beast::basic_stream<Protocol>;

// Long enough for a plan of thousands of objects, short enough for a person.
constexpr auto kDeadline = std::chrono::seconds(30);
// Far above a list of thousands of Apps; a bound all the same, for what is at the path may be
// anything.
constexpr std::uint64_t kMaxReplyBytes = 256ULL << 20;
// Three heartbeats of the server.
constexpr auto kSilence = std::chrono::seconds(45);

// No socket, or one that nobody listens on: to a person both mean that the daemon does not run.
std::unexpected<Error> nobody(const std::string& path, const std::string& why) {
  return failure(ErrorClass::kTransient, Reason::kNotFound, "socket " + path + ": " + why,
                 "the daemon isn't running here; start it with `fairlead run`");
}

std::unexpected<Error> broken(const boost::system::error_code& failed) {
  const bool late = failed == beast::error::timeout;
  return failure(
      ErrorClass::kTransient, late ? Reason::kTimeout : Reason::kInternalError,
      late ? "the daemon did not answer in time" : "the daemon hung up: " + failed.message());
}

using ClientRequest = http::request<http::string_body>;

// The one place where this side writes a request line and headers.
Result<ClientRequest> request_of(const std::string& method, const Target& target,
                                 const std::string& body, const std::string& last_event_id) {
  const auto path = target.text();
  const bool fine = target.valid() && is_one_word(method) && is_one_word(path) &&
                    (last_event_id.empty() || is_one_word(last_event_id));
  if (!fine) return failure(ErrorClass::kInvalid, Reason::kNotFound, "nothing has such a name");
  ClientRequest out;
  out.version(11);
  out.method_string(method);
  out.target(path);
  // HTTP/1.1 wants one; over the socket nobody looks at it.
  out.set(http::field::host, "localhost");
  if (!last_event_id.empty()) out.set("Last-Event-ID", last_event_id);
  // One request for each connection: commands are short, and the daemon's places are counted.
  out.keep_alive(false);
  out.body() = body;
  if (method == "POST" || !body.empty()) out.prepare_payload();
  return out;
}

// Pointers and not references: what they point to is in the frame of the caller, which waits.
Task<Status> send(ClientStream* stream, std::string path, const ClientRequest* request) {
  // For all of it: connecting, writing, and the reply of exchange().
  stream->expires_after(kDeadline);
  const Protocol::endpoint endpoint(path);
  auto [refused] = co_await stream->async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (refused) co_return nobody(path, refused.message());
  auto [unsent, sent] =
      co_await http::async_write(*stream, *request, asio::as_tuple(asio::use_awaitable));
  if (unsent) co_return broken(unsent);
  co_return Status{};
}

Task<Result<Reply>> exchange(std::string path, ClientRequest request) {
  auto executor = co_await asio::this_coro::executor;
  ClientStream stream(executor);
  auto sent = co_await send(&stream, std::move(path), &request);
  if (!sent) co_return std::unexpected(sent.error());
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxReplyBytes);
  auto [unread, received] =
      co_await http::async_read(stream, buffer, parser, asio::as_tuple(asio::use_awaitable));
  if (unread) co_return broken(unread);
  Reply reply;
  reply.status = static_cast<int>(parser.get().result_int());
  reply.body = std::move(parser.get().body());
  co_return reply;
}

// The state of one follow(): what the pieces of the stream meet.
struct StreamRead {
  explicit StreamRead(const Following& given) : following(given) {}
  void feed(std::string_view bytes) {
    // What comes behind the last event that was wanted is in the same piece, and is passed over.
    auto fed = reader.feed(bytes, [this](const SentEvent& event) {
      if (!enough) enough = !following.take(event);
    });
    if (!fed && !fault) fault = fed.error();
  }

  const Following& following;
  SentEventReader reader;
  bool enough = false;
  bool reader_gone = false;
  std::optional<Error> fault;
};

// Beast hands over the pieces of a chunked body as they come; a refusal is not chunked, and lands
// in the parser's own body.
Task<Result<Followed>> read_stream(ClientStream* socket, StreamRead* state, Reply* refusal) {
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxReplyBytes);
  auto [headless, head] = co_await http::async_read_header(*socket, buffer, parser,
                                                           asio::as_tuple(asio::use_awaitable));
  // Before the error: it was our own cancel() that ended the read.
  if (state->reader_gone) co_return Followed::kReaderGone;
  if (headless) co_return broken(headless);
  // The daemon chunks streams and nothing else.
  const bool stream = parser.chunked();
  if (stream) parser.body_limit(boost::none);
  auto take = [state](std::uint64_t, auto bytes, auto&) {
    state->feed(std::string_view(bytes.data(), bytes.size()));
    return bytes.size();
  };
  if (stream) parser.on_chunk_body(take);
  while (!parser.is_done() && !state->reader_gone) {
    socket->expires_after(kSilence);
    auto [unread, size] = co_await http::async_read_some(*socket, buffer, parser,
                                                         asio::as_tuple(asio::use_awaitable));
    if (state->reader_gone) co_return Followed::kReaderGone;
    if (state->enough) co_return Followed::kEnough;
    if (state->fault) co_return std::unexpected(*state->fault);
    if (unread) co_return broken(unread);
  }
  if (state->reader_gone) co_return Followed::kReaderGone;
  refusal->status = static_cast<int>(parser.get().result_int());
  refusal->body = std::move(parser.get().body());
  co_return Followed::kRefused;
}

Task<Result<Followed>> follow_on(const Following* following, const ClientRequest* request,
                                 Reply* refusal) {
  auto executor = co_await asio::this_coro::executor;
  ClientStream socket(executor);
  StreamRead state(*following);
  asio::posix::stream_descriptor output(executor);
  boost::system::error_code unwatched;
  // A copy, which asio may close.
  if (const int copy = following->output < 0 ? -1 : ::dup(following->output); copy >= 0) {
    output.assign(copy, unwatched);
    if (unwatched) ::close(copy);
  }
  if (output.is_open()) {
    // A pipe without a reader is an error of its own (EPOLLERR), without a write. A file can't be
    // watched: epoll refuses it, and it has no reader who could go.
    output.async_wait(asio::posix::stream_descriptor::wait_error,
                      [&state, &socket](const boost::system::error_code& failed) {
                        if (failed) return;  // a file, or the end of this call
                        state.reader_gone = true;
                        socket.cancel();
                      });
  }
  auto sent = co_await send(&socket, following->socket_path, request);
  if (state.reader_gone) co_return Followed::kReaderGone;
  if (!sent) co_return std::unexpected(sent.error());
  auto ended = co_await read_stream(&socket, &state, refusal);
  co_return ended;
}

// Blocks until `task` has ended.
template <typename T>
Result<T> run(Task<Result<T>> task) {
  Result<T> out = failure(ErrorClass::kTransient, Reason::kInternalError, "no answer");
  asio::io_context io;
  // An io_context for each call: no thread, and nothing left of it afterwards.
  asio::co_spawn(io, std::move(task),
                 [&out, &io](const std::exception_ptr& failed, Result<T> result) {
                   out = std::move(result);
                   io.stop();
                   if (!failed) return;
                   out = failure(ErrorClass::kTransient, Reason::kInternalError, what_of(failed));
                 });
  io.run();
  return out;
}

Status may_be_a_socket(const std::string& path) {
  // Asio throws for what is longer.
  if (!path.empty() && path.size() < sizeof(sockaddr_un::sun_path)) return {};
  return nobody(path, "not a usable path");
}

}  // namespace

Result<Reply> request(const std::string& socket_path, const std::string& method,
                      const Target& target, const std::string& body) {
  auto fine = may_be_a_socket(socket_path);
  if (!fine) return std::unexpected(fine.error());
  auto made = request_of(method, target, body, "");
  if (!made) return std::unexpected(made.error());
  return run(exchange(socket_path, std::move(*made)));
}

Result<Followed> follow(const Following& following, Reply& refusal) {
  auto fine = may_be_a_socket(following.socket_path);
  if (!fine) return std::unexpected(fine.error());
  const auto made = request_of("GET", following.target, "", following.last_event_id);
  if (!made) return std::unexpected(made.error());
  return run(follow_on(&following, &*made, &refusal));
}

}  // namespace fairlead::api
