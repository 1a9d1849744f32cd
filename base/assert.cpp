#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace fairlead {

void assertion_failed(const char* expression, const char* file, int line) {
  // Not by the logger: it may be what failed, or the assertion may be another thread's.
  std::fprintf(stderr, "fairlead: assertion failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace fairlead
