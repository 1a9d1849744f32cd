#include "docker/container_fields.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <string_view>

namespace fairlead::docker {
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

// A table that two rows of one path would make ambiguous, and a request that has no such place.
TEST(ContainerFields, AreEachThereOnceInOneOfTwoPlaces) {
  std::set<std::string_view> seen;
  for (const auto& field : container_fields()) {
    EXPECT_TRUE(seen.insert(field.path).second) << field.path;
    EXPECT_TRUE(field.path.starts_with("Config.") || field.path.starts_with("HostConfig."))
        << field.path;
    EXPECT_EQ(find_field(field.path), &field);
  }
  EXPECT_EQ(find_field("HostConfig.Unheard"), nullptr);
}

}  // namespace
}  // namespace fairlead::docker
