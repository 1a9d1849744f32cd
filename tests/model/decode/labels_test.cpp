// Labels by which Compose and Fairlead know their objects can't be given by a manifest.
#include <gmock/gmock.h>

#include "model/manifest.h"

namespace fairlead::model {
namespace {

using testing::HasSubstr;

std::string first_of(const Manifest& manifest) {
  return manifest.diagnostics.empty() ? "" : to_string(manifest.diagnostics.front());
}
std::string problem(const std::string& text) {
  return first_of(decode("a.yaml", text));
}

TEST(ReservedLabels, AreRefusedWhereTheyStand) {
  EXPECT_THAT(problem("services:\n  a:\n    image: x\n    labels:\n"
                      "      com.docker.compose.project: other\n"),
              testing::AllOf(HasSubstr("a.yaml:5:7: error: services.a.labels"),
                             HasSubstr("`com.docker.compose.project` is reserved")));
  EXPECT_THAT(
      problem("services:\n  a:\n    image: x\n    labels:\n      - dev.fairlead.app=evil\n"),
      HasSubstr("a.yaml:5:9: error: services.a.labels[0]"));
  EXPECT_THAT(problem("services:\n  a:\n    image: x\n    deploy:\n      labels:\n"
                      "        dev.fairlead.hook: x\n"),
              HasSubstr("a.yaml:6:9: error"));
  EXPECT_THAT(problem("services: {a: {image: x}}\nnetworks:\n  n:\n    labels:\n"
                      "      dev.fairlead.managed: 'true'\n"),
              HasSubstr("a.yaml:5:7: error"));
  EXPECT_THAT(problem("services: {a: {image: x}}\nvolumes:\n  n:\n    labels:\n"
                      "      dev.fairlead.managed: 'true'\n"),
              HasSubstr("a.yaml:5:7: error"));
}

TEST(ReservedLabels, AreRefusedInLabelFiles) {
  DecodeOptions options;
  options.read = [](const std::string& path) -> Source {
    if (path != "l.env") return {};
    return {Source::State::kPresent,
            std::make_shared<const std::string>("dev.fairlead.generation=9\n"),
            {}};
  };
  const auto manifest =
      decode("a.yaml", "services:\n  a:\n    image: x\n    label_file: l.env\n", options);
  EXPECT_THAT(first_of(manifest),
              testing::AllOf(HasSubstr("a.yaml:4:17: error"), HasSubstr("reserved")));
}

TEST(ReservedLabels, OthersOfTheSameBeginningAreFine) {
  for (const char* key : {"com.docker.composer.x", "dev.fairleading", "container-number"})
    EXPECT_EQ(problem(std::string("services: {a: {image: x, labels: {") + key + ": y}}}\n"), "");
}

// `["${LABEL}"]` where nothing is set: Compose makes a label without a name of it.
TEST(Labels, MayHaveNoNameInAList) {
  const auto manifest = decode(
      "a.yaml", "services: {a: {image: x, labels: ['${UNSET-}', '=v', 'a=b=c', d], expose: ['']}}");
  EXPECT_EQ(first_of(manifest), "");
  ASSERT_EQ(manifest.apps.size(), 1u);
  EXPECT_EQ(manifest.apps[0].services[0].labels, (StringMap{{"", "v"}, {"a", "b=c"}, {"d", ""}}));
  EXPECT_THAT(problem("services: {a: {image: x, environment: ['']}}"), HasSubstr("no name"));
}

// Compose refuses a mapping without a name, and so does what reads all of them.
TEST(Labels, NeedANameInAMapping) {
  EXPECT_THAT(problem("services:\n  a:\n    image: x\n    labels:\n      '': x\n"),
              testing::AllOf(HasSubstr("a.yaml:5:7: error: services.a.labels"),
                             HasSubstr("no name before `:`")));
  for (const char* text : {"labels: {'': }", "deploy: {labels: {'': x}}", "environment: {'': x}",
                           "annotations: {'': x}", "sysctls: {'': x}"})
    EXPECT_THAT(problem(std::string("services: {a: {image: x, ") + text + "}}"),
                HasSubstr("no name"))
        << text;
  EXPECT_THAT(problem("services: {a: {image: x}}\nvolumes: {v: {labels: {'': x}}}\n"),
              HasSubstr("no name"));
}

TEST(Labels, OfAListMayHaveNoNameWhenSomethingIsLaidOntoThem) {
  const auto manifest = decode("a.yaml",
                               "services: {a: {image: x, labels: ['=v']}}\n---\n"
                               "services: {a: {labels: {b: c}}}\n");
  EXPECT_EQ(first_of(manifest), "");
  ASSERT_EQ(manifest.apps.size(), 1u);
  EXPECT_EQ(manifest.apps[0].services[0].labels, (StringMap{{"", "v"}, {"b", "c"}}));
  EXPECT_THAT(problem("services: {a: {image: x, labels: [b=c]}}\n---\n"
                      "services: {a: {labels: {'': x}}}\n"),
              HasSubstr("no name"));
}

}  // namespace
}  // namespace fairlead::model
