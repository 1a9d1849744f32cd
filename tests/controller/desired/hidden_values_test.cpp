// What plans and reports may repeat of values that came from outside.
#include "controller/desired/hidden_values.h"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <memory>

#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using namespace fairlead::test;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOld = "old-c4n4ry-of-the-mine";
constexpr const char* kNew = "new-c4n4ry-of-the-mine";

model::App app_with_token(const std::string& token) {
  auto desired = small_app();
  desired.services[0].labels["token"] = token;
  desired.services[0].command = {{"serve", "--token", token}};
  auto masks = std::make_shared<model::Masks>();
  masks->add("TOK", token);
  desired.masks = masks;
  return desired;
}

std::string all_that_is_said(const Plan& plan) {
  std::string said;
  for (const auto& drift : plan.drift)
    said += drift.field + ": " + drift.actual + " → " + drift.desired + "\n";
  for (const auto& drift : plan.not_applied)
    said += drift.field + ": " + drift.actual + " → " + drift.desired + "\n";
  for (const auto& refusal : plan.refusals)
    said += refusal.error.message + refusal.error.hint + "\n";
  for (const auto& operation : plan.operations)
    said += operation.reason + "\n";
  for (const auto& crash : plan.crashes)
    said += crash.message + "\n";
  for (const auto& line : plan.waiting)
    said += line + "\n";
  return said;
}

// Nobody knows the old value any more: no mask finds it.
TEST(HiddenValues, AnOlderValueOfTheSameVariable) {
  auto observed = settled(app_with_token(kOld));
  auto& web = container_of(observed, "web");
  const auto changed = plan(app_with_token(kNew), observed);
  const auto said = all_that_is_said(changed);
  EXPECT_THAT(said, HasSubstr("labels.token: (hidden) → ${TOK}"));
  EXPECT_THAT(said, HasSubstr("command is (hidden), wanted serve --token ${TOK}"));
  EXPECT_THAT(said, Not(HasSubstr("c4n4ry")));
  // As the engine's reading of it, just after the create.
  Memory memory;
  memory.unread.insert(web.id);
  web.command.back() = kOld;
  const auto unread = plan(app_with_token(kNew), observed, memory);
  EXPECT_THAT(all_that_is_said(unread), Not(HasSubstr("c4n4ry")));
}

TEST(HiddenValues, WhatAContainerWroteLast) {
  auto desired = app_with_token(kNew);
  desired.services[0].restart = model::RestartPolicy{"on-failure", 0};
  auto observed = settled(desired);
  auto& web = container_of(observed, "web");
  web.state = "exited";
  web.exit_code = 3;
  web.started_at = "2026-01-01T12:00:00Z";
  web.finished_at = "2026-01-01T12:00:02Z";
  observed.now = WallTime(std::chrono::seconds(1767268802));
  Memory memory;
  memory.ends[web.id] = {web.finished_at, observed.now,
                         std::string("redis://bob:pw-c4n4ry@h/ ") + kNew};
  const auto said = all_that_is_said(plan(desired, observed, memory));
  EXPECT_THAT(said, HasSubstr("it wrote: redis://bob:***@h/ ${TOK}"));
  EXPECT_THAT(said, Not(HasSubstr("c4n4ry")));
}

TEST(HiddenValues, OfAContainersOwnEnvironment) {
  const auto masks = values_of(
      {"PASSWORD=c4n4ry-of-the-mine", "EMPTY=", "NONE", "PATH=/usr/local/sbin:/usr/local/bin"});
  EXPECT_EQ(without_values(std::string("c4n4ry-of-the-mine is wrong"), masks),
            "${PASSWORD} is wrong");
  EXPECT_EQ(without_values(std::string("/usr/local/bin/x: not found"), masks),
            "/usr/local/bin/x: not found");
}

TEST(HiddenValues, InJsonHoweverDeep) {
  model::Masks masks;
  masks.add("TOK", "quote\"and-c4n4ry");
  const boost::json::value shown = without_values(
      boost::json::value{{"a", {1, {{"b", "x quote\"and-c4n4ry"}, {"c", "u:p@h"}}}}}, masks);
  EXPECT_EQ(boost::json::serialize(shown), R"({"a":[1,{"b":"x ${TOK}","c":"u:***@h"}]})");
}

}  // namespace
}  // namespace fairlead::controller
