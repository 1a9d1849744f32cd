#include "docker/http/client.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fairlead::docker {
namespace {

// As if nobody listened: nothing was sent, and nothing will be.
std::unexpected<TransportError> cut() {
  return std::unexpected(TransportError{TransportFault::kConnectRefused, "stopping"});
}

}  // namespace

// The stream's own coroutine sees the closed connection and ends.
void StreamOwner::end() {
  ended_ = true;
  if (connection_ != nullptr) connection_->close();
}

HttpClient::Lease::Lease(HttpClient& client, std::unique_ptr<HttpConnection> connection,
                         bool reused)
    : client_(&client), connection_(std::move(connection)), reused_(reused) {
  client_->busy_.insert(connection_.get());
}

HttpClient::Lease::~Lease() {
  if (connection_) client_->busy_.erase(connection_.get());
}

// A connection that is not kept goes with its lease, and is closed by that.
void HttpClient::Lease::keep() {
  const bool room = client_->idle_.size() < client_->options_.max_connections;
  if (!room || client_->cancelled_ || !connection_->reusable()) return;
  client_->busy_.erase(connection_.get());
  client_->idle_.push_back(std::move(connection_));
}

// A pooled connection, or a new one that is not open yet.
Transported<HttpClient::Lease> HttpClient::take(bool fresh) {
  if (cancelled_) return cut();
  while (!fresh && !idle_.empty()) {
    auto pooled = std::move(idle_.back());
    idle_.pop_back();
    // What came in unasked would be taken for the answer to what is asked next.
    if (pooled->reusable()) return Lease(*this, std::move(pooled), true);
  }
  // For TLS this reads the certificates again: they may have been renewed.
  auto made = make_connection(executor_, pool_, options_);
  if (!made)
    return std::unexpected(TransportError{TransportFault::kConnectRefused, made.error().message});
  return Lease(*this, std::move(*made), false);
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
  // From the head on: until then it was the engine that took its time, and `first_byte` counts.
  const auto until = std::chrono::steady_clock::now() + options_.whole_reply_deadline;
  while (true) {
    const Duration left = until - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) {
      co_return std::unexpected(
          TransportError{TransportFault::kTimedOut, "the reply takes too long"});
    }
    auto piece = co_await connection.read_piece(std::min(left, options_.between_bytes_deadline));
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    reply.body += *piece;
    if (reply.body.size() > options_.max_reply_bytes) {
      co_return std::unexpected(TransportError{
          TransportFault::kTooLarge,
          "the reply is larger than " + std::to_string(options_.max_reply_bytes) + " bytes"});
    }
  }
  co_return reply;
}

Task<Transported<HttpReply>> HttpClient::exchange(HttpRequest request, bool safe,
                                                  Duration first_byte) {
  // Twice at most: what is fresh is not reused.
  for (bool fresh = false;; fresh = true) {
    auto taken = take(fresh);
    if (!taken) co_return std::unexpected(taken.error());
    auto& connection = taken->connection();
    if (!taken->reused()) {
      auto opened = co_await connection.open(options_.connect_deadline);
      // cancel() can't close what is not open yet.
      if (cancelled_) co_return cut();
      if (!opened) co_return std::unexpected(opened.error());
    }
    bool answered = false;
    auto reply = co_await attempt(connection, request, first_byte, answered);
    if (reply) {
      taken->keep();
      co_return reply;
    }
    // Stale: it was kept, and not a byte of a reply came. That is what a restarted engine looks
    // like (F069, F070). A time-out does not: somebody is there, and may be at work on it.
    const auto fault = reply.error().fault;
    const bool repeatable = safe || fault == TransportFault::kNotSent;
    const bool stale = taken->reused() && !answered && fault != TransportFault::kTimedOut &&
                       fault != TransportFault::kNotARequest;
    if (!stale || !repeatable || cancelled_) co_return reply;
    idle_.clear();  // the others of that age are dead too
  }
}

Task<Transported<HttpHead>> HttpClient::stream(HttpRequest request, Duration first_byte,
                                               Duration between,
                                               std::function<bool(const HttpHead&)> head,
                                               std::function<bool(const std::string&)> piece,
                                               std::shared_ptr<StreamOwner> owner) {
  // A stream may be silent for hours, so it would not be found out that a kept connection is dead.
  auto taken = take(true);
  if (!taken) co_return std::unexpected(taken.error());
  HttpConnection& connection = taken->connection();
  // Forgets the connection before it goes, whatever happens.
  struct Owned {
    std::shared_ptr<StreamOwner> owner;
    ~Owned() {
      if (owner) owner->connection_ = nullptr;
    }
  } const owned(owner);
  if (owner) owner->connection_ = &connection;
  auto opened = co_await connection.open(options_.connect_deadline);
  if (cancelled_ || (owner && owner->ended())) co_return cut();
  if (!opened) co_return std::unexpected(opened.error());
  auto sent = co_await connection.send(std::move(request), options_.write_deadline);
  if (!sent) co_return std::unexpected(sent.error());
  auto got = co_await connection.read_head(first_byte);
  Transported<HttpHead> result = got;
  bool more = got && head(*got);
  while (more) {
    auto next = co_await connection.read_piece(between);
    if (!next) result = std::unexpected(next.error());
    // An empty piece is a clean end.
    more = next && !next->empty() && piece(*next);
  }
  co_return result;
}

void HttpClient::cancel() {
  cancelled_ = true;
  pool_.give_up();
  idle_.clear();
  for (auto* connection : busy_)
    connection->close();
}

}  // namespace fairlead::docker
