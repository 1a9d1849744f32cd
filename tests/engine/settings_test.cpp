// Everything that a service may say arrives in the engine, and is quiet afterwards: nothing that
// the engine writes in its own way may look like drift.
#include <algorithm>
#include <filesystem>
#include <thread>

#include "tests/engine/scenario.h"

namespace fairlead::engine_test {

using std::chrono::seconds;

class Settings : public Scenario {
 protected:
  static std::string inspect(const std::string& container, const std::string& format) {
    const auto lines = engine().list({"inspect", container, "--format", format});
    return lines.empty() ? "" : lines.front();
  }
  static std::string file_in(const std::string& container, const std::string& path) {
    return engine().docker({"cp", container + ":" + path, "-"}).text;
  }
  // The whole footprint stays as it is over a few passes.
  bool quiet(const std::string& app) const {
    const auto before = footprint(app);
    for (int i = 0; i < 3; ++i) {
      fairlead_->ask({"reconcile", app});
      std::this_thread::sleep_for(seconds(1));
    }
    return footprint(app) == before && fairlead_->ask({"diff", app}).text == "";
  }
};

constexpr const char* kEverything = R"(services:
  a:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    mem_limit: 64m
    memswap_limit: 128m
    mem_reservation: 32m
    mem_swappiness: 10
    oom_kill_disable: false
    oom_score_adj: 100
    shm_size: 16m
    cpu_shares: 512
    cpuset: "0"
    blkio_config: {weight: 300}
    ulimits: {nproc: 65535, nofile: {soft: 1024, hard: 2048}}
    logging: {driver: json-file, options: {max-size: 10m}}
    tmpfs: ["/tmpx:size=1m"]
    dns: 1.1.1.1
    dns_search: [example.com]
    dns_opt: ["ndots:2"]
    domainname: example.org
    group_add: [1000]
    expose: [80, "81/udp"]
    security_opt: ["no-new-privileges:true"]
    tty: true
    stdin_open: true
    ipc: shareable
    cgroup: private
    runtime: runc
    platform: linux/amd64
    storage_opt: {}
    annotations: {}
    links: ["r:other"]
    deploy: {resources: {limits: {pids: 100}}}
  b:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    ipc: "service:a"
    pid: "service:a"
    volumes_from: ["a:ro"]
    volumes: ["v:/v", "/anon"]
  r:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    scale: 3
volumes: {v: }
)";

TEST_F(Settings, ArriveAndStay) {
  fairlead_->put("all.yaml", kEverything);
  fairlead_->start();
  ASSERT_TRUE(
      eventually([] { return all_run({"all-a-1", "all-b-1", "all-r-1", "all-r-2", "all-r-3"}); },
                 seconds(60)));
  EXPECT_EQ(inspect("all-a-1",
                    "{{.HostConfig.ShmSize}} {{.HostConfig.MemorySwap}} "
                    "{{.HostConfig.PidsLimit}} {{.Config.Tty}} {{.Config.Domainname}}"),
            "16777216 134217728 100 true example.org");
  EXPECT_EQ(inspect("all-a-1", "{{.HostConfig.Dns}} {{.HostConfig.LogConfig.Config}}"),
            "[1.1.1.1] map[max-size:10m]");
  EXPECT_EQ(inspect("all-a-1", "{{.HostConfig.Binds}}"), "[]") << "mounts are never Binds";
  EXPECT_EQ(inspect("all-b-1", "{{.HostConfig.PidMode}}"), "container:" + id("all-a-1"));
  EXPECT_TRUE(eventually([] { return reaches("all-a-1", "other"); }));
  EXPECT_TRUE(quiet("all"));
}

TEST_F(Settings, WhatTheEngineChangesInPlaceKeepsTheProcess) {
  const auto text = [](const std::string& more) { return "services:\n" + service("a", "", more); };
  fairlead_->put("live.yaml", text("      mem_limit: 64m\n      cpu_shares: 512\n"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("live-a-1"); }));
  const auto process = pid("live-a-1");
  fairlead_->put("live.yaml",
                 text("      mem_limit: 96m\n      memswap_limit: 200m\n      cpu_shares: 256\n"));
  EXPECT_TRUE(eventually([] {
    return inspect("live-a-1",
                   "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} "
                   "{{.HostConfig.CpuShares}}") == "100663296 209715200 256";
  }));
  EXPECT_EQ(pid("live-a-1"), process);
}

TEST_F(Settings, ScalingTouchesOnlyWhatComesAndGoes) {
  const auto text = [](int scale) {
    return "services:\n" + service("a", "", "      scale: " + std::to_string(scale) + "\n");
  };
  fairlead_->put("many.yaml", text(2));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"many-a-1", "many-a-2"}); }));
  const auto first = pid("many-a-1");
  fairlead_->put("many.yaml", text(3));
  EXPECT_TRUE(eventually([] { return runs("many-a-3"); }));
  fairlead_->put("many.yaml", text(1));
  EXPECT_TRUE(eventually(
      [] { return containers_of("many") == std::vector<std::string>{"many-a-1"}; }, seconds(90)));
  EXPECT_EQ(pid("many-a-1"), first);
}

// Contents reach the container, exactly their users are replaced, and no output shows them (F105).
TEST_F(Settings, SecretsAreFilesAndNothingElse) {
  const auto text = [] {
    return "services:\n" +
           service("user", "",
                   "      secrets: [s, {source: s, target: /etc/x/y, "
                   "uid: '7', mode: 0400}]\n") +
           service("sealed", "", "      read_only: true\n      secrets: [s]\n") +
           service("other", "") + "secrets: {s: {file: ./secret.txt}}\n";
  };
  fairlead_->put("secret.txt", "canary-one");
  fairlead_->put("keep.yaml", text());
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"keep-user-1", "keep-sealed-1", "keep-other-1"}); }));
  EXPECT_NE(file_in("keep-user-1", "/run/secrets/s").find("canary-one"), std::string::npos);
  // The mode in the header of a tar; later engines leave the kind of file out of it.
  EXPECT_EQ(std::stoi(file_in("keep-user-1", "/etc/x/y").substr(100, 7), nullptr, 8) & 07777, 0400);
  const auto user = id("keep-user-1");
  const auto other = id("keep-other-1");
  fairlead_->put("secret.txt", "canary-two");
  EXPECT_TRUE(eventually([&] { return runs("keep-user-1") && id("keep-user-1") != user; }));
  EXPECT_TRUE(eventually([] {
    return file_in("keep-user-1", "/run/secrets/s").find("canary-two") != std::string::npos;
  }));
  EXPECT_EQ(id("keep-other-1"), other);
  std::string seen = fairlead_->log();
  for (const auto& command :
       std::vector<std::vector<std::string>>{{"describe", "app", "keep"},
                                             {"get", "apps", "-o", "json"},
                                             {"events"},
                                             {"diff"},
                                             {"plan"},
                                             {"describe", "app", "keep", "-o", "json"}})
    seen += fairlead_->ask(command).text;
  for (const auto* name : {"keep-user-1", "keep-sealed-1"})
    seen += engine().docker({"inspect", name}).text;
  for (const auto& file : std::filesystem::directory_iterator(fairlead_->state)) {
    if (file.is_regular_file()) seen += read_text(file.path());
  }
  EXPECT_EQ(seen.find("canary"), std::string::npos);
}

// F101: an App that wants the host gets nothing, and what it may not is named.
TEST_F(Settings, AnAppThatWantsTheHostIsStalled) {
  fairlead_->put("root.yaml", "services:\n" + service("a", "", "      privileged: true\n"));
  fairlead_->start();
  EXPECT_TRUE(eventually([&] {
    const auto said = fairlead_->ask({"describe", "app", "root"}).text;
    return said.find("PolicyDenied") != std::string::npos &&
           said.find("services.a.privileged") != std::string::npos &&
           said.find("Stalled") != std::string::npos;
  }));
  EXPECT_TRUE(containers_of("root").empty());
}

// The real `age`, and a directory as systemd's LoadCredential= makes it.
TEST_F(Settings, SecretsComeFromAgeFilesAndCredentials) {
  const TemporaryFolder keys;
  const auto key = keys.path / "key.txt";
  ASSERT_TRUE(run({"age-keygen", "-o", key}).ok());
  std::string recipient = run({"age-keygen", "-y", key}).text;
  recipient.erase(recipient.find_last_not_of('\n') + 1);
  write_text(keys.path / "plain", "canary-of-age");
  ASSERT_TRUE(
      run({"age", "-r", recipient, "-o", fairlead_->manifests / "s.age", keys.path / "plain"})
          .ok());
  write_text(keys.path / "token", "canary-of-systemd");
  fairlead_->more_arguments = {"--age-identity", key};
  fairlead_->more_environment["CREDENTIALS_DIRECTORY"] = keys.path;
  fairlead_->put("sealed.yaml", R"(services:
  a:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    secrets: [s, c]
secrets:
  s: {file: ./s.age}
  c: {x-credential: token}
)");
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return runs("sealed-a-1"); })) << fairlead_->describe("sealed");
  EXPECT_NE(file_in("sealed-a-1", "/run/secrets/s").find("canary-of-age"), std::string::npos);
  EXPECT_NE(file_in("sealed-a-1", "/run/secrets/c").find("canary-of-systemd"), std::string::npos);
  for (const auto& text :
       {fairlead_->log(), fairlead_->ask({"config", fairlead_->manifests / "sealed.yaml"}).text,
        engine().docker({"inspect", "sealed-a-1"}).text,
        read_text(fairlead_->state / "inventory.json")}) {
    EXPECT_EQ(text.find("canary-of"), std::string::npos) << text;
    EXPECT_FALSE(text.empty());
  }
  // Another key: the last good version stays in force, and the reason is told.
  fairlead_->stop();
  ASSERT_TRUE(run({"age-keygen", "-o", keys.path / "other.txt"}).ok());
  fairlead_->more_arguments = {"--age-identity", keys.path / "other.txt"};
  const auto before = id("sealed-a-1");
  fairlead_->start();
  EXPECT_TRUE(eventually([&] {
    return fairlead_->log().find("can't be decrypted") != std::string::npos;
  })) << fairlead_->log();
  EXPECT_TRUE(stays([&] { return id("sealed-a-1") == before; }, kSeveralPasses));
}

std::string rolling(const std::string& hostname) {
  return R"(services:
  web:
    image: fairlead/sample:1
    command: [/sample, serve]
    stop_grace_period: 1s
    healthcheck: {test: [CMD, /sample, health], interval: 1s, start_period: 1s}
    deploy: {replicas: 2, update_config: {order: start-first, parallelism: 1}}
    hostname: )" +
         hostname + "\n";
}

TEST_F(Settings, StartFirstKeepsEveryReplicaInServiceUntilTheNextOneIsHealthy) {
  fairlead_->put("roll.yaml", rolling("one"));
  fairlead_->start();
  ASSERT_TRUE(eventually([] { return all_run({"roll-web-1", "roll-web-2"}); }, seconds(40)));
  const auto serving = [] {
    return engine().list({"ps", "-q", "--filter", "label=dev.fairlead.app=roll"}).size();
  };
  fairlead_->put("roll.yaml", rolling("two"));
  std::size_t least = 9;
  EXPECT_TRUE(eventually(
      [&] {
        least = std::min(least, serving());
        return inspect("roll-web-1", "{{.Config.Hostname}}") == "two" &&
               inspect("roll-web-2", "{{.Config.Hostname}}") == "two" &&
               containers_of("roll").size() == 2;
      },
      seconds(60)))
      << fairlead_->describe("roll");
  EXPECT_GE(least, 2u);
  const auto log = fairlead_->log();
  EXPECT_NE(log.find("replica 2 waits, 1 at a time"), std::string::npos);
}

}  // namespace fairlead::engine_test
