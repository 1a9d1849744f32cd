// FL_ASSERT: what must hold inside Fairlead. On in every build: a broken invariant must stop the
// daemon rather than touch the engine. What the world may do is a Result, never an assertion.
//
//   FL_ASSERT(values.size() == meta.label_count());
//
// The expression is evaluated once. If it is false, it goes to standard error with file and line,
// and the process aborts at once (SIGABRT): no destructor runs, the lock of the state directory
// goes with the process, and what was sent to the engine by then is found by the next one. There is
// no message of one's own: whoever sees it needs the source in any case. Any thread may assert.
//
// Not for input. A manifest, a reply of the engine, a file of the state directory or a client of
// the API can be anything, and none of them may end the daemon (base/result.h).
#pragma once

namespace fairlead {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace fairlead

#define FL_ASSERT(expression) \
  ((expression) ? void(0) : ::fairlead::assertion_failed(#expression, __FILE__, __LINE__))
