#include "controller/guard/part_absence.h"

namespace fairlead::controller {
namespace {

// What left so long ago is told from what was never there by nobody.
constexpr Duration kForgetAfter = std::chrono::hours(1);

}  // namespace

void PartAbsence::declare(std::set<std::string> declared) {
  for (const auto& part : declared_) {
    // Counted from the next scan on; one that left before keeps its count.
    if (!declared.contains(part)) left_.try_emplace(part);
  }
  // One that is back starts over, however briefly: no scan need come before it leaves again.
  std::erase_if(left_, [&](const auto& item) { return declared.contains(item.first); });
  declared_ = std::move(declared);
}

void PartAbsence::scanned(bool whole, SteadyTime now) {
  std::erase_if(left_, [&](const auto& item) {
    return item.second.scans > 0 && now - item.second.since > kForgetAfter;
  });
  if (!whole) {
    // Also what was never seen may be in the file that can't be judged now.
    never_ = {};
    for (auto& [part, absence] : left_)
      absence = {};
    return;
  }
  never_.count(now);
  for (auto& [part, absence] : left_)
    absence.count(now);
}

bool PartAbsence::ripe(const PruneRules& rules, SteadyTime now) const {
  return never_.long_enough(rules, now);
}

std::set<std::string> PartAbsence::recent(const PruneRules& rules, SteadyTime now) const {
  std::set<std::string> parts;
  for (const auto& [part, absence] : left_) {
    if (!absence.long_enough(rules, now)) parts.insert(part);
  }
  return parts;
}

std::string container_part(const std::string& service, int number) {
  return "container/" + service + "/" + std::to_string(number);
}

std::string network_part(const std::string& docker_name) {
  return "network/" + docker_name;
}

}  // namespace fairlead::controller
