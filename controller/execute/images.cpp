#include "controller/execute/images.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <set>
#include <utility>

#include "base/guard.h"
#include "base/time_text.h"
#include "controller/objects/labels.h"

namespace fairlead::controller {
namespace {

constexpr Duration kProgressInterval = std::chrono::seconds(5);

// Counts the layers of a pull from the engine's progress lines.
class Layers {
 public:
  void take(const std::string& line) {
    boost::system::error_code bad;
    const auto value = boost::json::parse(line, bad);
    const auto* object = bad ? nullptr : value.if_object();
    // Lines without an ID are about the whole pull; their errors are for the engine's client
    // (F055).
    if (object == nullptr || !object->contains("id") || !object->contains("status")) return;
    const auto* id = object->at("id").if_string();
    const auto* status = object->at("status").if_string();
    if (id == nullptr || status == nullptr || status->starts_with("Pulling from")) return;
    all_.insert(std::string(*id));
    if (*status == "Pull complete" || *status == "Already exists") done_.insert(std::string(*id));
  }
  std::string text() const {
    return std::to_string(done_.size()) + " of " + std::to_string(all_.size()) + " layers";
  }

 private:
  std::set<std::string> all_, done_;
};

}  // namespace

Task<Status> Images::ensure(EnsureImage wanted) {
  const std::string key = key_of(wanted);
  // By reference, platform and policy: what one pull answers, another may ask again.
  auto& slot = flights_[key];
  if (slot != nullptr) {
    // Held on to: the map's entry is gone when it has landed.
    auto flight = slot;
    while (!flight->result)
      co_await flight->landed.wait();
    co_return *flight->result;
  }
  auto flight = slot = std::make_shared<Flight>(clock_);
  // However it ends: who waits for a flight that never lands waits for ever.
  const OnExit landed([this, &key, &flight] {
    if (!flight->result)
      flight->result = failure(ErrorClass::kTransient, Reason::kInternalError, "given up: " + key);
    flights_.erase(key);
    flight->landed.notify();
  });
  std::string what = "image " + wanted.reference;
  auto task = fly(std::move(wanted));
  auto result = co_await caught(std::move(task), std::move(what));
  flight->result = result;
  co_return result;
}

Task<Status> Images::fly(EnsureImage wanted) {
  using When = model::PullPolicy::When;
  auto present = co_await engine_.inspect_image(wanted.reference);
  if (!present && present.error().reason != Reason::kImageNotFound)
    co_return std::unexpected(present.error());
  // Also where nothing is pulled: what it carries must be known before a container is made of it.
  if (present) note_labels(wanted.reference, *present);
  if (present && wanted.pull.when != When::kAlways) {
    if (wanted.pull.when != When::kEvery) co_return Status{};
    const auto tagged = from_rfc3339(present->last_tagged);
    // A pull that finds nothing new does not tag: then only our own memory says that it was made.
    const auto* known = seen(wanted);
    const auto asked = known == nullptr ? tagged : std::max(tagged, known->asked_at);
    seen_[key_of(wanted)] = {present->id, asked};
    if (clock_.wall_now() - asked < wanted.pull.every) co_return Status{};
  }
  if (wanted.pull.when == When::kNever) {
    co_return failure(ErrorClass::kBlocked, Reason::kImageNotFound,
                      "the engine does not have " + wanted.reference + ", and pull_policy is never",
                      "load it, or change pull_policy");
  }
  auto pulled = co_await pull(wanted);
  if (!pulled)
    co_return std::unexpected(std::move(pulled.error()).with_context("pull " + wanted.reference));
  // A clean end of the stream is not the image: it may have been removed meanwhile, or never
  // tagged.
  auto checked = co_await engine_.inspect_image(wanted.reference);
  if (!checked) co_return std::unexpected(checked.error());
  note_labels(wanted.reference, *checked);
  // Also where the pull found nothing new: it was asked.
  if (wanted.pull.when == When::kEvery) seen_[key_of(wanted)] = {checked->id, clock_.wall_now()};
  co_return Status{};
}

void Images::note_labels(const std::string& reference, const docker::Image& image) {
  std::vector<std::string> found;
  for (const auto& [key, value] : image.labels)
    if (is_reserved_label(key)) found.push_back(key);
  if (found.empty()) {
    reserved_.erase(reference);
  } else {
    reserved_[reference] = std::move(found);
  }
}

std::vector<std::string> Images::reserved_labels(const std::string& reference) const {
  const auto found = reserved_.find(reference);
  return found == reserved_.end() ? std::vector<std::string>{} : found->second;
}

const Images::Seen* Images::seen(const EnsureImage& wanted) const {
  const auto found = seen_.find(key_of(wanted));
  return found == seen_.end() ? nullptr : &found->second;
}

Task<Status> Images::pull(const EnsureImage& wanted) {
  auto layers = std::make_shared<Layers>();
  auto last = std::make_shared<SteadyTime>(clock_.steady_now());
  progress_(wanted.reference, "");
  auto on_line = [this, layers, last, reference = wanted.reference](const std::string& line) {
    layers->take(line);
    if (clock_.steady_now() - *last < kProgressInterval) return;
    *last = clock_.steady_now();
    progress_(reference, layers->text());
  };
  return engine_.pull_image({wanted.reference, wanted.platform}, on_line);
}

}  // namespace fairlead::controller
