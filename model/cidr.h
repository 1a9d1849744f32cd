// Addresses and CIDR blocks of both families: Boost.Asio's types and parsers, and what they leave
// out. Pure arithmetic, and the only place that knows it.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace fairlead::model {

using Address = boost::asio::ip::address;
// As it is written: host bits may be set, see has_host_bits.
using Cidr = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;

// Without a zone (`%eth0`): that is a name of one host's own, which no engine takes.
std::optional<Address> parse_address(const std::string& text);
// nullopt for anything but ADDRESS/BITS.
std::optional<Cidr> parse_cidr(const std::string& text);

// Of an address or a block, by how it is written: it need not be a valid one.
bool is_ipv6(std::string_view text);

bool has_host_bits(const Cidr& cidr);
bool contains(const Cidr& cidr, const Address& address);
bool contains(const Cidr& outer, const Cidr& inner);
bool overlap(const Cidr& a, const Cidr& b);
// The same of what an engine or a manifest says; false if one of them is no block.
bool overlap(const std::string& a, const std::string& b);

// How many containers can have an IPv4 address of the block: all but its first and last address and
// the gateway's. 0 for IPv6, where nobody counts, and for what is no block.
std::uint64_t usable_addresses(const std::string& cidr);

// An IP or MAC address, or a block, in the form that the engine writes: `fd00:0::1` is `fd00::1`.
std::string canonical_address(const std::string& text);

}  // namespace fairlead::model
