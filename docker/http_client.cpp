#include "docker/http_client.h"

#include <algorithm>
#include <utility>

#include "base/guard.h"

namespace fairlead::docker {

Task<Transported<HttpClient::Taken>> HttpClient::take(bool fresh) {
  Taken taken;
  if (!fresh && !idle_.empty()) {
    taken.connection = std::move(idle_.back());
    taken.reused = true;
    idle_.pop_back();
    co_return taken;
  }
  auto made = make_connection(executor_, options_);
  if (!made) {
    co_return std::unexpected(
        TransportError{TransportFault::kConnectRefused, made.error().message});
  }
  taken.connection = std::move(*made);
  auto opened = co_await taken.connection->open(options_.connect_deadline);
  if (!opened) co_return std::unexpected(opened.error());
  co_return taken;
}

Task<Transported<HttpReply>> HttpClient::attempt(HttpConnection& connection, HttpRequest request,
                                                 Duration first_byte, bool& answered) {
  auto sent = co_await connection.send(std::move(request), options_.write_deadline);
  if (!sent) co_return std::unexpected(sent.error());
  auto head = co_await connection.read_head(first_byte);
  if (!head) co_return std::unexpected(head.error());
  answered = true;
  HttpReply reply;
  reply.head = std::move(*head);
  while (true) {
    auto piece = co_await connection.read_piece(options_.between_bytes_deadline);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    reply.body += *piece;
    if (reply.body.size() > options_.max_reply_bytes) {
      co_return std::unexpected(
          TransportError{TransportFault::kMalformedReply, "the reply is too large"});
    }
  }
  co_return reply;
}

Task<Transported<HttpReply>> HttpClient::exchange(HttpRequest request, bool safe,
                                                  Duration first_byte) {
  for (bool fresh = false;; fresh = true) {
    auto taken = co_await take(fresh);
    if (!taken) co_return std::unexpected(taken.error());
    bool answered = false;
    auto reply = co_await attempt(*taken->connection, request, first_byte, answered);
    if (reply) {
      if (taken->connection->reusable() && idle_.size() < options_.max_connections) {
        idle_.push_back(std::move(taken->connection));
      }
      co_return reply;
    }
    const auto fault = reply.error().fault;
    const bool repeatable = safe || fault == TransportFault::kNotSent;
    const bool stale = taken->reused && !answered && fault != TransportFault::kTimedOut;
    if (!stale || !repeatable) co_return reply;
    idle_.clear();  // the others of that age are dead too
  }
}

Task<Transported<HttpHead>> HttpClient::stream(HttpRequest request, Duration first_byte,
                                               Duration between,
                                               std::function<bool(const HttpHead&)> head,
                                               std::function<bool(const std::string&)> piece) {
  auto taken = co_await take(true);
  if (!taken) co_return std::unexpected(taken.error());
  HttpConnection& connection = *taken->connection;
  auto sent = co_await connection.send(std::move(request), options_.write_deadline);
  if (!sent) co_return std::unexpected(sent.error());
  streams_.push_back(&connection);
  const OnExit ended([this, &connection] { std::erase(streams_, &connection); });
  auto got = co_await connection.read_head(first_byte);
  Transported<HttpHead> result = got;
  bool more = got && head(*got);
  while (more) {
    auto next = co_await connection.read_piece(between);
    if (!next) result = std::unexpected(next.error());
    more = next && !next->empty() && piece(*next);
  }
  co_return result;
}

void HttpClient::stop_streams() {
  for (auto* connection : streams_)
    connection->close();
}

}  // namespace fairlead::docker
