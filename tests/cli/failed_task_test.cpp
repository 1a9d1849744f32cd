// A fault of Fairlead's own, in the program as it is shipped: memory runs out at one allocation
// after the other. An exception may be overcome; where it is not, the process ends by itself with
// exit code 1, so that whoever supervises it starts it again. It never goes on without a task,
// never hangs, never says 0.
#ifdef FAILING_NEW  // not under a sanitizer
#include <gmock/gmock.h>

#include <csignal>
#include <memory>
#include <thread>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::HasSubstr;

// A name that no short string holds in itself: whoever copies it allocates.
constexpr const char* kLongName = "an-app-with-a-name-that-is-long-enough-to-be-allocated";

// For the changed manifest, a rescan and a list of the engine: all of it takes memory.
constexpr std::chrono::milliseconds kForAFault{1500};

class Daemon {
 public:
  explicit Daemon(int fail_at) : fail_at_(fail_at) {
    fs::create_directory(folder_.path / "m");
    write(1);
    pid_ = start(
        {"env", std::string("LD_PRELOAD=") + FAILING_NEW,
         "FAIRLEAD_TEST_FAIL_AT=" + std::to_string(fail_at), FAIRLEAD_BINARY, "run", "--engine",
         "embedded", "--listen", "none", "--settle", "0.1", "--resync", "0.5", "--rescan", "0.5",
         "--state-dir", folder_.path / "state", "--manifests", folder_.path / "m"},
        folder_.path / "log");
  }
  bool converged() const { return log().find("app converged") != std::string::npos; }
  void run_out_of_memory() {
    kill(pid_, SIGUSR2);
    write(2);
  }
  // True if it ended by itself.
  bool ended_with_one() {
    int code = wait_for_exit(pid_, std::chrono::milliseconds(0));
    const bool by_itself = code != -1;
    if (!by_itself) {
      kill(pid_, SIGTERM);
      code = wait_for_exit(pid_, seconds(10));
    }
    EXPECT_EQ(code, by_itself ? 1 : 0) << "allocation " << fail_at_ << "\n" << log();
    if (code == -1) kill(pid_, SIGKILL);
    if (by_itself) {
      EXPECT_THAT(log(), HasSubstr("a fault of Fairlead's own")) << "allocation " << fail_at_;
    }
    return by_itself;
  }

 private:
  void write(int version) const {
    write_text(folder_.path / "m" / "a.yaml",
               std::string("name: ") + kLongName +
                   "\nservices:\n  a: {image: \"x:" + std::to_string(version) + "\"}\n");
  }
  std::string log() const { return read_text(folder_.path / "log"); }

  int fail_at_;
  TemporaryFolder folder_;
  pid_t pid_ = 0;
};

TEST(FailedTask, EndsTheProcessWithExitCodeOne) {
  constexpr int kAtOnce = 8;
  int ended = 0;
  for (int first = 1; first <= 4 * kAtOnce; first += kAtOnce) {
    std::vector<std::unique_ptr<Daemon>> all;
    all.reserve(kAtOnce);
    for (int i = 0; i < kAtOnce; ++i)
      all.push_back(std::make_unique<Daemon>(first + i));
    for (const auto& each : all)
      ASSERT_TRUE(eventually([&] { return each->converged(); }, seconds(30)));
    for (const auto& each : all)
      each->run_out_of_memory();
    std::this_thread::sleep_for(kForAFault);
    for (const auto& each : all)
      ended += each->ended_with_one() ? 1 : 0;
  }
  EXPECT_GT(ended, 0) << "no task failed: nothing was tested";
}

}  // namespace
}  // namespace fairlead::engine_test
#endif
