// What both engines show of the values that they were given: in their own form.
#include <boost/json/object.hpp>

#include "tests/engine/contract.h"

namespace fairlead::engine_test {
namespace {

namespace json = boost::json;

TEST_P(Contract, PathsAreCleaned) {
  const std::pair<const char*, const char*> cases[] = {
      {"/app/", "/app"}, {"/app/.", "/app"}, {"//app//x/", "/app/x"},
      {"/a/../b", "/b"}, {"/", "/"},         {"/../x/..", "/"},
      {"", ""},          {"/./", "/"},
  };
  int number = 0;
  for (const auto& [given, shown] : cases) {
    auto odd = spec("path-" + std::to_string(++number));
    odd.working_dir = given;
    EXPECT_EQ(look(create(odd)).working_dir, shown) << given;
  }
}

TEST_P(Contract, WhatIsEmptyOrZeroIsTheDefault) {
  auto odd = spec("defaults");
  odd.hostname = "";
  odd.user = "";
  odd.memory = 0;
  odd.nano_cpus = 0;
  odd.settings = {
      {"Config.Domainname", ""},     {"Config.StopSignal", ""},
      {"HostConfig.ShmSize", 0},     {"HostConfig.IpcMode", ""},
      {"HostConfig.PidMode", ""},    {"HostConfig.Runtime", ""},
      {"HostConfig.CpuShares", 0},   {"HostConfig.MemorySwap", 0},
      {"HostConfig.CpusetCpus", ""}, {"HostConfig.LogConfig", json::object{{"Type", ""}}}};
  const auto id = create(odd);
  const auto seen = look(id);
  EXPECT_EQ(seen.hostname, id.substr(0, 12));
  EXPECT_EQ(seen.memory, 0);
  EXPECT_EQ(seen.settings.at("HostConfig.ShmSize"), json::value(64 << 20));
  EXPECT_EQ(seen.settings.at("HostConfig.IpcMode"), json::value("private"));
  EXPECT_EQ(seen.settings.at("HostConfig.Runtime"), json::value("runc"));
  EXPECT_EQ(seen.settings.at("HostConfig.LogConfig").at("Type"), json::value("json-file"));
  for (const auto* path :
       {"Config.Domainname", "Config.StopSignal", "HostConfig.PidMode", "HostConfig.CpuShares",
        "HostConfig.MemorySwap", "HostConfig.CpusetCpus"})
    EXPECT_FALSE(seen.settings.contains(path)) << path;
}

TEST_P(Contract, WhatIsGivenIsKeptAsItIsWritten) {
  auto odd = spec("as-written");
  odd.hostname = "h1.example.org";
  odd.entrypoint = {{""}};
  odd.memory = 64 << 20;
  odd.settings = {{"Config.StopSignal", "kill"},
                  {"HostConfig.Tmpfs", json::object{{"/tmpx/", "size=1m"}}}};
  const auto seen = look(create(odd));
  EXPECT_EQ(seen.settings.at("Config.StopSignal"), json::value("kill"));
  EXPECT_EQ(seen.hostname, "h1.example.org");
  EXPECT_TRUE(seen.entrypoint.empty());
  EXPECT_EQ(seen.settings.at("HostConfig.MemorySwap"), json::value(128 << 20));
  EXPECT_TRUE(seen.settings.at("HostConfig.Tmpfs").as_object().contains("/tmpx/"));
}

TEST_P(Contract, AnUpdateOfZeroChangesNothing) {
  auto limited = spec("limited");
  limited.memory = 64 << 20;
  limited.nano_cpus = 500'000'000;
  limited.settings = {{"HostConfig.CpuShares", 512}};
  const auto id = running(limited);
  docker::ContainerUpdate update;
  update.nano_cpus = 0;
  update.settings = {{"HostConfig.CpuShares", 0}, {"HostConfig.CpusetCpus", ""}};
  ASSERT_TRUE(call(engine_->update_container(id, update)));
  const auto seen = look(id);
  EXPECT_EQ(seen.nano_cpus, 500'000'000);
  EXPECT_EQ(seen.settings.at("HostConfig.CpuShares"), json::value(512));
}

}  // namespace
}  // namespace fairlead::engine_test
