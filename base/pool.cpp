#include "base/pool.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace fairlead {
namespace {

// Of all pools: what matters at the end of the process is whether anything of ours still runs.
std::atomic<int> working_threads = 0;

}  // namespace

// What threads and pool share. Threads keep it alive: a pool may go while they work.
struct Pool::State {
  std::mutex mutex;
  std::deque<Job> jobs;
  std::size_t threads = 0;
  std::size_t most = 0;
  boost::asio::any_io_executor executor;  // empty once the pool is gone

  // A thread's life. Until nothing is left to do, or nobody is there to tell. The work runs without
  // the lock; all else is short.
  static void serve(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    while (state->executor && !state->jobs.empty()) {
      Job job = std::move(state->jobs.front());
      state->jobs.pop_front();
      lock.unlock();
      Message message;
      try {
        message = job();
      } catch (...) {
        // Not of the work, whose exceptions are its answer: nobody can be told of this one. It ends
        // the loop, and so the process, as it would on the loop's own thread.
        message = [failed = std::current_exception()] { std::rethrow_exception(failed); };
      }
      job = {};  // what it owns may be large, or ask for the lock
      lock.lock();
      // Under the lock: the pool may be on its way out, and its executor with it.
      if (state->executor && message) boost::asio::post(state->executor, std::move(message));
    }
    // In this order, and before the lock goes: whoever submits next either finds this thread at
    // work still, or starts another one.
    --state->threads;
    lock.unlock();
    // Last: after it the process may tear down what a thread needs.
    --working_threads;
  }
};

Pool::Pool(boost::asio::any_io_executor executor, std::size_t most)
    : executor_(std::move(executor)), state_(std::make_shared<State>()) {
  state_->executor = executor_;
  state_->most = most;
}

Pool::~Pool() {
  const std::lock_guard lock(state_->mutex);
  state_->executor = {};
  state_->jobs.clear();
}

bool Pool::working() {
  return working_threads > 0;
}

void Pool::give_up() {
  given_up_ = true;
  for (const auto& each : waiting_) {
    if (const auto waiting = each.lock()) waiting->ended.cancel();
  }
}

void Pool::submit(Job job, const std::shared_ptr<Waiting>& waiting) {
  if (given_up_) return;
  // Here, so that what nobody waits for any more does not pile up.
  std::erase_if(waiting_, [](const auto& each) { return each.expired(); });
  waiting_.push_back(waiting);
  const std::lock_guard lock(state_->mutex);
  state_->jobs.push_back(std::move(job));
  // One of them comes to it.
  if (state_->threads == state_->most) return;
  ++state_->threads;
  ++working_threads;
  try {
    std::thread(&State::serve, state_).detach();
  } catch (...) {
    --working_threads;
    // The system gives no thread: those that there are will come to it.
    if (--state_->threads > 0) return;
    state_->jobs.pop_back();
    throw;
  }
}

}  // namespace fairlead
