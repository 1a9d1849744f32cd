// Requests over pooled keep-alive connections. Private to docker/.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "docker/http/connection.h"

namespace fairlead::docker {

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

class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, HttpOptions options)
      : executor_(std::move(executor)), pool_(executor_), options_(std::move(options)) {}

  // One exchange. `safe`: may be repeated on a fresh connection if a *reused* one turns out to be
  // dead before the first byte of the reply (F070).
  Task<Transported<HttpReply>> exchange(HttpRequest request, bool safe, Duration first_byte);

  // An exchange whose body is handed over piece by piece; `head` may end it by returning false.
  // `between` zero: the body may be silent for ever (the event stream).
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
  // A connection in use: known to cancel() as long as it lives.
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
  Transported<Lease> take(bool fresh);
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
