// FL_ASSERT: what must hold inside Fairlead. On in every build: a broken invariant must stop the
// daemon rather than touch the engine. What the world may do is a Result, never an assertion.
#pragma once

namespace fairlead {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace fairlead

#define FL_ASSERT(expression) \
  ((expression) ? void(0) : ::fairlead::assertion_failed(#expression, __FILE__, __LINE__))
