#include "model/cidr.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace fairlead::model {
namespace {

namespace ip = boost::asio::ip;

// The block of so many bits that an address lies in.
ip::network_v4 block_of(const ip::address_v4& address, unsigned short bits) {
  return ip::network_v4(address, bits).canonical();
}
ip::network_v6 block_of(const ip::address_v6& address, unsigned short bits) {
  return ip::network_v6(address, bits).canonical();
}

template <typename Network, typename Of>
bool covers(const Network& network, const Of& address) {
  return block_of(address, network.prefix_length()) == network.canonical();
}

}  // namespace

std::optional<Address> parse_address(const std::string& text) {
  boost::system::error_code failed;
  auto parsed = ip::make_address(text, failed);
  if (failed || text.find('%') != std::string::npos) return std::nullopt;
  return parsed;
}

// Asio's own make_network takes 4294967304 for 8.
std::optional<Cidr> parse_cidr(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  unsigned short bits = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + slash + 1, end, bits);
  if (!address || failed != std::errc() || stop != end) return std::nullopt;
  // Asio's constructors throw for more.
  if (bits > (address->is_v6() ? 128 : 32)) return std::nullopt;
  if (address->is_v6()) return ip::network_v6(address->to_v6(), bits);
  return ip::network_v4(address->to_v4(), bits);
}

// Asked of what an engine shows as well, where an invalid text is still of one family.
bool is_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos;
}

bool has_host_bits(const Cidr& cidr) {
  return std::visit([](const auto& block) { return block != block.canonical(); }, cidr);
}

bool contains(const Cidr& cidr, const Address& address) {
  if (const auto* v4 = std::get_if<ip::network_v4>(&cidr))
    return address.is_v4() && covers(*v4, address.to_v4());
  return address.is_v6() && covers(std::get<ip::network_v6>(cidr), address.to_v6());
}

bool contains(const Cidr& outer, const Cidr& inner) {
  return std::visit(
      [&outer]<typename Network>(const Network& block) {
        const auto* around = std::get_if<Network>(&outer);
        return around != nullptr && around->prefix_length() <= block.prefix_length() &&
               covers(*around, block.address());
      },
      inner);
}

// Blocks lie in one another or apart.
bool overlap(const Cidr& a, const Cidr& b) {
  return contains(a, b) || contains(b, a);
}

bool overlap(const std::string& a, const std::string& b) {
  const auto left = parse_cidr(a);
  const auto right = parse_cidr(b);
  return left && right && overlap(*left, *right);
}

std::uint64_t usable_addresses(const std::string& cidr) {
  const auto block = parse_cidr(cidr);
  const auto* v4 = block ? std::get_if<ip::network_v4>(&*block) : nullptr;
  if (v4 == nullptr || v4->prefix_length() > 30) return 0;
  // Network, broadcast and gateway.
  return (std::uint64_t{1} << (32 - v4->prefix_length())) - 3;
}

std::string canonical_address(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  if (const auto address = parse_address(text.substr(0, slash)))
    return address->to_string() + text.substr(slash);
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace fairlead::model
