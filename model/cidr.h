// Addresses and CIDR blocks of both families: Boost.Asio's types and parsers, and what they leave
// out. Pure arithmetic, and the only place that knows it.
//
// Whoever compares what a manifest says with what an engine shows goes by canonical_address(),
// since one address has many spellings; whoever asks whether two blocks meet goes by Cidr.
//
// Families never mix: a block of one contains, and overlaps with, nothing of the other. An IPv4
// address in IPv6 clothes (::ffff:1.2.3.4) is IPv6.
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
// As it is written: host bits may be set, see has_host_bits. contains() and overlap() do not mind
// them.
using Cidr = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;

// Without a zone (`%eth0`): that is a name of one host's own, which no engine takes.
std::optional<Address> parse_address(const std::string& text);
// nullopt for anything but ADDRESS/BITS: no netmask, no bare address, no number that wraps round
// (Asio's own takes 4294967304 for 8).
std::optional<Cidr> parse_cidr(const std::string& text);

// Of an address or a block, by how it is written: it need not be a valid one.
bool is_ipv6(std::string_view text);

// 172.30.0.5/24. A manifest that says so is refused (check/check.cpp): it names a block by an
// address in it.
bool has_host_bits(const Cidr& cidr);
bool contains(const Cidr& cidr, const Address& address);
bool contains(const Cidr& outer, const Cidr& inner);
// Blocks lie in one another or apart, so this is: one contains the other (F004).
bool overlap(const Cidr& a, const Cidr& b);
// The same of what an engine or a manifest says; false if one of them is no block.
bool overlap(const std::string& a, const std::string& b);

// How many containers can have an IPv4 address of the block: all but its first and last address and
// the gateway's. 0 for IPv6, where nobody counts, and for what is no block.
std::uint64_t usable_addresses(const std::string& cidr);

// An IP or MAC address, or a block, in the form that the engine writes: `fd00:0::1` is `fd00::1`,
// `02:AB…` is `02:ab…`. Of a block the bits stay as they are. Anything else comes back in small
// letters: equal texts stay equal, which is all that a comparison needs.
std::string canonical_address(const std::string& text);

}  // namespace fairlead::model
