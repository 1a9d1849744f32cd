// Interpolation and environment files, case by case from tables/*.json.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "model/load/env_file.h"
#include "model/load/interpolate.h"

namespace fairlead::model {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

json::object table(const std::string& name) {
  std::ifstream in(std::string(CONFORMANCE_DIR) + "/tables/" + name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return json::parse(text).as_object();
}

std::string text_of(const json::object& test, const char* key) {
  const auto* value = test.if_contains(key);
  return value == nullptr ? "" : std::string(value->as_string());
}

Variables variables_of(const json::object& test, const char* key) {
  Variables out;
  if (const auto* value = test.if_contains(key)) {
    for (const auto& [name, text] : value->as_object())
      out[name] = text.as_string();
  }
  return out;
}

std::vector<std::string> unset_of(const json::object& test) {
  std::vector<std::string> out;
  if (const auto* value = test.if_contains("unset")) {
    for (const auto& name : value->as_array())
      out.emplace_back(name.as_string());
  }
  return out;
}

Lookup lookup_in(const Variables& variables) {
  return [&variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : &found->second;
  };
}

TEST(Tables, Interpolation) {
  const json::object all = table("interpolation.json");
  const Variables variables = variables_of(all, "variables");
  for (const auto& each : all.at("cases").as_array()) {
    const json::object& test = each.as_object();
    SCOPED_TRACE(text_of(test, "name"));
    const auto done = interpolate(text_of(test, "text"), lookup_in(variables));
    if (test.contains("error")) {
      ASSERT_FALSE(done) << done->text;
      EXPECT_THAT(done.error(), HasSubstr(text_of(test, "error")));
      continue;
    }
    ASSERT_TRUE(done) << done.error();
    EXPECT_EQ(done->text, text_of(test, "result"));
    EXPECT_EQ(done->unset, unset_of(test));
  }
}

TEST(Tables, EnvironmentFiles) {
  const json::object all = table("env_file.json");
  for (const auto& each : all.at("cases").as_array()) {
    const json::object& test = each.as_object();
    SCOPED_TRACE(text_of(test, "name"));
    const Variables variables = variables_of(test, "variables");
    const auto parse = test.contains("raw") ? parse_raw_env_file : parse_env_file;
    const auto done = parse(text_of(test, "text"), lookup_in(variables));
    if (test.contains("error")) {
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().line, test.at("line").to_number<int>());
      EXPECT_THAT(done.error().message, HasSubstr(text_of(test, "error")));
      continue;
    }
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->values, variables_of(test, "values"));
    EXPECT_EQ(done->unset, unset_of(test));
  }
}

// A value may not multiply itself: neither in one text nor over the lines of a file.
TEST(Tables, GrowthIsLimited) {
  const Variables variables = {{"A", std::string(100'000, 'x')}};
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "$A";
  const auto done = interpolate(text, lookup_in(variables));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), HasSubstr("1 MiB"));

  std::string file = "A=" + std::string(1000, 'x') + "\n";
  for (int i = 0; i < 40; ++i)
    file += "A=$A$A\n";
  const auto parsed = parse_env_file(file, lookup_in({}));
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("1 MiB"));
}

}  // namespace
}  // namespace fairlead::model
