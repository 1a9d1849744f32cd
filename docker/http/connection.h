// One HTTP/1.1 connection to the engine, over a Unix socket, TCP or TLS. Private to docker/.
//
// A connection on which anything went wrong is closed and never used again: after a time-out its
// reply may still arrive and would be taken for the next one's (F066, F067).
#pragma once

#include <memory>
#include <string>

#include "base/pool.h"
#include "base/target.h"
#include "base/task.h"
#include "docker/classify.h"
#include "docker/http/engine.h"

namespace fairlead::docker {

struct HttpRequest {
  std::string method;
  Target target;
  std::string body;
  std::string content_type = "application/json";
  std::string registry_auth{};  // X-Registry-Auth, if any
};

struct HttpHead {
  int status = 0;
  std::string api_version;  // Api-Version header, for negotiation
};

// How an exchange failed.
struct TransportError {
  TransportFault fault = TransportFault::kNoReply;
  std::string detail;
};

template <typename T>
using Transported = std::expected<T, TransportError>;

class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  virtual Task<Transported<void>> open(Duration deadline) = 0;
  // Nothing is written of a request that is not one: a target that leads elsewhere, a control
  // character or blank in its line or a header.
  virtual Task<Transported<void>> send(HttpRequest request, Duration deadline) = 0;
  virtual Task<Transported<HttpHead>> read_head(Duration deadline) = 0;
  // The next piece of the body; empty at its end. `deadline` zero: wait for ever.
  virtual Task<Transported<std::string>> read_piece(Duration deadline) = 0;
  // After the whole body: may the connection carry another request? Not if anything came after the
  // reply: those bytes are nobody's.
  virtual bool reusable() = 0;
  virtual void close() = 0;
};

// A connection of the kind that `options.host` names; not opened yet. Host names are looked up on
// `pool`, which must outlive the connection.
Result<std::unique_ptr<HttpConnection>> make_connection(boost::asio::any_io_executor executor,
                                                        Pool& pool, const HttpOptions& options);

}  // namespace fairlead::docker
