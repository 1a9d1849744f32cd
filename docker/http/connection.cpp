#include "docker/http/connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/read_file.h"

namespace fairlead::docker {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using boost::system::error_code;
using LocalStream = beast::basic_stream<asio::local::stream_protocol, asio::any_io_executor>;
using TcpStream = beast::basic_stream<asio::ip::tcp, asio::any_io_executor>;
using TlsStream = beast::ssl_stream<TcpStream>;

constexpr std::size_t kReadAtOnce = 16384;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// `fault` is what it means at this point of the exchange, unless the code says more.
std::unexpected<TransportError> transport_error(TransportFault fault, const error_code& code) {
  if (code == beast::error::timeout) fault = TransportFault::kTimedOut;
  // Beast's own complaints, but for an end that came too early.
  static const auto& kHttp = make_error_code(http::error::bad_method).category();
  if (code.category() == kHttp && code != http::error::end_of_stream &&
      code != http::error::partial_message)
    fault = TransportFault::kMalformedReply;
  return std::unexpected(TransportError{fault, code.message()});
}

// Failing to connect, a time-out included, means that nothing was sent.
std::unexpected<TransportError> connect_error(const error_code& code, const std::string& where) {
  const bool denied =
      code == asio::error::access_denied || code == boost::system::errc::permission_denied;
  return std::unexpected(
      TransportError{denied ? TransportFault::kPermissionDenied : TransportFault::kConnectRefused,
                     where + ": " + code.message()});
}

// The one place where a request line and headers are written: "" if they may be.
std::string malformed(const HttpRequest& request) {
  if (!request.target.valid()) return "an empty name, `.` or `..` in a request";
  const std::string target = request.target.text();
  for (const std::string_view each : {std::string_view(request.method), std::string_view(target),
                                      std::string_view(request.content_type)}) {
    if (!is_one_word(each)) return "a blank or control character in a request";
  }
  if (!request.registry_auth.empty() && !is_one_word(request.registry_auth))
    return "a blank or control character in the registry's credentials";
  return "";
}

// HTTP over any Beast stream; how to open it is the derived class's. The timer is the lowest
// layer's: Beast closes the connection when it runs out.
template <typename Stream>
class StreamConnection : public HttpConnection {
 public:
  Task<Transported<void>> send(HttpRequest request, Duration deadline) override {
    if (auto why = malformed(request); !why.empty())
      co_return std::unexpected(TransportError{TransportFault::kNotARequest, std::move(why)});
    // What is left of the reply before is of no use any more.
    parser_.reset();
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.target.text());
    // The engine does not look at it; HTTP/1.1 wants one.
    message.set(http::field::host, "docker");
    message.set(http::field::user_agent, "fairlead");
    // A POST without a body says so by its length (RFC 9110, 8.6).
    if (!request.body.empty() || request.method == "POST") {
      message.set(http::field::content_type, request.content_type);
      message.body() = std::move(request.body);
      message.prepare_payload();
    }
    if (!request.registry_auth.empty()) message.set("X-Registry-Auth", request.registry_auth);
    lowest().expires_after(deadline);
    auto [code, sent] = co_await http::async_write(stream(), message, kAwait);
    if (code) co_return transport_error(TransportFault::kNotSent, code);
    co_return Transported<void>();
  }

  Task<Transported<HttpHead>> read_head(Duration deadline) override {
    parser_.emplace();
    // The limit is the client's, by what is asked (F066).
    parser_->body_limit(boost::none);
    buffer_.reserve(kReadAtOnce);  // of an empty one Beast fills 512 bytes at a time
    lowest().expires_after(deadline);
    auto [code, got] = co_await http::async_read_header(stream(), buffer_, *parser_, kAwait);
    if (code) co_return transport_error(TransportFault::kNoReply, code);
    HttpHead head;
    head.status = static_cast<int>(parser_->get().result_int());
    // 1xx is no reply yet, and none is asked for.
    if (head.status < 200 || head.status > 599) {
      co_return std::unexpected(TransportError{
          TransportFault::kMalformedReply, "status " + std::to_string(head.status) + " is none"});
    }
    head.api_version = std::string(parser_->get()["Api-Version"]);
    co_return head;
  }

  Task<Transported<std::string>> read_piece(Duration deadline) override {
    if (parser_->is_done()) co_return std::string();
    // Of a fixed size: the body is handed on as it comes, whatever its length.
    std::array<char, kReadAtOnce> piece;
    while (!parser_->is_done()) {
      parser_->get().body().data = piece.data();
      parser_->get().body().size = piece.size();
      if (deadline == Duration::zero()) {
        lowest().expires_never();
      } else {
        lowest().expires_after(deadline);
      }
      auto [code, got] = co_await http::async_read_some(stream(), buffer_, *parser_, kAwait);
      const std::size_t length = piece.size() - parser_->get().body().size;
      const bool full = code == http::error::need_buffer;
      if (code && !full) co_return transport_error(TransportFault::kNoReply, code);
      // A head or a chunk's length may come without a byte of the body; then it is read on.
      if (length > 0) co_return std::string(piece.data(), length);
    }
    co_return std::string();
  }

  // Read whole, both sides willing, and nothing behind it, here or in the kernel (F066, F067).
  bool reusable() override {
    if (!parser_ || !parser_->is_done() || !parser_->get().keep_alive()) return false;
    error_code gone;
    return buffer_.size() == 0 && lowest().socket().available(gone) <= unasked_bytes();
  }

  void close() override { lowest().close(); }

 protected:
  virtual Stream& stream() = 0;
  // What may lie in the socket without being part of a reply.
  virtual std::size_t unasked_bytes() const { return 0; }
  auto& lowest() { return beast::get_lowest_layer(stream()); }

 private:
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
};

class LocalConnection final : public StreamConnection<LocalStream> {
 public:
  LocalConnection(asio::any_io_executor executor, std::string path)
      : stream_(std::move(executor)), path_(std::move(path)) {}

  Task<Transported<void>> open(Duration deadline) override {
    stream_.expires_after(deadline);
    const asio::local::stream_protocol::endpoint endpoint(path_);
    auto [code] = co_await stream_.async_connect(endpoint, kAwait);
    if (code) co_return connect_error(code, path_);
    co_return Transported<void>();
  }

 protected:
  LocalStream& stream() override { return stream_; }

 private:
  LocalStream stream_;
  std::string path_;
};

// What a name stands for. The look-up blocks, for a minute and more where no name server answers.
struct Resolved {
  error_code code;
  asio::ip::tcp::resolver::results_type endpoints;
};

// getaddrinfo() has no deadline and can't be cut: on a pool, owning what it needs. asio's own
// asynchronous look-up is a thread too, which the io_context's destructor waits for.
std::function<Resolved()> look_up(std::string host, std::string port) {
  return [host = std::move(host), port = std::move(port)] {
    asio::io_context io;
    Resolved found;
    found.endpoints = asio::ip::tcp::resolver(io).resolve(host, port, found.code);
    return found;
  };
}

// Resolves and connects; shared by plain TCP and TLS. All addresses are tried, in order.
Task<Transported<void>> open_tcp(TcpStream& stream, Pool& pool, std::string host, std::string port,
                                 Duration deadline) {
  const std::string where = host + ":" + port;
  auto found = co_await pool.ask(look_up(host, port), deadline);
  if (!found) co_return connect_error(asio::error::timed_out, "looking up " + host);
  if (found->code) co_return connect_error(found->code, where);
  stream.expires_after(deadline);
  auto [code, endpoint] = co_await stream.async_connect(found->endpoints, kAwait);
  if (code) co_return connect_error(code, where);
  co_return Transported<void>();
}

class TcpConnection final : public StreamConnection<TcpStream> {
 public:
  TcpConnection(asio::any_io_executor executor, Pool& pool, std::string host, std::string port)
      : stream_(std::move(executor)), pool_(pool), host_(std::move(host)), port_(std::move(port)) {}

  Task<Transported<void>> open(Duration deadline) override {
    return open_tcp(stream_, pool_, host_, port_, deadline);
  }

 protected:
  TcpStream& stream() override { return stream_; }

 private:
  TcpStream stream_;
  Pool& pool_;
  std::string host_, port_;
};

// The context is made for each connection, and lives as long as it.
class TlsConnection final : public StreamConnection<TlsStream> {
 public:
  TlsConnection(asio::any_io_executor executor, Pool& pool,
                std::shared_ptr<asio::ssl::context> context, std::string host, std::string port)
      : context_(std::move(context)),
        stream_(std::move(executor), *context_),
        pool_(pool),
        host_(std::move(host)),
        port_(std::move(port)) {}

  Task<Transported<void>> open(Duration deadline) override {
    auto connected = co_await open_tcp(stream_.next_layer(), pool_, host_, port_, deadline);
    if (!connected) co_return connected;
    // Before the handshake: a server of several names chooses its certificate by it.
    SSL_set_tlsext_host_name(stream_.native_handle(), host_.c_str());
    stream_.set_verify_callback(asio::ssl::host_name_verification(host_));
    stream_.next_layer().expires_after(deadline);
    auto [code] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (code) co_return connect_error(code, "TLS with " + host_);
    co_return Transported<void>();
  }

 protected:
  TlsStream& stream() override { return stream_; }
  // Session tickets come when the server likes: bytes in the socket say nothing.
  std::size_t unasked_bytes() const override { return std::numeric_limits<std::size_t>::max(); }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  TlsStream stream_;
  Pool& pool_;
  std::string host_, port_;
};

// The three files of Docker's CLI. The authority is that of the folder alone: an engine is no web
// site, and a certificate from elsewhere proves nothing.
Result<std::shared_ptr<asio::ssl::context>> make_tls(const std::string& directory) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  const auto refused = [&directory](const std::string& why) {
    return failure(ErrorClass::kInvalid, Reason::kPermissionDenied,
                   "TLS certificates in " + directory + ": " + why,
                   "DOCKER_CERT_PATH must hold ca.pem, cert.pem and key.pem");
  };
  const auto ca = read_file(directory + "/ca.pem", kTextFileLimit);
  if (!ca) return refused(ca.error().message);
  const auto certificate = read_file(directory + "/cert.pem", kTextFileLimit);
  if (!certificate) return refused(certificate.error().message);
  const auto key = read_file(directory + "/key.pem", kTextFileLimit);
  if (!key) return refused(key.error().message);
  // OpenSSL's complaints come as exceptions here.
  try {
    context->set_verify_mode(asio::ssl::verify_peer);
    context->add_certificate_authority(asio::buffer(*ca));
    context->use_certificate_chain(asio::buffer(*certificate));
    context->use_private_key(asio::buffer(*key), asio::ssl::context::pem);
  } catch (const std::exception& e) {
    return refused(e.what());
  }
  return context;
}

}  // namespace

Result<std::unique_ptr<HttpConnection>> make_connection(asio::any_io_executor executor, Pool& pool,
                                                        const HttpOptions& options) {
  constexpr std::string_view kUnix = "unix://";
  constexpr std::string_view kTcp = "tcp://";
  const auto invalid = failure(ErrorClass::kInvalid, Reason::kEngineUnavailable,
                               "not an engine address: " + options.host,
                               "unix:///var/run/docker.sock or tcp://HOST:PORT");
  if (!is_one_word(options.host)) return invalid;
  if (options.host.starts_with(kUnix)) {
    const auto path = options.host.substr(kUnix.size());
    // sockaddr_un holds 107 bytes, and Asio throws for more.
    if (path.empty() || path.size() > 100) return invalid;
    return std::make_unique<LocalConnection>(std::move(executor), path);
  }
  // The last: an IPv6 address has some of its own, in brackets.
  const auto colon = options.host.rfind(':');
  if (!options.host.starts_with(kTcp) || colon < kTcp.size()) return invalid;
  std::string host = options.host.substr(kTcp.size(), colon - kTcp.size());
  const std::string port = options.host.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty()) return invalid;
  if (!options.tls) return std::make_unique<TcpConnection>(std::move(executor), pool, host, port);
  auto context = make_tls(options.cert_path);
  if (!context) return std::unexpected(context.error());
  return std::make_unique<TlsConnection>(std::move(executor), pool, std::move(*context), host,
                                         port);
}

}  // namespace fairlead::docker
