#include "controller/record/instance_lock.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

class Lock : public testing::Test {
 protected:
  test::TemporaryFolder made;
  fs::path folder = made.path;
};

TEST_F(Lock, TheLockHasOneHolderAtATime) {
  {
    const auto first = lock_instance(folder);
    ASSERT_TRUE(first);
    const auto second = lock_instance(folder);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, Reason::kNotOwner);
    EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos)
        << second.error().message;
  }
  EXPECT_TRUE(lock_instance(folder));
}

// Nobody holds these: only NotOwner may be taken for "another Fairlead".
TEST_F(Lock, ALockThatCanNotBeMadeIsNotHeldByAnybody) {
  fs::create_directory(folder / "lock");
  auto taken = lock_instance(folder);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, Reason::kPermissionDenied);
  EXPECT_THAT(taken.error().message, HasSubstr("lock: not a regular file, but a folder"));
  fs::remove(folder / "lock");
  fs::create_symlink("/nowhere", folder / "lock");
  taken = lock_instance(folder);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, Reason::kPermissionDenied);
  EXPECT_NE(taken.error().hint, "");
}

TEST_F(Lock, ADeadHolderHoldsNothing) {
  const pid_t child = fork();
  if (child == 0) {
    auto taken = lock_instance(folder);
    taken->release();  // leaks on purpose: only the end of the process frees it
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(lock_instance(folder));
}

TEST_F(Lock, TheLockNeedsADirectory) {
  const auto taken = lock_instance(folder / "absent");
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().reason, Reason::kNotOwner);
  EXPECT_NE(taken.error().hint, "");
}

}  // namespace
}  // namespace fairlead::controller
