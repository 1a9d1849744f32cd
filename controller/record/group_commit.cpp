#include "controller/record/group_commit.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "base/guard.h"

namespace fairlead::controller {
namespace {

// So long are changes gathered that nobody waits for. The next one who waits takes them along.
constexpr Duration kGather = std::chrono::milliseconds(200);
constexpr Duration kSoonest = std::chrono::seconds(1);
constexpr Duration kRarest = std::chrono::seconds(30);

// So many times the whole may be appended to it before it is written anew. All that is written is
// then at most 2.5 times what changed, and the file three times as long as it must be.
constexpr std::size_t kGrowth = 2;

std::unexpected<Error> unanswered() {
  // Blocked: to ask again at once would wait for the same write.
  return failure(ErrorClass::kBlocked, Reason::kTimeout,
                 "a write into the state directory has not ended yet: nothing can be recorded",
                 "check the disk that the state directory is on");
}

}  // namespace

struct GroupCommit::State {
  State(std::unique_ptr<StateFile> to, Clock& with, std::size_t least)
      : file(std::move(to)), clock(with), floor(least), ended(with), news(with), stopped(with) {}

  void begun_anew(std::size_t size) {
    anew = false;
    whole = size;
    appended = 0;
  }
  // A small file may be appended to for long: to write it anew for each kilobyte would cost more.
  bool grown() const { return appended > std::max(floor, kGrowth * whole); }

  std::unique_ptr<StateFile> file;
  Clock& clock;
  std::size_t floor;
  bool anew = true;            // the next write is the whole
  std::size_t whole = 0;       // bytes in the file
  std::size_t appended = 0;    // after it
  Signal ended;                // a write, or the wait of all by stop()
  Signal news;                 // something is to be written
  Signal stopped;              // the pause of keep()
  std::uint64_t revision = 0;  // grows with each change
  std::uint64_t written = 0;   // all up to this one is on disk
  // The write on its way, or the last one.
  std::uint64_t number = 0;
  std::uint64_t carried = 0;  // the revision in it
  SteadyTime since{};
  bool writing = false;
  // The last one that failed.
  std::uint64_t refused = 0;
  Error error;
  bool over = false;
};

GroupCommit::GroupCommit(std::unique_ptr<StateFile> file, Clock& clock, Text text,
                         std::size_t floor)
    : state_(std::make_shared<State>(std::move(file), clock, floor)), text_(std::move(text)) {}

Result<std::string> GroupCommit::read() {
  return state_->file->read();
}

void GroupCommit::go_on(std::size_t whole, std::size_t appended) {
  state_->anew = false;
  state_->whole = whole;
  state_->appended = appended;
}

Status GroupCommit::write_now() {
  // On the caller's thread: there is no loop yet that could be held up.
  const auto bytes = text_.whole();
  auto replaced = state_->file->replace(bytes);
  if (!replaced) {
    state_->anew = true;
    return replaced;
  }
  state_->begun_anew(bytes.size());
  state_->written = state_->revision;
  return replaced;
}

void GroupCommit::changed() {
  ++state_->revision;
  state_->news.notify();
}

bool GroupCommit::writing() const {
  return state_->writing;
}

void GroupCommit::stop() {
  state_->over = true;
  state_->ended.notify();
  state_->news.notify();
  state_->stopped.notify();
}

Task<void> GroupCommit::write(std::shared_ptr<State> state, StateFile::How how, std::string bytes) {
  const bool whole = how == StateFile::How::kReplace;
  const auto size = bytes.size();
  auto task = state->file->write(how, std::move(bytes));
  auto done = co_await caught(std::move(task), "writing the state");
  // Before all that follows: who is woken by `ended` may begin the next one.
  state->writing = false;
  if (done) {
    state->written = state->carried;
    if (whole) {
      state->begun_anew(size);
    } else {
      state->appended += size;
    }
  } else {
    state->anew = true;
    // Of an append nobody is told: the whole is written next, for the same who wait.
    if (whole) {
      state->refused = state->number;
      state->error = std::move(done.error());
    }
  }
  state->ended.notify();
}

void GroupCommit::begin(const boost::asio::any_io_executor& executor) {
  const auto state = state_;
  // Decided when it begins: what is changed while it is on its way is for the next.
  const bool whole = state->anew || state->grown();
  std::string bytes = whole ? text_.whole() : text_.changes();
  state->writing = true;
  state->carried = state->revision;
  state->since = state->clock.steady_now();
  ++state->number;
  const auto how = whole ? StateFile::How::kReplace : StateFile::How::kAppend;
  // By nobody's task: it goes on when all who waited for it have given up.
  boost::asio::co_spawn(executor, write(state, how, std::move(bytes)),
                        [](const std::exception_ptr&) {});
}

Task<Status> GroupCommit::durable(SteadyTime deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto state = state_;
  const auto wanted = state->revision;
  // A stop that was before this call does not end it: the last durable() of an orderly end comes
  // after it.
  const bool over = state->over;
  // The first write that can answer for what is wanted.
  const bool on_its_way = state->writing && state->carried >= wanted;
  // An older one that is refused says nothing of what is wanted.
  const auto first = state->number + (on_its_way ? 0 : 1);
  while (state->written < wanted) {
    if (state->refused >= first) co_return std::unexpected(state->error);
    if (state->over != over) {
      co_return failure(ErrorClass::kTransient, Reason::kTimeout, "stopped while it was written");
    }
    // Whoever comes first begins it, for all who wait by then.
    if (!state->writing) begin(executor);
    const auto until = std::min(deadline, state->since + kPatience);
    if (state->clock.steady_now() >= until) co_return unanswered();
    co_await state->ended.wait_until(until);
  }
  co_return Status{};
}

Task<Status> GroupCommit::folded(SteadyTime deadline) {
  auto kept = co_await durable(deadline);
  // It is whole already, or can't be written.
  if (!kept || (state_->appended == 0 && !state_->anew)) co_return kept;
  state_->anew = true;
  ++state_->revision;
  auto folded = co_await durable(deadline);
  (void)folded;
  co_return kept;
}

Task<void> GroupCommit::keep(std::function<void(const Status&)> told) {
  const auto state = state_;
  Duration pause = kGather;
  while (!state->over) {
    // Nothing to do: the next change wakes.
    if (state->written == state->revision) {
      co_await state->news.wait();
      continue;
    }
    // Gathers what nobody waits for; after a refusal this is the pause before the next try.
    co_await state->stopped.wait_until(state->clock.steady_now() + pause);
    if (state->over) co_return;
    auto kept = co_await durable();
    if (state->over) co_return;
    told(kept);
    pause = kept ? kGather : std::clamp(pause * 2, kSoonest, kRarest);
  }
}

}  // namespace fairlead::controller
