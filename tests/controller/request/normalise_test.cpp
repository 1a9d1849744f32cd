#include "controller/request/normalise.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace fairlead::controller {
namespace {

struct Pair {
  const char* path;
  const char* a;
  const char* b;  // the same form; "null": nothing is asked for
};

// JSON values, two of one form.
constexpr Pair kAlike[] = {
    {"Config.WorkingDir", R"("/app/")", R"("/app")"},
    {"Config.WorkingDir", R"("/app/.")", R"("/app")"},
    {"Config.WorkingDir", R"("//app//x/")", R"("/app/x")"},
    {"Config.WorkingDir", R"("/a/../../b")", R"("/b")"},
    {"Config.WorkingDir", R"("//")", R"("/")"},
    {"Config.WorkingDir", R"("a/./b")", R"("a/b")"},
    {"Config.WorkingDir", R"("")", "null"},
    {"Config.Hostname", R"("")", "null"},
    {"Config.User", R"("")", "null"},
    {"Config.StopSignal", R"("KILL")", R"("SIGKILL")"},
    {"Config.StopSignal", R"("sigkill")", R"("9")"},
    {"Config.StopSignal", R"("TERM")", R"("15")"},
    {"Config.StopSignal", R"("rtmin+3")", R"("RTMIN+3")"},
    {"Config.StopSignal", R"("")", "null"},
    {"Config.Entrypoint", R"([""])", "[]"},
    {"HostConfig.ShmSize", "0", "null"},
    {"HostConfig.MemorySwap", "0", "null"},
    {"HostConfig.CpuShares", "0", "null"},
    {"HostConfig.CpusetCpus", R"("")", "null"},
    {"HostConfig.IpcMode", R"("")", "null"},
    {"HostConfig.Runtime", R"("")", "null"},
    {"HostConfig.LogConfig", R"({"Type": ""})", "null"},
    {"HostConfig.LogConfig", R"({"Type": "", "Config": {"a": "b"}})", R"({"Config": {"a": "b"}})"},
    {"HostConfig.Tmpfs", R"({"/t/": ""})", R"({"/t": ""})"},
    {"HostConfig.Devices", R"([{"PathOnHost": "/dev//x"}])", R"([{"PathOnHost": "/dev/x"}])"},
};

TEST(Normalise, GivesOneFormToWhatTheEngineTreatsAlike) {
  for (const auto& each : kAlike) {
    const auto a = normalised(each.path, boost::json::parse(each.a));
    const auto b = normalised(each.path, boost::json::parse(each.b));
    EXPECT_EQ(a, b) << each.path << " " << each.a << " → " << boost::json::serialize(a);
  }
}

TEST(Normalise, KeepsApartWhatDiffers) {
  constexpr Pair kApart[] = {
      {"Config.WorkingDir", R"("/app")", R"("/apps")"},
      {"Config.StopSignal", R"("KILL")", R"("TERM")"},
      {"Config.Entrypoint", R"(["", "a"])", "[]"},
      {"HostConfig.OomScoreAdj", "0", "null"},
      {"HostConfig.MemorySwap", "-1", "null"},
      {"HostConfig.LogConfig", R"({"Type": "none"})", R"({"Type": "json-file"})"},
  };
  for (const auto& each : kApart) {
    EXPECT_NE(normalised(each.path, boost::json::parse(each.a)),
              normalised(each.path, boost::json::parse(each.b)))
        << each.path << " " << each.a;
  }
}

TEST(Normalise, TakesPortZeroForAnyFreeOne) {
  EXPECT_EQ(host_port("0"), "");
  EXPECT_EQ(host_port("80"), "80");
}

}  // namespace
}  // namespace fairlead::controller
