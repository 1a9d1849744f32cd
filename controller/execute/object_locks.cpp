#include "controller/execute/object_locks.h"

#include "base/assert.h"

namespace fairlead::controller {

Task<ObjectLocks::Held> ObjectLocks::hold(std::string object) {
  // All who wait are woken by any lock that is freed, and look whether it was theirs: there are
  // few.
  while (busy_.contains(object)) {
    co_await freed_.wait();
  }
  if (!object.empty()) FL_ASSERT(busy_.insert(object).second);
  co_return Held(*this, std::move(object));
}

ObjectLocks::Held::~Held() {
  if (locks_ == nullptr || object_.empty()) return;
  FL_ASSERT(locks_->busy_.erase(object_) == 1);
  locks_->freed_.notify();
}

}  // namespace fairlead::controller
