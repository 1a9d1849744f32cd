#include "model/cidr.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace fairlead::model {
namespace {

bool same_prefix(const Address& a, const Address& b, int bits) {
  if (a.v6 != b.v6) return false;
  const int whole = bits / 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF << (8 - rest));
  const auto index = static_cast<std::size_t>(whole);
  return (a.bytes[index] & mask) == (b.bytes[index] & mask);
}

}  // namespace

std::optional<Address> parse_address(const std::string& text) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(text, failed);
  if (failed) return std::nullopt;
  Address address;
  address.v6 = parsed.is_v6();
  if (parsed.is_v6()) {
    const auto bytes = parsed.to_v6().to_bytes();
    std::ranges::copy(bytes, address.bytes.begin());
  } else {
    const auto bytes = parsed.to_v4().to_bytes();
    std::ranges::copy(bytes, address.bytes.begin());
  }
  return address;
}

std::optional<Cidr> parse_cidr(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  int bits = -1;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + slash + 1, end, bits);
  if (!address || failed != std::errc() || stop != end) return std::nullopt;
  if (bits < 0 || bits > (address->v6 ? 128 : 32)) return std::nullopt;
  return Cidr{*address, bits};
}

bool has_host_bits(const Cidr& cidr) {
  const int all = cidr.network.v6 ? 128 : 32;
  for (int bit = cidr.bits; bit < all; ++bit) {
    const auto byte = cidr.network.bytes[static_cast<std::size_t>(bit / 8)];
    if ((byte & (0x80 >> (bit % 8))) != 0) return true;
  }
  return false;
}

bool contains(const Cidr& cidr, const Address& address) {
  return same_prefix(cidr.network, address, cidr.bits);
}

bool contains(const Cidr& outer, const Cidr& inner) {
  return inner.bits >= outer.bits && contains(outer, inner.network);
}

bool overlap(const Cidr& a, const Cidr& b) {
  return same_prefix(a.network, b.network, std::min(a.bits, b.bits));
}

}  // namespace fairlead::model
