// FL_ASSERT: what must hold inside Fairlead. On in every build: a broken invariant must stop the
// daemon rather than touch the engine. What the world may do is a Result, never an assertion.
//
// The expression is evaluated once. If it is false, it goes to standard error with file and line,
// and the process aborts at once (SIGABRT). What was sent to the engine by then is found by the
// next process.
#pragma once

namespace fairlead {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace fairlead

#define FL_ASSERT(expression) \
  ((expression) ? void(0) : ::fairlead::assertion_failed(#expression, __FILE__, __LINE__))
