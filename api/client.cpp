// One blocking request over a Unix socket, for the CLI.
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "api/server.h"

namespace fairlead::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

}  // namespace

Result<Reply> request(const std::string& socket_path, const std::string& method,
                      const std::string& target) {
  const auto lost = [&socket_path](const boost::system::error_code& bad) {
    return failure(ErrorClass::kTransient, Reason::kEngineUnavailable,
                   socket_path + ": " + bad.message(), "is `fairlead run` running?");
  };
  if (socket_path.size() > 100) return lost(boost::asio::error::name_too_long);
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  boost::system::error_code bad;
  socket.connect(asio::local::stream_protocol::endpoint(socket_path), bad);
  if (bad) return lost(bad);
  http::request<http::empty_body> message;
  message.method_string(method);
  message.target(target);
  message.set(http::field::host, "fairlead");
  message.keep_alive(false);
  http::write(socket, message, bad);
  if (bad) return lost(bad);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  http::read(socket, buffer, parser, bad);
  if (bad && bad != http::error::end_of_stream) return lost(bad);
  return Reply{static_cast<int>(parser.get().result_int()), parser.get().body()};
}

}  // namespace fairlead::api
