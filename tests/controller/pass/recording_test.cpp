// A recorded pass plans the same again: for every document that the decoder knows, and for an App
// in the middle of its work. And what is no recording is refused, wherever it was cut or changed.
#include "controller/pass/recording.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "controller/plan/plan.h"
#include "model/manifest.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

namespace json = boost::json;

// All that a plan says, in words.
std::string told(const Plan& plan) {
  std::string out;
  for (const auto& line : test::lines(plan))
    out += line + "\n";
  for (const auto& each : plan.operations) {
    out += each.reason + "\n";
    if (const auto* create = std::get_if<CreateContainer>(&each.action)) {
      for (const auto& [key, value] : create->spec.labels)
        out += key + "=" + value + "\n";
    }
  }
  for (const auto& each : plan.drift)
    out += each.object + " " + each.field + " " + each.desired + " " + each.actual + "\n";
  for (const auto& each : plan.refusals)
    out += each.error.message + " " + model::to_string(each.position) + "\n";
  for (const auto& each : plan.waiting)
    out += each + "\n";
  return out;
}

PassInput input_of(model::App app, Observed observed) {
  PassInput input;
  input.key = app.name;
  input.app = std::make_shared<const model::App>(std::move(app));
  input.observed = std::move(observed);
  input.policy = test::policy();
  return input;
}

void expect_same_plan(const PassInput& input) {
  const std::string text = record_input(input);
  const auto read = read_recording(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(record_input(*read), text) << "what was read is recorded as it was";
  EXPECT_EQ(told(plan_of(*read)), told(plan_of(input)));
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// In every state that a plan knows: nothing there, all settled, something of each kind changed.
std::vector<PassInput> inputs_of(const model::App& app) {
  auto changed = test::settled(app);
  for (auto& [id, container] : changed.containers) {
    container.details.state = "exited";
    container.details.exit_code = 3;
    container.details.finished_at = "2026-01-02T03:04:05Z";
    container.stopped_by_hand = true;
    break;
  }
  for (auto& [id, network] : changed.networks)
    network.members.push_back({test::long_id("f00d"), "stranger", "10.0.0.9/24", ""});
  auto gone = input_of(app, test::settled(app));
  gone.policy.app_gone = true;
  gone.policy.may_remove = true;
  return {input_of(app, {}), input_of(app, test::settled(app)), input_of(app, std::move(changed)),
          std::move(gone)};
}

TEST(Recording, PlansTheSameAgainForEveryDocumentOfTheSchema) {
  int apps = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(SCHEMA_DOCUMENTS)) {
    if (file.path().extension() != ".yaml") continue;
    const auto manifest = model::decode(file.path().filename().string(), text_of(file.path()));
    for (const auto& app : manifest.apps) {
      SCOPED_TRACE(file.path().filename().string());
      expect_same_plan(input_of(app, {}));
      ++apps;
    }
    for (const auto& network : manifest.networks)
      expect_same_plan(input_of(as_app(network), {}));
  }
  EXPECT_GT(apps, 10) << "the documents are where they are looked for";
}

TEST(Recording, PlansTheSameAgainInEveryState) {
  auto app = test::app({test::service("db"), test::service("web", {"default", "back"})},
                       {test::network("default", "10.1.0.0/24"), test::network("back")},
                       {test::volume("data")});
  for (auto& input : inputs_of(app)) {
    for (const auto& [id, container] : input.observed.containers) {
      input.memory.runs[id] = {2, 1, true};
      input.memory.ends[id] = {"2026-01-02T03:04:05Z", WallTime(std::chrono::seconds(7)),
                               "it broke"};
      input.memory.readings[id] = {{"hostname", "a", "b"}};
      input.memory.hooks[id] = {{{{"sh"}, "root", "/", true, {"A=b"}}}, {}, true};
    }
    input.memory.contended = {"container/shop-web-1/state"};
    input.refusals.push_back({{ErrorClass::kBlocked, Reason::kNotOwner, "no", "why"},
                              Kind::kVolume,
                              "a",
                              "b",
                              {"f", 1, 2}});
    expect_same_plan(input);
  }
}

TEST(Recording, KeepsAWholeNumberOfNanosecondsAndTheMasks) {
  auto app = test::small_app();
  app.services[0].stop_grace_period = model::Nanoseconds(1'500'000'001);
  auto masks = std::make_shared<model::Masks>();
  masks->add("PASSWORD", "hunter2hunter2");
  app.masks = masks;
  const auto read = read_recording(record_input(input_of(app, {})));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->app->services[0].stop_grace_period, model::Nanoseconds(1'500'000'001));
  EXPECT_EQ(read->app->masks->apply("is hunter2hunter2"), "is ${PASSWORD}");
}

TEST(Recording, HasNoContentOfASecret) {
  auto app = test::small_app();
  model::File file;
  file.key = "key";
  file.secret = true;
  file.content = std::make_shared<const std::string>("the-secret-itself");
  app.files.push_back(file);
  EXPECT_EQ(record_input(input_of(app, {})).find("the-secret-itself"), std::string::npos);
}

TEST(Recording, IsRefusedWhereverItWasCut) {
  const std::string text = record_input(input_of(test::small_app(), {}));
  for (std::size_t length = 0; length < text.size(); ++length)
    ASSERT_FALSE(read_recording(text.substr(0, length))) << "cut after " << length << " bytes";
}

// Takes each member away, and puts something of another kind in its place.
void spoil(json::value& root, json::value& at, int& spoiled) {
  if (auto* object = at.if_object()) {
    for (auto& each : *object) {
      if (!each.value().is_null() && each.value().kind() != json::kind::string) {
        const json::value was = std::exchange(each.value(), json::value("of another kind"));
        const auto read = read_recording(json::serialize(root));
        EXPECT_FALSE(read) << each.key();
        each.value() = was;
        ++spoiled;
      }
      spoil(root, each.value(), spoiled);
    }
  } else if (auto* array = at.if_array()) {
    for (auto& each : *array)
      spoil(root, each, spoiled);
  }
}

TEST(Recording, IsRefusedWithSomethingOfAnotherKindInIt) {
  auto root =
      json::parse(record_input(input_of(test::small_app(), test::settled(test::small_app()))));
  int spoiled = 0;
  spoil(root, root, spoiled);
  EXPECT_GT(spoiled, 100);
}

TEST(Recording, IsRefusedWithAMemberMissing) {
  auto root = json::parse(record_input(input_of(test::small_app(), {})));
  root.at("input").at("app").as_object().erase("prefix");
  const auto read = read_recording(json::serialize(root));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "this is no recording of a pass: app.prefix is missing");
}

TEST(Recording, IsRefusedWithAChoiceThatNobodyKnows) {
  auto root = json::parse(record_input(input_of(test::small_app(), {})));
  for (const int unknown : {-1, 3, 1'000'000}) {
    root.at("input").at("app").at("network_recreate") = unknown;
    EXPECT_FALSE(read_recording(json::serialize(root))) << unknown;
  }
}

TEST(Recording, OfAnotherFormSaysSo) {
  const auto read = read_recording(R"({"form": 99, "input": {}})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "this recording has form 99, and this program reads form 1");
}

TEST(Recording, OfSomethingElseIsRefused) {
  for (const char* text : {"", "null", "[]", "{}", "17", "services: {}", R"({"form": 1})",
                           R"({"form": 1, "input": {}})", R"({"form": "1", "input": null})"})
    EXPECT_FALSE(read_recording(text)) << text;
}

}  // namespace
}  // namespace fairlead::controller
