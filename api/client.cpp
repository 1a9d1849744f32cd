// The command line's side of the Unix socket.
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "api/server.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::local::stream_protocol;
using ClientStream = beast::basic_stream<Protocol>;

// Long enough for a plan of thousands of objects, short enough for a person.
constexpr auto kDeadline = std::chrono::seconds(30);
constexpr std::uint64_t kMaxReplyBytes = 256ULL << 20;

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

Task<Result<Reply>> exchange(std::string path, std::string method, std::string target) {
  auto executor = co_await asio::this_coro::executor;
  ClientStream stream(executor);
  stream.expires_after(kDeadline);
  const Protocol::endpoint endpoint(path);
  auto [refused] = co_await stream.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (refused) co_return nobody(path, refused.message());

  http::request<http::empty_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(http::field::host, "localhost");
  request.keep_alive(false);
  if (method == "POST") request.content_length(0);
  auto [unsent, sent] =
      co_await http::async_write(stream, request, asio::as_tuple(asio::use_awaitable));
  if (unsent) co_return broken(unsent);

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

}  // namespace

Result<Reply> request(const std::string& socket_path, const std::string& method,
                      const Target& target) {
  if (socket_path.empty() || socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return nobody(socket_path, "not a usable path");
  }
  if (!target.valid() || !is_one_word(method)) {
    return failure(ErrorClass::kInvalid, Reason::kNotFound, "nothing has such a name");
  }
  Result<Reply> out = nobody(socket_path, "no answer");
  asio::io_context io;
  asio::co_spawn(io, exchange(socket_path, method, target.text()),
                 [&out](const std::exception_ptr& failed, Result<Reply> result) {
                   out = std::move(result);
                   if (!failed) return;
                   try {
                     std::rethrow_exception(failed);
                   } catch (const std::exception& e) {
                     out = failure(ErrorClass::kTransient, Reason::kInternalError, e.what());
                   }
                 });
  io.run();
  return out;
}

}  // namespace fairlead::api
