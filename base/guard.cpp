#include "base/guard.h"

namespace fairlead {

Error internal_error(ErrorClass error_class, const std::string& what,
                     const std::exception_ptr& failed) {
  return {error_class, Reason::kInternalError, what + ": " + what_of(failed),
          "a fault in Fairlead itself: it is tried again; please report it"};
}

Task<Status> caught(Task<void> task, std::string what, ErrorClass error_class) {
  std::exception_ptr failed;
  try {
    co_await std::move(task);
    co_return Status{};
  } catch (...) {
    failed = std::current_exception();
  }
  co_return std::unexpected(internal_error(error_class, what, failed));
}

}  // namespace fairlead
