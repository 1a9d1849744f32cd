// Listen addresses, and which Host headers may be answered. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::api {

struct ListenAddress {
  std::string host;  // an IP address without brackets
  unsigned short port = 0;
};

// "127.0.0.1:9478", "[::1]:9478", "localhost:9478"; ":9478" is every IPv4 address.
Result<ListenAddress> parse_listen(const std::string& text);

// A web page whose name was re-pointed at this machine (DNS rebinding) sends its own name as Host.
// Only loopback names and addresses, the listen address, and the address that the client really
// reached are ours. `host` is the header: name or address, perhaps with a port.
bool host_is_ours(std::string_view host, std::string_view listen_host,
                  std::string_view reached_address);

}  // namespace fairlead::api
