// Images from a registry on the engine's loopback: with and without a login, with a damaged blob,
// and one that never answers (F052–F057).
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Images : public Scenario {
 protected:
  void SetUp() override {
    Scenario::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ask_registry_to_start("");
  }
  void TearDown() override {
    stop_registry();
    engine().docker({"rmi", "-f", name("app"), name("other"), "sealed:1", "fairlead/sample:other"});
    Scenario::TearDown();
  }

  static std::string name(const std::string& image) { return "127.0.0.1:5111/" + image + ":1"; }

  // `more`: lines of the registry's configuration.
  void ask_registry_to_start(const std::string& more) {
    stop_registry();
    write_text(folder_.path / "config.yml",
               "version: 0.1\nstorage:\n  filesystem: {rootdirectory: " +
                   (folder_.path / "blobs").string() + "}\nhttp: {addr: '127.0.0.1:5111'}\n" +
                   more);
    registry_ = start(engine().beside({"docker-registry", "serve", folder_.path / "config.yml"}),
                      folder_.path / "registry.log");
    ASSERT_TRUE(eventually([] {
      return run(engine().beside(
                     {"curl", "-s", "-m", "2", "-o", "/dev/null", "http://127.0.0.1:5111/v2/"}))
          .ok();
    })) << read_text(folder_.path / "registry.log");
  }
  void stop_registry() {
    if (registry_ <= 0) return;
    kill(registry_, SIGKILL);
    wait_for_exit(registry_, std::chrono::milliseconds(5000));
    registry_ = 0;
  }
  // Into the registry, and out of the engine.
  static void publish(const std::string& image, const std::string& from = "fairlead/sample:1") {
    const auto id_of = [](const std::string& reference) {
      return engine().list({"image", "inspect", "--format", "{{.Id}}", reference});
    };
    // Fairlead may pull in between, and so move the tag back to what the registry has.
    for (int i = 0; i < 5; ++i) {
      engine().docker({"tag", from, name(image)});
      const auto pushed = engine().docker({"push", name(image)});
      ASSERT_TRUE(pushed.ok()) << pushed.text;
      if (id_of(name(image)) == id_of(from)) break;
    }
    engine().docker({"rmi", name(image)});
  }
  // The image is there for the user `user` with the password `pass` alone; Docker's configuration
  // is a folder of the test's own.
  void ask_for_a_login() {
    publish("app");
    // What `htpasswd -B` makes of user and pass.
    write_text(folder_.path / "htpasswd",
               "user:$2b$05$j3biBchLjk7xvQrMtwB6tO0HxoV9xIwMrm9PmYfIaEdvzROVzp1/6\n");
    ask_registry_to_start(
        "auth: {htpasswd: {realm: test, path: " + (folder_.path / "htpasswd").string() + "}}\n");
    std::filesystem::create_directories(folder_.path / "docker");
    fairlead_->more_environment["DOCKER_CONFIG"] = folder_.path / "docker";
  }
  static std::string wanted(const std::string& image, const std::string& more = "") {
    std::string text = "services:\n" + service("a", "", more);
    const std::string sample = "fairlead/sample:1";
    return text.replace(text.find(sample), sample.size(), name(image));
  }
  bool says(const std::string& app, const std::string& text) const {
    return fairlead_->describe(app).find(text) != std::string::npos;
  }

  TemporaryFolder folder_;
  pid_t registry_ = 0;
};

TEST_F(Images, ArePulledOnceForAllThatWait) {
  publish("app");
  for (const char* app : {"one", "two", "three"})
    fairlead_->put(std::string(app) + ".yaml", wanted("app"));
  fairlead_->start();
  EXPECT_TRUE(eventually([] { return all_run({"one-a-1", "two-a-1", "three-a-1"}); }));
  std::size_t pulls = 0;
  const std::string log = fairlead_->log();
  for (auto at = log.find("progress=begun"); at != std::string::npos;
       at = log.find("progress=begun", at + 1))
    ++pulls;
  EXPECT_EQ(pulls, 1u);
  EXPECT_NE(fairlead_->ask({"events"}).text.find("ImagePulling"), std::string::npos);
}

TEST_F(Images, NeverIsNever) {
  publish("app");
  fairlead_->put("never.yaml", wanted("app", "      pull_policy: never\n"));
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return says("never", "pull_policy is never"); }));
  EXPECT_TRUE(containers_of("never").empty());
}

// A tag that moved: `always` sees it when a container is made, `missing` does not ask.
TEST_F(Images, AlwaysAsksTheRegistryAgain) {
  publish("app");
  engine().docker({"tag", "fairlead/sample:1", name("app")});
  fairlead_->put("always.yaml", wanted("app", "      pull_policy: always\n"));
  fairlead_->put("missing.yaml", wanted("app"));
  fairlead_->put("daily.yaml", wanted("app", "      pull_policy: every_1h\n"));
  fairlead_->start();
  EXPECT_TRUE(eventually([] { return all_run({"always-a-1", "missing-a-1", "daily-a-1"}); }));
  const std::string log = fairlead_->log();
  const auto first = log.find("progress=begun");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(log.find("progress=begun", first + 1), std::string::npos);
}

// A tag that moves while the container runs.
TEST_F(Images, OneThatIsAskedForEverySoOftenReplacesItsContainers) {
  publish("app");
  fairlead_->put("often.yaml", wanted("app", "      pull_policy: every_3s\n"));
  fairlead_->put("once.yaml", wanted("app"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"often-a-1", "once-a-1"}); }));
  const auto before = id("often-a-1");
  const auto once = id("once-a-1");
  EXPECT_TRUE(stays([&] { return id("often-a-1") == before; }, seconds(7)))
      << "nothing new, nothing replaced";
  engine().docker({"create", "--name", "base", "fairlead/sample:1", "/sample"});
  engine().docker({"commit", "base", "fairlead/sample:other"});
  engine().docker({"rm", "base"});
  publish("app", "fairlead/sample:other");
  EXPECT_TRUE(
      eventually([&] { return runs("often-a-1") && id("often-a-1") != before; }, seconds(30)))
      << fairlead_->describe("often");
  EXPECT_EQ(id("once-a-1"), once);
  const auto now = id("often-a-1");
  EXPECT_TRUE(stays([&] { return id("often-a-1") == now; }, seconds(7)));
}

TEST_F(Images, AMissingOneIsNamedAndWaitedFor) {
  fairlead_->put("gone.yaml", wanted("other"));
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return says("gone", "ImageNotFound"); }));
  publish("other");
  fairlead_->ask({"reconcile", "gone"});
  EXPECT_TRUE(eventually([] { return runs("gone-a-1"); }, seconds(90)));
}

TEST_F(Images, ALoginComesFromDockersConfig) {
  ask_for_a_login();
  fairlead_->put("login.yaml", wanted("app"));
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return says("login", "ImagePullFailed"); }));
  EXPECT_TRUE(containers_of("login").empty());
  // A login later needs no restart.
  write_text(folder_.path / "docker/config.json",
             R"({"auths": {"127.0.0.1:5111": {"auth": "dXNlcjpwYXNz"}}})");
  fairlead_->ask({"reconcile", "login"});
  EXPECT_TRUE(eventually([] { return runs("login-a-1"); }));
  EXPECT_EQ(fairlead_->log().find("dXNlcjpwYXNz"), std::string::npos);
}

// A keyring may ask a person first: whoever waits for no login goes on, and the pull has it later.
TEST_F(Images, ACredentialHelperOfTenSecondsHoldsUpItsOwnPullOnly) {
  ask_for_a_login();
  write_text(folder_.path / "docker/config.json", R"({"credsStore": "slow"})");
  const auto helper = folder_.path / "docker/docker-credential-slow";
  write_text(helper,
             "#!/bin/sh\nsleep 10\necho '{\"Username\": \"user\", \"Secret\": \"pass\"}'\n");
  std::filesystem::permissions(helper, std::filesystem::perms::owner_all);
  fairlead_->more_environment["PATH"] =
      (folder_.path / "docker").string() + ":" + std::getenv("PATH");
  fairlead_->put("login.yaml", wanted("app"));
  fairlead_->start();
  ASSERT_TRUE(eventually([&] { return !fairlead_->ask({"get", "apps"}).text.empty(); }));
  fairlead_->put("fine.yaml", "services:\n" + service("a", ""));
  EXPECT_TRUE(eventually([] { return runs("fine-a-1"); }, seconds(20)));
  EXPECT_FALSE(runs("login-a-1")) << "its helper has not answered yet";
  EXPECT_TRUE(eventually([] { return runs("login-a-1"); })) << fairlead_->describe("login");
}

// F055: HTTP 200 and a stream that ends in an error.
TEST_F(Images, ADamagedBlobIsAFailure) {
  // Of layers that the engine does not have already.
  const std::string noise = (folder_.path / "noise").string();
  ASSERT_TRUE(run({"dd", "if=/dev/urandom", "of=" + noise, "bs=1024", "count=64"}).ok());
  ASSERT_TRUE(run({"tar", "-C", folder_.path, "-cf", noise + ".tar", "noise"}).ok());
  ASSERT_TRUE(engine().docker({"import", noise + ".tar", "sealed:1"}).ok());
  publish("app", "sealed:1");
  engine().docker({"rmi", "sealed:1"});
  for (const auto& file : std::filesystem::recursive_directory_iterator(
           folder_.path / "blobs/docker/registry/v2/blobs")) {
    if (!file.is_regular_file() || file.file_size() < 4096) continue;
    std::fstream blob(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    blob.seekp(2000);
    blob << "damaged";
  }
  fairlead_->put("torn.yaml", wanted("app"));
  fairlead_->start();
  EXPECT_TRUE(eventually([&] { return says("torn", "ImagePullFailed"); }, seconds(120)));
  EXPECT_TRUE(containers_of("torn").empty());
}

// F056: a registry that takes the connection and never answers blocks nobody else.
TEST_F(Images, AHangingRegistryIsGivenUp) {
  stop_registry();
  registry_ = start(engine().beside({"python3", "-c",
                                     "import socket, time\n"
                                     "s = socket.create_server(('127.0.0.1', 5111))\n"
                                     "kept = []\n"
                                     "while True: kept.append(s.accept())\n"}),
                    folder_.path / "registry.log");
  fairlead_->more_arguments = {"--pull-timeout", "5"};
  fairlead_->put("hang.yaml", wanted("app"));
  fairlead_->put("fine.yaml", "services:\n" + service("a", ""));
  fairlead_->start();
  EXPECT_TRUE(eventually([] { return runs("fine-a-1"); }, seconds(15)));
  EXPECT_TRUE(eventually([&] { return says("hang", "ImagePullFailed"); }, seconds(40)));
  EXPECT_EQ(fairlead_->log().find("engine lost"), std::string::npos);
}

}  // namespace fairlead::engine_test
