// One HTTP/1.1 connection to the engine, over a Unix socket, TCP or TLS. Private to docker/.
//
// A connection on which anything went wrong is closed and never used again: after a time-out its
// reply may still arrive and would be taken for the next one's (F066, F067).
//
// The order is open, then send, read_head and read_piece until it is empty, and again from send if
// it is reusable(). One call at a time. Every step has a deadline of its own, for a stopped engine
// takes connections and requests and never answers (F067).
//
// Not more than the engine needs: no redirects, no proxies, no cookies, no compression. A redirect
// is a reply like any other, and becomes an error.
#pragma once

#include <memory>
#include <string>

#include "base/pool.h"
#include "base/target.h"
#include "base/task.h"
#include "docker/classify.h"
#include "docker/http/engine.h"

namespace fairlead::docker {

// What is sent. The body is whole, in memory: the largest are files for a container, and an image.
struct HttpRequest {
  std::string method;
  Target target;
  std::string body;
  std::string content_type = "application/json";
  // X-Registry-Auth, if any (docker/http/registry_auth.h). Never logged.
  std::string registry_auth{};
};

// What is read of a head; all else is of no interest.
struct HttpHead {
  int status = 0;
  std::string api_version;  // Api-Version header, for negotiation
};

// How an exchange failed. `detail` is for people.
struct TransportError {
  TransportFault fault = TransportFault::kNoReply;
  std::string detail;
};

template <typename T>
using Transported = std::expected<T, TransportError>;

// Belongs to the executor's thread. May be closed at any time: what is being awaited ends with an
// error.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  // Connects, and for TLS shakes hands. Failing here means that nothing was sent: kConnectRefused
  // or kPermissionDenied, a time-out included. `deadline` counts for a look-up of the name, for the
  // connect, and for the handshake, each.
  virtual Task<Transported<void>> open(Duration deadline) = 0;
  // Nothing is written of a request that is not one: a target that leads elsewhere, a control
  // character or blank in its line or a header. kNotSent is for a broken connection: the engine did
  // not get it whole.
  virtual Task<Transported<void>> send(HttpRequest request, Duration deadline) = 0;
  // kNoReply, kTimedOut or kMalformedReply: the request is with the engine.
  virtual Task<Transported<HttpHead>> read_head(Duration deadline) = 0;
  // The next piece of the body, at most 16 KiB; empty at its end. `deadline` zero: wait for ever.
  virtual Task<Transported<std::string>> read_piece(Duration deadline) = 0;
  // After the whole body: may the connection carry another request? Not if anything came after the
  // reply: those bytes are nobody's.
  virtual bool reusable() = 0;
  // At once and without a word to the engine, which goes on with what it was asked (F029).
  virtual void close() = 0;
};

// A connection of the kind that `options.host` names; not opened yet. Host names are looked up on
// `pool`, which must outlive the connection. Invalid, EngineUnavailable, for what is no address;
// Invalid, PermissionDenied, for certificates that are not there. Those are read now, blocking.
Result<std::unique_ptr<HttpConnection>> make_connection(boost::asio::any_io_executor executor,
                                                        Pool& pool, const HttpOptions& options);

}  // namespace fairlead::docker
