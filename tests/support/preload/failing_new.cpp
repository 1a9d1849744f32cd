// Preloaded into the program as it is shipped: after SIGUSR2, the allocation that
// FAIRLEAD_TEST_FAIL_AT counts (from 1) throws, once. No memory is what may happen to any code.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> left{0};
long at = 0;

void arm(int) {
  left = at;
}

[[gnu::constructor]] void prepare() {
  const char* given = std::getenv("FAIRLEAD_TEST_FAIL_AT");
  at = given == nullptr ? 0 : std::atol(given);
  std::signal(SIGUSR2, arm);
}

}  // namespace

void* operator new(std::size_t size) {
  const bool due = left.load() > 0 && left.fetch_sub(1) == 1;
  void* memory = due ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
