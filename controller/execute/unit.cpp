#include "controller/execute/unit.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace fairlead::controller {
namespace {

std::string network(const std::string& docker_name) {
  return "network " + docker_name;
}

struct Needs {
  Unit& unit;

  void operator()(const CreateNetwork& action) const {
    unit.alone.insert(network(action.spec.name));
  }
  void operator()(const RemoveNetwork& action) const {
    unit.alone.insert(network(action.network.name));
  }
  void operator()(const CreateContainer& action) const {
    for (const auto& endpoint : action.spec.endpoints)
      unit.together.insert(network(endpoint.network_name));
  }
  void operator()(const ConnectEndpoint& action) const {
    unit.together.insert(network(action.endpoint.network_name));
  }
  void operator()(const DisconnectEndpoint& action) const {
    // Leaving counts as well: the other end of it is a network that may be about to go.
    unit.together.insert(network(action.network.name));
    if (action.next) unit.together.insert(network(action.next->network_name));
  }
  template <typename T>
  void operator()(const T&) const {}
};

bool meet(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::ranges::any_of(a, [&b](const auto& each) { return b.contains(each); });
}

bool clash(const Unit& a, const Unit& b) {
  return meet(a.alone, b.alone) || meet(a.alone, b.together) || meet(a.together, b.alone);
}

}  // namespace

Unit unit_of(const std::string& key, const Plan& plan) {
  Unit unit;
  unit.alone.insert("app " + key);
  for (const auto& operation : plan.operations) {
    std::visit(Needs{unit}, operation.action);
    // What a roll-back may touch is held from the beginning: it can't be asked for half-way.
    for (const auto& undo : operation.rollback)
      std::visit(Needs{unit}, undo);
  }
  // A plan does not stand in its own way.
  std::erase_if(unit.together, [&unit](const auto& each) { return unit.alone.contains(each); });
  return unit;
}

bool Units::take(const std::string& key, Unit unit) {
  // Kept while it waits: refused again, it has its old place.
  const auto place = since_.try_emplace(key, last_ + 1).first->second;
  last_ = std::max(last_, place);
  const bool busy = std::ranges::any_of(
      held_, [&](const auto& each) { return each.first != key && clash(each.second, unit); });
  // Whoever came before and clashes goes first, though what it waits for may not be free yet.
  const bool behind = std::ranges::any_of(waiting_, [&](const auto& each) {
    return each.first != key && since_.at(each.first) < place && clash(each.second, unit);
  });
  if (busy || behind) {
    waiting_[key] = std::move(unit);
    refused_.insert(key);
    return false;
  }
  waiting_.erase(key);
  since_.erase(key);
  held_[key] = std::move(unit);
  return true;
}

std::set<std::string> Units::ended(const std::string& key) {
  bool free = held_.erase(key) > 0;
  // Not refused in this pass: whatever it waited for, it has had it or wants it no more.
  if (refused_.erase(key) == 0) {
    since_.erase(key);
    free = waiting_.erase(key) > 0 || free;
  }
  // Nothing was given back: waking others would only make them ask again.
  return free ? may_try() : std::set<std::string>{};
}

std::set<std::string> Units::may_try() const {
  std::set<std::string> keys;
  for (const auto& [key, unit] : waiting_) {
    const bool busy = std::ranges::any_of(
        held_, [&](const auto& each) { return each.first != key && clash(each.second, unit); });
    if (!busy) keys.insert(key);
  }
  return keys;
}

}  // namespace fairlead::controller
