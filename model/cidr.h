// Addresses and CIDR blocks of both families, by Boost.Asio's parsers. Pure arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace fairlead::model {

struct Address {
  bool v6 = false;
  std::array<unsigned char, 16> bytes{};  // IPv4 uses the first four
  friend auto operator<=>(const Address&, const Address&) = default;
};

struct Cidr {
  Address network;
  int bits = 0;
};

std::optional<Address> parse_address(const std::string& text);
// nullopt for anything but ADDRESS/BITS. Host bits may be set; see has_host_bits.
std::optional<Cidr> parse_cidr(const std::string& text);

bool has_host_bits(const Cidr& cidr);
bool contains(const Cidr& cidr, const Address& address);
bool contains(const Cidr& outer, const Cidr& inner);
bool overlap(const Cidr& a, const Cidr& b);

}  // namespace fairlead::model
