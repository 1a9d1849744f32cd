#include "tests/simulation/simulated_fleet.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/digest.h"
#include "tests/simulation/gated_engine.h"

namespace fairlead::simulation {
namespace {

constexpr std::uint64_t kSlowestWriteMs = 40;

// So often is the state written anew, in the middle of what is simulated, too.
constexpr std::size_t kFloor = 500;

// The disk of one process. A write takes its time, and arrives at its beginning or at its end; of
// what is appended any part may be there meanwhile. When the process dies then, that is what is
// left. What a dead process writes never arrives.
class MortalFile final : public controller::StateFile {
 public:
  MortalFile(SimulatedDisk& disk, Clock& clock, const GatedEngine& life)
      : disk_(disk), clock_(clock), inner_(controller::file_in_memory(disk.bytes)), life_(life) {}
  Result<std::string> read() override { return inner_->read(); }
  Status replace(const std::string& bytes) override { return inner_->replace(bytes); }
  Status append(const std::string& bytes) override { return inner_->append(bytes); }
  Task<Status> write(How how, std::string bytes) override {
    if (life_.dead()) co_return Status{};
    ++disk_.writes;
    const std::string before = *disk_.bytes;
    const std::string after = how == How::kAppend ? before + bytes : bytes;
    const bool early = !disk_.held && !disk_.refusal && disk_.random.below(2) == 0;
    // A disk that refuses takes a part all the same.
    if (how == How::kAppend) *disk_.bytes += bytes.substr(0, disk_.random.below(bytes.size()));
    if (early) *disk_.bytes = after;
    co_await sleep_for(clock_, std::chrono::milliseconds(disk_.random.below(kSlowestWriteMs)));
    while (!early && disk_.held && !life_.dead()) {
      co_await disk_.released.wait();
    }
    if (early || life_.dead()) co_return Status{};
    if (disk_.refusal) co_return std::unexpected(*disk_.refusal);
    co_return inner_->replace(after);
  }

 private:
  SimulatedDisk& disk_;
  Clock& clock_;
  std::unique_ptr<controller::StateFile> inner_;
  const GatedEngine& life_;
};

}  // namespace

Task<Result<watch::Snapshot>> MemoryDirectory::next() {
  const auto repeat_at = given_at_ + std::chrono::seconds(10);
  while (!stopped_) {
    watch::Snapshot snapshot;
    snapshot.complete = true;
    bool changed = number_ == 0 || files_.size() != last_.size() || followed_more_;
    for (const auto& [name, bytes] : files_) {
      auto& file = last_[name];
      const auto digest = sha256_hex(bytes);
      if (file.digest != digest) {
        changed = true;
        file.bytes = std::make_shared<const std::string>(bytes);
        file.digest = digest;
      }
    }
    std::erase_if(last_, [this](const auto& item) { return !files_.contains(item.first); });
    if (changed || clock_.steady_now() >= repeat_at) {
      given_at_ = clock_.steady_now();
      snapshot.number = ++number_;
      followed_more_ = false;
      snapshot.followed = followed_;
      for (const auto& [name, file] : last_) {
        if (watch::is_manifest_name(name)) snapshot.files.put(name, file);
        if (followed_->contains(name)) snapshot.references.put(name, file);
      }
      co_return snapshot;
    }
    co_await stop_.wait_until(clock_.steady_now() + std::chrono::milliseconds(500));
  }
  co_return failure(ErrorClass::kTransient, Reason::kSourceUnavailable, "stopped");
}

void MemoryDirectory::follow(std::shared_ptr<const watch::Followed> paths) {
  if (*paths == *followed_) return;
  followed_ = std::move(paths);
  followed_more_ = true;
  stop_.notify();  // as the real one: it looks again at once
}

void MemoryDirectory::stop() {
  stopped_ = true;
  stop_.notify();
}

struct SimulatedFleet::Process {
  Process(SimulatedFleet& fleet)
      : gate(*fleet.engine, fleet.clock),
        inventory(std::make_unique<MortalFile>(fleet.disk, fleet.clock, gate), fleet.clock, kFloor),
        directory(fleet.clock, fleet.files),
        log(fleet.clock, [this, &fleet](const LogRecord& record) {
          if (!gate.dead()) {
            fleet.log.push_back(format_record(record, LogFormat::kLogfmt, false, true));
          }
        }) {}

  GatedEngine gate;
  controller::Inventory inventory;
  MemoryDirectory directory;
  Logger log;
  std::unique_ptr<controller::Controller> loop;
  bool ended = false;
};

docker::EmbeddedOptions lifelike_engine() {
  docker::EmbeddedOptions options;
  options.any_image = true;
  options.latency = true;
  options.jitter = true;
  options.event_delay = std::chrono::milliseconds(15);
  return options;
}

SimulatedFleet::SimulatedFleet(std::uint64_t seed, const docker::EmbeddedOptions& options)
    : random(seed), disk(clock, seed) {
  engine = docker::make_embedded_engine(clock, random, options);
}

SimulatedFleet::~SimulatedFleet() {
  // What a test hooked in may refer to what is gone before the fleet; calls still end below.
  engine->set_fault_hook(nullptr);
  for (auto& process : processes_)
    drain(*process);
}

void SimulatedFleet::start() {
  auto process = std::make_unique<Process>(*this);
  auto* raw = process.get();
  processes_.push_back(std::move(process));
  raw->gate.on_mutation([this, raw](std::uint64_t number, bool done) {
    if (number == crash_mutation_ && done == crash_after_) raw->gate.die();
  });
  auto loaded = raw->inventory.load(random.hex(32));
  FL_ASSERT(loaded.has_value());
  raw->loop = std::make_unique<controller::Controller>(
      controller::ControllerParts{io.get_executor(), clock, random, raw->log, raw->directory,
                                  raw->gate, raw->inventory},
      controller::ControllerOptions{});
  boost::asio::co_spawn(io, raw->loop->run(), [raw](const std::exception_ptr& failed) {
    FL_ASSERT(!failed);
    raw->ended = true;
  });
}

void SimulatedFleet::crash() {
  crash_mutation_ = 0;
  processes_.back()->gate.die();
}

bool SimulatedFleet::stop(Duration limit) {
  auto& process = *processes_.back();
  process.loop->stop();
  return run_until([&process] { return process.ended; }, limit);
}

void SimulatedFleet::crash_at(std::uint64_t mutation, bool after_effect) {
  crash_mutation_ = mutation;
  crash_after_ = after_effect;
}

bool SimulatedFleet::crashed() const {
  return processes_.back()->gate.dead();
}

void SimulatedFleet::drain(Process& process) {
  // Whatever a simulation is about: no object had two mutations on their way.
  FL_ASSERT(process.gate.most_of_one_object() <= 1);
  process.gate.die();
  process.gate.release();
  disk.release();
  process.loop->stop();
  run_until([&process] { return process.ended; }, std::chrono::hours(1));
}

bool SimulatedFleet::run_until(const std::function<bool()>& reached, Duration limit) {
  const auto deadline = clock.steady_now() + limit;
  while (true) {
    io.restart();
    io.poll();
    if (reached()) return true;
    if (!clock.has_timers() || clock.next_timer() > deadline) {
      clock.advance_time_to(deadline);
      return false;
    }
    clock.advance_to_next();
  }
}

void SimulatedFleet::run_for(Duration duration) {
  run_until([] { return false; }, duration);
}

bool SimulatedFleet::all_ready() const {
  const auto& loop = *processes_.back()->loop;
  if (!loop.first_scan_done() || loop.desired().entries().empty()) return false;
  return std::ranges::all_of(loop.desired().entries(), [&loop](const auto& item) {
    const auto status = loop.apps().find(item.first);
    if (status == loop.apps().end() || status->second.digest != item.second.digest) return false;
    const auto* ready = controller::find_condition(status->second.conditions, "Ready");
    return ready != nullptr && ready->status == controller::Truth::kTrue;
  });
}

bool SimulatedFleet::converges_within(Duration limit) {
  return run_until([this] { return all_ready(); }, limit);
}

controller::Controller& SimulatedFleet::controller() {
  return *processes_.back()->loop;
}

}  // namespace fairlead::simulation
