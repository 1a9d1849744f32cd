#include "base/read_file.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace fairlead {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class ReadFile : public testing::Test {
 protected:
  std::string file(const std::string& bytes) const {
    const auto path = folder / "file";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  test::TemporaryFolder made;
  fs::path folder = made.path;
};

TEST_F(ReadFile, ReadsAllBytesOfAFileUpToTheLimit) {
  const std::string bytes = std::string("a\0b", 3) + std::string(40000, 'x');
  EXPECT_EQ(read_file(file(bytes), bytes.size()).value_or(""), bytes);
  EXPECT_EQ(read_file(file(""), 1).value_or("none"), "");
  const auto over = read_file(file(bytes), bytes.size() - 1);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().message, file(bytes) + ": larger than 40002 bytes");
}

TEST_F(ReadFile, TellsAMissingFileFromOneThatIsNotToBeRead) {
  const auto missing = read_file(folder / "none", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, Reason::kNotFound);
  const auto nested = read_file(file("x") + "/y", 10);
  ASSERT_FALSE(nested);
  EXPECT_EQ(nested.error().reason, Reason::kNotFound);
}

// Each of these would block, have effects of its own, throw, or fill the memory.
TEST_F(ReadFile, RefusesWhatIsNoOrdinaryFile) {
  const std::string fifo = folder / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string sparse = folder / "sparse";
  std::ofstream(sparse).close();
  fs::resize_file(sparse, 1u << 30);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string socket_path = folder / "socket";
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string link = folder / "link";
  fs::create_symlink("/dev/zero", link);

  // One that is waited for would wait for ever.
  for (const std::string& path : {fifo, sparse, socket_path, link, std::string("/dev/zero"),
                                  std::string("/dev/tty"), folder.string()}) {
    const auto read = read_file(path, kTextFileLimit);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().reason, Reason::kPermissionDenied) << path;
    EXPECT_THAT(read.error().message,
                HasSubstr(path + (path == sparse ? ": larger than" : ": not a regular file")));
  }
  close(listener);
}

// /proc files say that they have no bytes, and have some.
TEST_F(ReadFile, DoesNotTrustTheSizeThatAFileClaims) {
  const auto read = read_file("/proc/self/status", kTextFileLimit);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(*read, HasSubstr("Name:"));
  EXPECT_FALSE(read_file("/proc/self/status", 16));
}

}  // namespace
}  // namespace fairlead
