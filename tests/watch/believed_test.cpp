// A file that looks as it did is not read again; whatever could have changed it is.
#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

#include "tests/watch/fixture.h"
#include "watch/scan.h"

namespace fairlead::watch {
namespace {

class Believed : public testing::Test {
 protected:
  Believed() { options.path = root.string(); }

  const File& scan() {
    last = scan_directory(options, std::make_shared<const Followed>(), last);
    return last.files.at("a.yaml");
  }
  // Until a change of the file is so old that no further one can look like it.
  void let_rest() {
    write(root / "a.yaml", "one");
    std::this_thread::sleep_for(2100ms);
  }

  test::TemporaryFolder folder;
  fs::path root = folder.path;
  Options options;
  Scan last;
};

TEST_F(Believed, AFreshFileIsReadByEachScan) {
  write(root / "a.yaml", "one");
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(scan().stamp.rested);
}

TEST_F(Believed, AnOldFileIsReadAnewAfterSomeScans) {
  let_rest();
  const int first = scan().stamp.believed;
  EXPECT_TRUE(last.files.at("a.yaml").stamp.rested);
  EXPECT_EQ(scan().stamp.believed, first + 1);
  bool again = false;
  for (int i = 0; i <= kMostBelieved; ++i) {
    const int before = last.files.at("a.yaml").stamp.believed;
    again |= scan().stamp.believed <= before;
  }
  EXPECT_TRUE(again);
}

TEST_F(Believed, NoChangeIsMissedForEqualSizesAndTimes) {
  let_rest();
  scan();
  struct stat before{};
  ASSERT_EQ(::stat((root / "a.yaml").c_str(), &before), 0);
  write(root / "a.yaml", "two");
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, (root / "a.yaml").c_str(), times, 0), 0);
  EXPECT_EQ(*scan().bytes, "two");
}

TEST_F(Believed, NeitherALinkNorAFileOfSomebodyElse) {
  let_rest();
  scan();
  ASSERT_EQ(::chmod((root / "a.yaml").c_str(), 0666), 0);
  EXPECT_NE(scan().error, "") << "writable by all";
}

}  // namespace
}  // namespace fairlead::watch
