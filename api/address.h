// Listen addresses, and which Host headers may be answered. Pure.
//
//   parse_listen(":9478")->host                               // 0.0.0.0
//   host_is_ours("localhost:9478", listen_host, reached)      // true
//   host_is_ours("evil.example:9478", listen_host, reached)   // false: a re-pointed name
//
// Only addresses: a name that is looked up at the start may mean another machine tomorrow. The one
// name that is known is localhost.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::api {

// Where to listen, as the system takes it.
struct ListenAddress {
  std::string host;  // an IP address without brackets
  unsigned short port = 0;
};

// "127.0.0.1:9478", "[::1]:9478", "localhost:9478"; ":9478" is every IPv4 address. The port is
// never left out; 0 asks the system for one. Invalid, with examples in the hint, for anything else.
Result<ListenAddress> parse_listen(const std::string& text);

// A web page whose name was re-pointed at this machine (DNS rebinding) sends its own name as Host.
// Only loopback names and addresses, the listen address, and the address that the client really
// reached are ours. `host` is the header: name or address, perhaps with a port, in any case; the
// port is not compared, for a forwarded one differs.
//
// For what a browser could read or command; monitoring is answered by any name (routes.h).
bool host_is_ours(std::string_view host, std::string_view listen_host,
                  std::string_view reached_address);

}  // namespace fairlead::api
