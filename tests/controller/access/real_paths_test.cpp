// F103: what counts is where a path leads, and what is seen there: links, hard links, second
// mounts.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "controller/access/check.h"
#include "controller/access/host_files.h"
#include "tests/support/app_builders.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::controller {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

class RealPaths : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root / "srv/real");
    fs::create_directory(root / "run");
    access.allow.emplace_back();
    access.allow[0].apps = {"*"};
    access.allow[0].bind_mounts = {(root / "srv").string()};
    access.host = host_files();
    access.engine_sockets = {(root / "run/docker.sock").string()};
  }

  void listen() { listen(root / "run/docker.sock"); }
  void listen(const fs::path& socket) {
    const int opened = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket.string();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(opened, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(opened);
  }

  // What is said of a bind mount of it, and of a volume that binds it; "" if nothing is.
  std::string verdict(const fs::path& source) const {
    docker::ContainerSpec spec;
    spec.mounts.emplace_back();
    spec.mounts[0].type = "bind";
    spec.mounts[0].source = source.string();
    docker::VolumeSpec volume;
    volume.driver_opts = {{"type", "none"}, {"o", "bind"}, {"device", source.string()}};
    const auto mounted = check_paths(test::small_app(), spec, {}, access);
    const auto bound = check_paths(test::small_app(), {}, {volume}, access);
    EXPECT_EQ(mounted.size(), bound.size());
    if (mounted.empty() || bound.empty()) return "";
    EXPECT_EQ(mounted[0].what, bound[0].what);
    return mounted[0].what;
  }

  test::TemporaryFolder folder;
  fs::path root = folder.path;
  model::HostAccess access;
};

TEST_F(RealPaths, ALinkOutOfAnAllowedRootIsSeen) {
  fs::create_directory_symlink("/", root / "srv/link");
  fs::create_directory_symlink("loop", root / "srv/loop");
  fs::create_directory_symlink(root / "run", root / "srv/run");
  EXPECT_EQ(verdict(root / "srv/real"), "");
  EXPECT_EQ(verdict(root / "srv/not/there"), "");
  EXPECT_THAT(verdict(root / "srv/link"), HasSubstr("engine's socket, by /"));
  EXPECT_THAT(verdict(root / "srv/link/etc"), HasSubstr("bind mount of /etc (by "));
  EXPECT_THAT(verdict(root / "srv/loop"), HasSubstr("links lead nowhere"));
  // `srv/run/../x`: the kernel goes to the folder beside `run`, a reader of texts stays in `srv`.
  EXPECT_THAT(verdict(root / "srv/run/../x"), HasSubstr((root / "x").string()));
}

// The rule's own path may hold links: it was the administrator who named it.
TEST_F(RealPaths, ARuleIsFollowedToo) {
  fs::create_directory_symlink(root / "srv", root / "media");
  access.allow[0].bind_mounts = {(root / "media").string()};
  EXPECT_EQ(verdict(root / "srv/real"), "");
  EXPECT_EQ(verdict(root / "media/real"), "");
}

TEST_F(RealPaths, TheSocketIsKnownByEveryName) {
  listen();
  EXPECT_THAT(verdict(root / "run"), HasSubstr("engine's socket"));
  EXPECT_THAT(verdict(root / "run/docker.sock"), HasSubstr("engine's socket"));
  EXPECT_EQ(verdict(root / "srv"), "");
  fs::create_hard_link(root / "run/docker.sock", root / "srv/real/x");
  EXPECT_THAT(verdict(root / "srv/real/x"), HasSubstr("engine's socket"));
  EXPECT_THAT(verdict(root / "srv"), HasSubstr("engine's socket"));
}

TEST_F(RealPaths, TheSocketIsKnownThroughAChainOfLinks) {
  listen();
  fs::create_symlink("../run/docker.sock", root / "srv/third");
  fs::create_symlink("third", root / "srv/second");
  fs::create_symlink(root / "srv/second", root / "srv/first");
  fs::create_directory_symlink("../../run", root / "srv/real/folder");
  EXPECT_THAT(verdict(root / "srv/first"), HasSubstr("engine's socket"));
  EXPECT_THAT(verdict(root / "srv/real/folder"), HasSubstr("engine's socket"));
  EXPECT_THAT(verdict(root / "srv/real/folder/docker.sock"), HasSubstr("engine's socket"));
  EXPECT_THAT(verdict(root / "srv/real/folder/../run"), HasSubstr("engine's socket"));
  // The links themselves hold no socket.
  EXPECT_EQ(verdict(root / "srv/real"), "");
}

// True mounts, in a namespace of their own that ends with the child.
class SecondMounts : public RealPaths {
 protected:
  void SetUp() override {
    RealPaths::SetUp();
    access.allow[0].bind_mounts = {root.string()};  // else everything here is denied anyway
    for (const char* each : {"outer/run", "srv/second", "srv/plain", "plain/folder", "seen"})
      fs::create_directories(root / each);
  }

  // What `look` returns where it may mount; nullopt where nobody may.
  template <typename Look>
  std::optional<std::string> where_mounts_are_ours(Look look) {
    int ends[2];
    if (::pipe(ends) != 0) return std::nullopt;
    const pid_t child = ::fork();
    if (child == 0) {
      const bool ours = ::unshare(CLONE_NEWNS) == 0 &&
                        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
      const std::string said = ours ? look() : "";
      const bool whole = ::write(ends[1], said.data(), said.size()) >= 0;
      ::_exit(!ours ? 77 : whole ? 0 : 1);
    }
    ::close(ends[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t count; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
      said.append(buffer, static_cast<std::size_t>(count));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) return std::nullopt;
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    return said;
  }
  void bind(const char* from, const char* to) const {
    if (::mount((root / from).c_str(), (root / to).c_str(), nullptr, MS_BIND, nullptr) != 0)
      ::_exit(2);
  }
  // Of these, one a line: the paths at which the engine's socket is seen, the others with `=`.
  std::string seen_at(std::initializer_list<const char*> paths) const {
    std::string out;
    for (const char* path : paths) {
      const auto said = verdict(root / path);
      const bool socket = said.find("engine's socket") != std::string::npos;
      out += path + std::string(socket ? "" : "=" + said) + "\n";
    }
    return out;
  }
};

constexpr const char* kNoMounts = "mounts need root, and a root that is a mount of its own";

TEST_F(SecondMounts, OfTheSocketsFolder) {
  listen();
  std::ofstream(root / "srv/real/file") << "";
  const auto seen = where_mounts_are_ours([this] {
    bind("run", "srv/second");
    bind("plain", "srv/plain");
    bind("run/docker.sock", "srv/real/file");
    return seen_at({"srv/second", "srv/second/docker.sock", "srv/real/file", "srv/real", "srv",
                    "srv/plain", "srv/plain/folder", "plain"});
  });
  if (!seen) GTEST_SKIP() << kNoMounts;
  EXPECT_EQ(*seen,
            "srv/second\nsrv/second/docker.sock\nsrv/real/file\nsrv/real\nsrv\n"
            "srv/plain=\nsrv/plain/folder=\nplain=\n");
  // Without the mounts nothing of it holds the socket.
  EXPECT_EQ(seen_at({"srv/second", "srv"}), "srv/second=\nsrv=\n");
}

TEST_F(SecondMounts, OfAFolderThatContainsIt) {
  access.engine_sockets = {(root / "outer/run/docker.sock").string()};
  listen(root / "outer/run/docker.sock");
  const auto seen = where_mounts_are_ours([this] {
    bind("outer", "srv/second");
    return seen_at({"srv/second", "srv/second/run", "srv/second/run/docker.sock", "srv", "plain"});
  });
  if (!seen) GTEST_SKIP() << kNoMounts;
  EXPECT_EQ(*seen, "srv/second\nsrv/second/run\nsrv/second/run/docker.sock\nsrv\nplain=\n");
}

// What is known of the socket may be the second mount itself: the folder above stands elsewhere.
TEST_F(SecondMounts, WhichTheEngineIsKnownBy) {
  access.engine_sockets = {(root / "seen/docker.sock").string()};
  listen(root / "outer/run/docker.sock");
  const auto seen = where_mounts_are_ours([this] {
    bind("outer/run", "seen");
    return seen_at({"seen", "outer/run", "outer", "srv", "plain"});
  });
  if (!seen) GTEST_SKIP() << kNoMounts;
  EXPECT_EQ(*seen, "seen\nouter/run\nouter\nsrv=\nplain=\n");
}

TEST_F(SecondMounts, OfAFolderWithAHardLinkToIt) {
  listen();
  fs::create_hard_link(root / "run/docker.sock", root / "plain/folder/x");
  const auto seen = where_mounts_are_ours([this] {
    bind("plain", "srv/plain");
    return seen_at({"srv/plain", "srv/plain/folder", "srv/plain/folder/x", "srv", "srv/second"});
  });
  if (!seen) GTEST_SKIP() << kNoMounts;
  EXPECT_EQ(*seen, "srv/plain\nsrv/plain/folder\nsrv/plain/folder/x\nsrv\nsrv/second=\n");
}

// The whole file system once more.
TEST_F(SecondMounts, OfTheRoot) {
  listen();
  const auto seen = where_mounts_are_ours([this] {
    if (::mount("/", (root / "srv/second").c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
      ::_exit(2);
    return seen_at({"srv/second", "srv", "plain"});
  });
  if (!seen) GTEST_SKIP() << kNoMounts;
  EXPECT_EQ(*seen, "srv/second\nsrv\nplain=\n");
}

}  // namespace
}  // namespace fairlead::controller
