// Requests over pooled keep-alive connections. Private to docker/.
//
//   auto reply = co_await client.exchange(std::move(request), /*safe=*/true, first_byte);
//   if (!reply) co_return classify_fault(operation, reply.error().fault, reply.error().detail);
//
// What a status means is not known here: any whole reply is a success. What breaks below HTTP is a
// TransportError, whose fault tells whether the request may have run.
//
// A connection carries one exchange at a time; as many are opened as there are calls, and after
// them `max_connections` are kept for the next ones. How many calls run is bounded by who makes
// them. A kept one may have died with its engine: that shows when it is written to or read, so a
// read that gets not a byte of reply there is sent again on a fresh connection, and a mutation only
// if it could not be written whole (F070).
//
// Lives on the executor's thread, and must outlive its calls.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "docker/http/connection.h"

namespace fairlead::docker {

// A whole reply.
struct HttpReply {
  HttpHead head;
  std::string body;
};

// Whoever opens a stream may hold one of these to end that stream, and no other.
class StreamOwner {
 public:
  // At any time: before the stream runs it will not begin, after its end nothing happens.
  void end();
  bool ended() const { return ended_; }

 private:
  friend class HttpClient;
  HttpConnection* connection_ = nullptr;
  bool ended_ = false;
};

// Sends as often as its caller says, but for dead connections.
class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, HttpOptions options)
      : executor_(std::move(executor)), pool_(executor_), options_(std::move(options)) {}

  // One exchange. `safe`: may be repeated on a fresh connection if a *reused* one turns out to be
  // dead before the first byte of the reply (F070). `first_byte`: how long the engine may think;
  // after it `between_bytes_deadline` for each piece and `whole_reply_deadline` for all, for a
  // reply that drips is no reply. kTooLarge beyond `max_reply_bytes`.
  Task<Transported<HttpReply>> exchange(HttpRequest request, bool safe, Duration first_byte);

  // An exchange whose body is handed over piece by piece; `head` may end it by returning false, and
  // so may `piece`. `between` zero: the body may be silent for ever (the event stream). On a
  // connection of its own, never kept: what is left of the body is nobody's. Never repeated. Both
  // functions are called on the loop.
  Task<Transported<HttpHead>> stream(HttpRequest request, Duration first_byte, Duration between,
                                     std::function<bool(const HttpHead&)> head,
                                     std::function<bool(const std::string&)> piece,
                                     std::shared_ptr<StreamOwner> owner = nullptr);
  // Ends all that runs, and all that is asked later.
  void cancel();
  const HttpOptions& options() const { return options_; }
  // For what blocks on the way to the engine or a registry; gives up with cancel().
  Pool& pool() { return pool_; }

 private:
  // A connection in use: known to cancel() as long as it lives. Closed when it goes, unless it is
  // kept.
  class Lease {
   public:
    Lease(HttpClient& client, std::unique_ptr<HttpConnection> connection, bool reused);
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    HttpConnection& connection() { return *connection_; }
    bool reused() const { return reused_; }
    // Back to the pool, if it may carry another request.
    void keep();

   private:
    HttpClient* client_;
    std::unique_ptr<HttpConnection> connection_;
    bool reused_;
  };
  // A pooled connection, or a new one that is not open yet (`fresh`: never a pooled one).
  Transported<Lease> take(bool fresh);
  // Once. `answered`: the reply's head has arrived.
  Task<Transported<HttpReply>> attempt(HttpConnection& connection, HttpRequest request,
                                       Duration first_byte, bool& answered);

  boost::asio::any_io_executor executor_;
  Pool pool_;
  HttpOptions options_;
  std::vector<std::unique_ptr<HttpConnection>> idle_;
  std::set<HttpConnection*> busy_;
  bool cancelled_ = false;
};

}  // namespace fairlead::docker
