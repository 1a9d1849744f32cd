// A canary in every place where a secret may come from, and a look at everything that a running
// Fairlead says: it must sing nowhere.
#include <gmock/gmock.h>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;
using testing::HasSubstr;

class Secrets : public Scenario {
 protected:
  void SetUp() override {
    Scenario::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::filesystem::create_directory(folder_.path / "docker");
    // bob:c4n4ry-login-of-the-mine
    write_text(folder_.path / "docker" / "config.json",
               R"({"auths": {"127.0.0.1:5999": {"auth": )"
               R"("Ym9iOmM0bjRyeS1sb2dpbi1vZi10aGUtbWluZQ=="}}})");
    fairlead_->more_environment["DOCKER_CONFIG"] = folder_.path / "docker";
    fairlead_->more_environment["FAIRLEAD_ENV_TOK"] = "c4n4ry-token-of-the-mine";
  }

  void put(const std::string& app, const std::string& service, const std::string& more = "") {
    fairlead_->put(app + ".yaml",
                   "services:\n  a: {image: 'fairlead/sample:1', network_mode: none, " + service +
                       "}\n" + more);
  }
  bool says(const std::string& app, const std::string& text) const {
    return fairlead_->describe(app).find(text) != std::string::npos;
  }
  std::string get(const std::string& path) const {
    return run({"curl", "-s", "-m", "5", "--unix-socket", fairlead_->state / "fairlead.sock",
                "http://fairlead" + path})
        .text;
  }

  // Every path that the program itself lists, every command, the log.
  std::vector<std::pair<std::string, std::string>> everything_said(
      const std::vector<std::string>& apps) const {
    std::vector<std::pair<std::string, std::string>> said = {{"log", fairlead_->log()}};
    const auto look = [&](const std::string& path) { said.emplace_back(path, get(path)); };
    for (const auto& line : lines(get("/"))) {
      if (!line.starts_with("GET /")) continue;
      const auto path = line.substr(4, line.find(' ', 4) - 4);
      const auto name = path.find("{name}");
      if (name == std::string::npos) look(path);
      for (const auto& app : apps)
        if (name != std::string::npos) look(path.substr(0, name) + app + path.substr(name + 6));
    }
    EXPECT_GT(said.size(), 10u) << get("/");
    const auto ask = [&](std::vector<std::string> words) {
      std::string command;
      for (const auto& word : words)
        command += word + " ";
      said.emplace_back(command, fairlead_->ask(std::move(words)).text);
    };
    for (const char* form : {"table", "wide", "json", "yaml"}) {
      for (const char* kind : {"apps", "containers", "networks", "files"})
        ask({"get", kind, "-o", form});
      for (const auto& app : apps)
        ask({"describe", app, "-o", form});
      for (const char* verb : {"events", "plan", "diff"})
        ask({verb, "-o", form});
    }
    return said;
  }

  void expect_silence(const std::vector<std::string>& apps,
                      const std::vector<std::string>& parts) const {
    for (const auto& [where, text] : everything_said(apps)) {
      EXPECT_FALSE(text.empty()) << where;
      for (const auto& part : parts) {
        const auto at = text.find(part);
        EXPECT_EQ(at, std::string::npos)
            << where << ": …" << text.substr(at < 120 ? 0 : at - 120, 240);
      }
    }
  }

  TemporaryFolder folder_;
};

constexpr const char* kWords =
    "token $TOK, redis://bob:c4n4ry-url@h/0, c4n4ry-env-of-the-mine, c4n4ry-file-of-the-mine";

TEST_F(Secrets, AreSaidNowhere) {
  const std::string words = kWords;
  const std::string secrets = "secrets: {pass: {file: ./pass.txt}}\n";
  const std::string known =
      "environment: {PASSWORD: c4n4ry-env-of-the-mine, U: 'amqp://u:c4n4ry-url@h/'}, "
      "secrets: [pass], ";
  fairlead_->put("pass.txt", "c4n4ry-file-of-the-mine\n");
  put("loud", known + "command: [/sample, exit, '3', '" + words + "']", secrets);
  put("cut", "command: [/sample, exit, '3', '$TOK" + std::string(290, '.') + "']");
  put("hooked",
      known + "command: [/sample, sleep], post_start: [{command: [/sample, exit, '4', '" + words +
          "']}]",
      secrets);
  put("prepared",
      known + "command: [/sample, sleep], pre_start: [{command: [/sample, exit, '5', '" + words +
          "']}]",
      secrets);
  put("unfit", "command: ['/$TOK/program', 'https://bob:c4n4ry-url@h/']");
  put("wrong", "restart: 'https://bob:c4n4ry-url@h/$TOK'");
  put("denied", "privileged: true, volumes: ['/$TOK:/x']");
  put("marked", "command: [/sample, sleep], labels: {token: $TOK, url: 'http://b:c4n4ry-u@h/'}");
  fairlead_->put("private.yaml", "services: {a: {image: '127.0.0.1:5999/private/app:1'}}\n");
  fairlead_->start();
  for (const auto& [app, reason] : std::vector<std::pair<std::string, std::string>>{
           {"loud", "bob:***@h"},
           {"loud", "token ${TOK}, "},
           {"cut", "ended"},
           {"hooked", "ended with code 4: token ${TOK}, redis://bob:***@h/0, ${PASSWORD}"},
           {"prepared", "ended with code 5: token ${TOK}, redis://bob:***@h/0, ${PASSWORD}"},
           {"unfit", "CommandNotRunnable"},
           {"denied", "PolicyDenied"},
           {"marked", "everything is as the manifest says"},
           {"private", "ImagePullFailed"}})
    EXPECT_TRUE(eventually([&] { return says(app, reason); }, seconds(40)))
        << app << "\n"
        << fairlead_->describe(app);
  EXPECT_THAT(fairlead_->ask({"get", "files"}).text, HasSubstr("wrong.yaml"));
  const std::vector<std::string> apps = {"loud",  "cut",    "hooked",  "prepared",
                                         "unfit", "denied", "private", "marked"};
  expect_silence(apps, {"c4n4ry", "the-mine", "Ym9iOm"});
  // A new value: what is said of the change must not show the old one, which nobody knows any more.
  fairlead_->stop();
  fairlead_->more_environment["FAIRLEAD_ENV_TOK"] = "another-token-of-another-c4n4ry";
  const auto before = id("marked-a-1");
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return runs("marked-a-1") && id("marked-a-1") != before; }));
  EXPECT_THAT(fairlead_->log(), HasSubstr("labels.token is (hidden), wanted ${TOK}"));
  EXPECT_TRUE(eventually([&] { return says("hooked", "since its manifest has changed"); }))
      << fairlead_->describe("hooked");
  expect_silence(apps, {"c4n4ry-token", "another-token", "another-c4n4ry"});
}

// It names programs that are run, and who may write it runs them.
TEST_F(Secrets, ALoginFileThatOthersMayWriteIsNotUsed) {
  const auto file = folder_.path / "docker" / "config.json";
  std::filesystem::permissions(file, std::filesystem::perms(0666));
  fairlead_->put("private.yaml", "services: {a: {image: '127.0.0.1:5999/private/app:1'}}\n");
  fairlead_->start();
  EXPECT_TRUE(eventually(
      [&] { return says("private", file.string() + ": everybody may write it"); }, seconds(20)))
      << fairlead_->describe("private");
  // In a home it is often a link: what that leads to counts.
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  std::filesystem::rename(file, folder_.path / "real");
  std::filesystem::create_symlink(folder_.path / "real", file);
  fairlead_->ask({"reconcile", "private"});
  EXPECT_TRUE(eventually([&] { return says("private", "connection refused"); }, seconds(20)))
      << fairlead_->describe("private");
}

}  // namespace fairlead::engine_test
