#include "docker/http/registry_auth.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/read_file.h"
#include "docker/http/tar.h"
#include "tests/support/temporary_folder.h"

namespace fairlead::docker {
namespace {

using testing::HasSubstr;

std::string plain(const std::string& header) {
  if (header.empty()) return "";
  std::string text = header;
  for (char& c : text)
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  return base64_decode(text).value_or("?");
}

std::string auth(const std::string& reference, const std::string& config) {
  const auto image = model::parse_image_reference(reference);
  if (!image) return image.error().message;
  auto found = registry_auth(*image, config);
  return found ? plain(*found) : found.error().message;
}

TEST(RegistryAuth, ReadsAuths) {
  const std::string config =
      R"({"auths": {"https://index.docker.io/v1/": {"auth": "dTpwOnc="},
                    "https://r.example:5000/v2/": {"username": "n", "password": "s"},
                    "t.example": {"identitytoken": "tok"}, "bad.example": {"auth": "%%"}}})";
  EXPECT_EQ(auth("nginx", config),
            R"({"serveraddress":"https://index.docker.io/v1/","username":"u","password":"p:w"})");
  EXPECT_THAT(auth("r.example:5000/x", config), HasSubstr(R"("password":"s")"));
  EXPECT_THAT(auth("t.example/x", config), HasSubstr(R"("identitytoken":"tok")"));
  EXPECT_THAT(auth("bad.example/x", config), HasSubstr("not base64"));
  EXPECT_EQ(auth("other.example/x", config), "");
  EXPECT_EQ(auth("nginx", ""), "");
  EXPECT_THAT(auth("nginx", "[]"), HasSubstr("no JSON object"));
}

// A helper of our own on PATH, as docker-credential-helpers write them.
class Helper : public testing::Test {
 protected:
  void SetUp() override {
    old_path_ = std::getenv("PATH");
    setenv("PATH", (folder_.path.string() + ":" + old_path_).c_str(), 1);
  }
  void TearDown() override { setenv("PATH", old_path_.c_str(), 1); }
  void write(const std::string& script) const {
    const auto path = folder_.path / "docker-credential-test";
    std::ofstream(path) << "#!/bin/sh\n" << script;
    chmod(path.c_str(), 0755);
  }
  test::TemporaryFolder folder_;
  std::string old_path_;
};

TEST_F(Helper, IsAskedForItsRegistry) {
  write(R"(read server; echo "{\"Username\": \"u\", \"Secret\": \"for $server\"}")");
  EXPECT_THAT(auth("r.example/x", R"({"credHelpers": {"r.example": "test"}})"),
              HasSubstr("for r.example"));
  EXPECT_THAT(auth("r.example/x", R"({"credsStore": "test"})"), HasSubstr("for r.example"));
  EXPECT_EQ(auth("q.example/x", R"({"credHelpers": {"r.example": "test"}})"), "");
}

TEST_F(Helper, ATokenIsNoPassword) {
  write(R"(echo '{"Username": "<token>", "Secret": "t"}')");
  EXPECT_THAT(auth("r.example/x", R"({"credsStore": "test"})"),
              HasSubstr(R"("identitytoken":"t")"));
}

TEST_F(Helper, KnowingNothingIsNoError) {
  write("echo 'credentials not found in native keychain'; exit 1");
  EXPECT_EQ(auth("r.example/x", R"({"credsStore": "test"})"), "");
  EXPECT_THAT(
      auth("r.example/x", R"({"credsStore": "test", "auths": {"r.example": {"auth": "dTpw"}}})"),
      HasSubstr(R"("username":"u")"));
}

TEST_F(Helper, FailuresAreNamedWithoutSecrets) {
  write("echo broken >&2; exit 2");
  EXPECT_THAT(auth("r.example/x", R"({"credsStore": "test"})"), HasSubstr("broken"));
  EXPECT_THAT(auth("r.example/x", R"({"credsStore": "gone"})"),
              HasSubstr("docker-credential-gone"));
}

class Login : public Helper {
 protected:
  Task<void> ask(std::function<Result<std::string>()> config,
                 std::optional<Result<std::string>>& said) {
    auto image = model::parse_image_reference("r.example/x:1");
    auto found = co_await log_in(pool_, std::move(*image), std::move(config));
    said = std::move(found);
  }
  void start(std::function<Result<std::string>()> config,
             std::optional<Result<std::string>>& said) {
    boost::asio::co_spawn(io_, ask(std::move(config), said), [](const std::exception_ptr&) {});
  }

  boost::asio::io_context io_;
  Pool pool_{io_.get_executor()};
};

// The helper asks a keyring, a person, a network: whatever it does, the loop goes on.
TEST_F(Login, ASlowHelperHoldsUpNobodyElse) {
  write(R"(sleep 2; echo '{"Username": "u", "Secret": "p"}')");
  std::optional<Result<std::string>> said;
  start([] { return Result<std::string>(R"({"credsStore": "test"})"); }, said);
  bool turned = false;
  boost::asio::steady_timer soon(io_, std::chrono::milliseconds(10));
  soon.async_wait([&](const boost::system::error_code&) { turned = !said; });
  io_.run();
  EXPECT_TRUE(turned) << "the loop stood still while the helper ran";
  ASSERT_TRUE(said && *said);
  EXPECT_THAT(plain(**said), HasSubstr(R"("username":"u")"));
}

TEST_F(Login, ADockerConfigThatIsAFolderIsSaidWithANextStep) {
  std::optional<Result<std::string>> said;
  start([] { return read_file("/tmp", kTextFileLimit); }, said);
  io_.run();
  ASSERT_TRUE(said);
  ASSERT_FALSE(*said);
  EXPECT_EQ(said->error().error_class, ErrorClass::kTransient);
  EXPECT_EQ(said->error().reason, Reason::kImagePullFailed);
  EXPECT_THAT(said->error().message, HasSubstr("/tmp: not a regular file, but a folder"));
  EXPECT_THAT(said->error().hint, HasSubstr("DOCKER_CONFIG"));
}

// Who may not be trusted is said with the way out of that, not with one out of something else.
TEST_F(Login, ADockerConfigThatIsRefusedKeepsTheHintOfItsRefusal) {
  std::optional<Result<std::string>> said;
  start(
      [] {
        return Result<std::string>(failure(ErrorClass::kInvalid, Reason::kPolicyDenied,
                                           "it belongs to user 7", "chown root config.json"));
      },
      said);
  io_.run();
  ASSERT_TRUE(said);
  ASSERT_FALSE(*said);
  EXPECT_THAT(said->error().message, HasSubstr("it belongs to user 7"));
  EXPECT_EQ(said->error().hint, "chown root config.json, or set DOCKER_CONFIG to another folder");
}

TEST_F(Login, EndsWithItsEngine) {
  write("sleep 5");
  std::optional<Result<std::string>> said;
  start([] { return Result<std::string>(R"({"credsStore": "test"})"); }, said);
  boost::asio::steady_timer soon(io_, std::chrono::milliseconds(50));
  soon.async_wait([this](const boost::system::error_code&) { pool_.give_up(); });
  const auto begin = std::chrono::steady_clock::now();
  io_.run();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  ASSERT_TRUE(said);
  EXPECT_FALSE(*said);
}

TEST(Tar, HoldsPathsOwnersAndModes) {
  const auto bytes = std::make_shared<const std::string>("hello");
  const auto tar = tar_of({{"/run/secrets/s", 0400, 7, 8, bytes}});
  ASSERT_TRUE(tar);
  EXPECT_EQ(tar->substr(0, 13), "run/secrets/s");
  EXPECT_EQ(tar->substr(100, 6), "000400");
  EXPECT_EQ(tar->substr(108, 6), "000007");
  EXPECT_EQ(tar->substr(116, 6), "000010");
  EXPECT_EQ(tar->substr(512, 5), "hello");
}

TEST(Base64, DecodesWhatOthersWrote) {
  EXPECT_EQ(base64_decode("dTpw"), "u:p");
  EXPECT_EQ(base64_decode("dTpwdw=="), "u:pw");
  EXPECT_EQ(base64_decode("dTp"), std::nullopt);
  EXPECT_EQ(base64url_encode("\xff\xfe\xfd"), "__79");
}

}  // namespace
}  // namespace fairlead::docker
