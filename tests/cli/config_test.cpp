// What `fairlead config` and `fairlead validate` answer, by their exit codes (docs/cli.md): scripts
// and Git hooks decide by nothing else.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/engine/process.h"

namespace fairlead::engine_test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kGood = "services:\n  a: {image: \"x:1\"}\n";
constexpr const char* kBad = "services:\n  a: {imagine: \"x:1\"}\n";
constexpr const char* kDenied = "services:\n  a: {image: \"x:1\", privileged: true}\n";
constexpr const char* kPolicy = "apiVersion: fairlead.dev/v1\nkind: Policy\nallow: []\n";

class Config : public testing::Test {
 protected:
  void SetUp() override {
    write_text(folder.path / "good.yaml", kGood);
    write_text(folder.path / "bad.yaml", kBad);
    write_text(folder.path / "denied.yaml", kDenied);
    write_text(folder.path / "policy", kPolicy);
  }

  // `given` is relative to the folder, and so is the policy.
  Output ask(const std::string& verb, const std::vector<std::string>& given,
             const std::string& policy = "policy", std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {FAIRLEAD_BINARY, verb};
    for (const auto& each : given)
      words.push_back(folder.path / each);
    words.insert(words.end(),
                 {"--state-dir", folder.path / "state", "--policy", folder.path / policy});
    words.insert(words.end(), more.begin(), more.end());
    return run(words, std::chrono::seconds(10));
  }

  TemporaryFolder folder;
};

TEST_F(Config, SaysByItsExitCodeWhatIsWrong) {
  ASSERT_EQ(mkfifo((folder.path / "pipe.yaml").c_str(), 0600), 0);
  ASSERT_EQ(mkfifo((folder.path / "policy-pipe").c_str(), 0600), 0);
  write_text(folder.path / "policy-bad", "kind: Policy\nallow: [{privileged: true}]\n");
  write_text(folder.path / "policy-open", kPolicy);
  ASSERT_EQ(chmod((folder.path / "policy-open").c_str(), 0666), 0);
  struct Case {
    std::vector<std::string> given;
    std::string policy;
    int code;
    std::string says;
    bool prints;  // the model
  };
  const Case cases[] = {
      {{"good.yaml"}, "policy", 0, "", true},
      {{"bad.yaml"}, "policy", 1, "bad.yaml:2:7: error: services.a.imagine", false},
      {{"good.yaml", "bad.yaml"}, "policy", 1, "bad.yaml:2:7: error", false},
      {{"denied.yaml"}, "policy", 1, "denied.yaml:2:3: error: PolicyDenied", true},
      {{"pipe.yaml"}, "policy", 1, "pipe.yaml: not a regular file", false},
      {{"none.yaml"}, "policy", 3, "none.yaml: No such file", false},
      {{"good.yaml"}, "policy-none", 2, "policy-none: No such file", false},
      {{"good.yaml"}, "policy-bad", 2, "no `apps`", false},
      {{"good.yaml"}, "policy-pipe", 2, "policy-pipe: not a regular file", false},
      {{"good.yaml"}, "policy-open", 2, "everybody may write it", false},
  };
  for (const auto& each : cases) {
    for (const char* form : {"yaml", "json"}) {
      const auto output = ask("config", each.given, each.policy, {"-o", form});
      EXPECT_EQ(output.exit_code, each.code) << each.given[0] << each.policy << output.text;
      EXPECT_THAT(output.text, HasSubstr(each.says));
      const std::string model =
          form == std::string("json") ? "\"image\":\"x:1\"" : "image: \"x:1\"";
      EXPECT_EQ(output.text.find(model) != std::string::npos, each.prints) << output.text;
    }
    const auto validated = ask("validate", each.given, each.policy);
    EXPECT_EQ(validated.exit_code, each.code) << each.given[0] << each.policy << validated.text;
    EXPECT_THAT(validated.text, HasSubstr(each.says));
  }
}

// A folder that holds all of them is as bad as its worst file.
TEST_F(Config, ReadsAFolder) {
  std::filesystem::create_directory(folder.path / "m");
  write_text(folder.path / "m" / "good.yaml", kGood);
  EXPECT_EQ(ask("config", {"m"}).exit_code, 0);
  write_text(folder.path / "m" / "denied.yaml", kDenied);
  EXPECT_EQ(ask("config", {"m"}).exit_code, 1);
  write_text(folder.path / "m" / "bad.yaml", kBad);
  const auto output = ask("config", {"m"});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text, HasSubstr("imagine"));
  EXPECT_THAT(output.text, HasSubstr("PolicyDenied"));
  EXPECT_EQ(ask("config", {"no-such-folder"}).exit_code, 3);
}

TEST_F(Config, ShowsWhatAVariableHoldsAndKeepsItOutOfItsComplaints) {
  write_text(folder.path / "url.yaml",
             "services:\n  a: {image: \"x:1\", restart: \"https://bob:$TOK@h/\"}\n");
  const auto output = run({"env", "FAIRLEAD_ENV_TOK=c4n4ry-of-the-mine", FAIRLEAD_BINARY, "config",
                           folder.path / "url.yaml", "--state-dir", folder.path / "state"});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text, HasSubstr("restart"));
  EXPECT_THAT(output.text, Not(HasSubstr("c4n4ry")));
}

}  // namespace
}  // namespace fairlead::engine_test
