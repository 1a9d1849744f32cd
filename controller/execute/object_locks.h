// At most one outstanding mutation per object of the engine, over all Apps: a rename, an update and
// a connect of one container that overtake each other leave a state that nobody planned. The
// executor is the only one who mutates, and takes a lock for each action.
//
// Plans of one App hold each other off already (unit.h); these are for branches of one plan that
// touch one object, which the plan leaves in no order where it does not matter.
//
//   const auto held = co_await locks.hold(id);   // until the end of the scope
//   co_await engine.connect_network(id, endpoint);
#pragma once

#include <set>
#include <string>
#include <utility>

#include "base/task.h"

namespace fairlead::controller {

class ObjectLocks {
 public:
  // Held until destroyed. The locks must outlive it.
  class [[nodiscard]] Held {
   public:
    Held(ObjectLocks& locks, std::string object) : locks_(&locks), object_(std::move(object)) {}
    Held(Held&& other) noexcept
        : locks_(std::exchange(other.locks_, nullptr)), object_(std::move(other.object_)) {}
    Held& operator=(Held&&) = delete;
    ~Held();

   private:
    ObjectLocks* locks_;
    std::string object_;
  };

  explicit ObjectLocks(Clock& clock) : freed_(clock) {}

  // Waits until nobody else has it. In no promised order, and for as long as the call of the one
  // before takes. `object` is an ID, or the name of what is about to be made; empty: no object, no
  // wait. One action holds one lock, so none waits for another in a circle.
  Task<Held> hold(std::string object);

 private:
  std::set<std::string> busy_;
  Signal freed_;
};

}  // namespace fairlead::controller
