// Requests over pooled keep-alive connections. Private to docker/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "docker/http_connection.h"

namespace fairlead::docker {

struct HttpReply {
  HttpHead head;
  std::string body;
};

class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, HttpOptions options)
      : executor_(std::move(executor)), options_(std::move(options)) {}

  // One exchange. `safe`: may be repeated on a fresh connection if a *reused* one turns out to be
  // dead before the first byte of the reply (F070).
  Task<Transported<HttpReply>> exchange(HttpRequest request, bool safe, Duration first_byte);

  // An exchange whose body is handed over piece by piece; `head` may end it by returning false.
  // `between` zero: the body may be silent for ever (the event stream).
  Task<Transported<HttpHead>> stream(HttpRequest request, Duration first_byte, Duration between,
                                     std::function<bool(const HttpHead&)> head,
                                     std::function<bool(const std::string&)> piece);
  // Closes the connection of the streams that are running.
  void stop_streams();
  const HttpOptions& options() const { return options_; }

 private:
  struct Taken {
    std::unique_ptr<HttpConnection> connection;
    bool reused = false;
  };
  Task<Transported<Taken>> take(bool fresh);
  Task<Transported<HttpReply>> attempt(HttpConnection& connection, HttpRequest request,
                                       Duration first_byte, bool& answered);

  boost::asio::any_io_executor executor_;
  HttpOptions options_;
  std::vector<std::unique_ptr<HttpConnection>> idle_;
  std::vector<HttpConnection*> streams_;
};

}  // namespace fairlead::docker
