// What was skipped for want of an engine is said in the last line, where ctest looks for it.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/engine/engine_choice.h"

namespace fairlead::engine_test {
namespace {

void say_why() {
  const auto choice = chosen_engine();
  if (choice.problem.empty()) return;
  std::printf("no Docker Engine %s: %s\n", choice.name.c_str(), choice.problem.c_str());
}

class SayWhySkipped : public testing::Environment {
 public:
  void SetUp() override { std::atexit(say_why); }  // after GoogleTest's own summary
};

// Owned by GoogleTest.
[[maybe_unused]] const auto* const kSayWhySkipped =
    testing::AddGlobalTestEnvironment(new SayWhySkipped);

}  // namespace
}  // namespace fairlead::engine_test
