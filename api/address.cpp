#include "api/address.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>
#include <charconv>
#include <utility>

namespace fairlead::api {
namespace {

namespace ip = boost::asio::ip;

// ("::1", "9478") of "[::1]:9478"; the port is empty if there is none.
std::pair<std::string_view, std::string_view> split_port(std::string_view text) {
  const auto after = [&text](std::size_t at) {
    return at < text.size() && text[at] == ':' ? text.substr(at + 1) : std::string_view();
  };
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return {text, {}};
    return {text.substr(1, close - 1), after(close + 1)};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    return {text, {}};  // no port, or a bare IPv6 address
  }
  return {text.substr(0, colon), after(colon)};
}

std::unexpected<Error> bad_listen(const std::string& text) {
  return failure(ErrorClass::kInvalid, Reason::kInternalError,
                 "listen address '" + text + "' is not ADDRESS:PORT",
                 "for example 127.0.0.1:9478 or [::1]:9478, or none");
}

}  // namespace

Result<ListenAddress> parse_listen(const std::string& text) {
  const auto [host, port] = split_port(text);
  ListenAddress out;
  // Not looked up: it is this by every convention, and IPv6 may be off.
  out.host = host == "localhost" ? "127.0.0.1" : host.empty() ? "0.0.0.0" : std::string(host);
  // Takes no sign, no blank and nothing above 65535.
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (port.empty() || failed != std::errc() || end != port.data() + port.size()) {
    return bad_listen(text);
  }
  boost::system::error_code bad;
  ip::make_address(out.host, bad);
  if (bad) return bad_listen(text);
  return out;
}

bool host_is_ours(std::string_view host, std::string_view listen_host,
                  std::string_view reached_address) {
  std::string name(split_port(host).first);
  // Names of hosts have no case.
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name == "localhost" || name == "localhost.") return true;
  boost::system::error_code bad;
  const auto address = ip::make_address(name, bad);
  if (bad) return false;
  if (address.is_loopback()) return true;
  // As addresses: "::1" may be written in many ways.
  const auto same = [&address](std::string_view other) {
    boost::system::error_code unreadable;
    const auto parsed = ip::make_address(other, unreadable);
    return !unreadable && parsed == address;
  };
  return same(listen_host) || same(reached_address);
}

}  // namespace fairlead::api
