// Variables, `include`, `extends`, override files and merges: what several texts mean together,
// as Docker Compose takes them.
#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "model/form/compose_json.h"
#include "model/form/to_yaml.h"
#include "model/manifest.h"
#include "tests/model/diagnostics.h"

namespace fairlead::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Files = std::map<std::string, std::string>;
using Strings = std::vector<std::string>;

Manifest load(const Files& files, const StringMap& environment = {},
              const std::string& name = "app.yaml") {
  DecodeOptions options;
  options.environment = environment;
  options.read = [&files](const std::string& path) {
    const auto found = files.find(path);
    if (found == files.end()) return Source{};
    return Source{Source::State::kPresent, std::make_shared<const std::string>(found->second), ""};
  };
  return decode(name, files.at(name), options);
}

const Service& service(const Manifest& manifest, const std::string& name) {
  if (manifest.apps.size() == 1) {
    for (const auto& each : manifest.apps[0].services) {
      if (each.name == name) return each;
    }
  }
  throw std::out_of_range(name + " in:\n" + all_text(manifest));
}

std::string environment_of(const Service& service) {
  std::string out;
  for (const auto& [name, value] : service.environment)
    out += name + "=" + value.value_or("(unset)") + " ";
  return out;
}

TEST(Load, VariablesComeFromTheEnvironmentThenFromTheFileBesideTheManifest) {
  const auto manifest =
      load({{"app.yaml",
             "services:\n  web:\n    image: ${REPO}/web:${TAG:-latest}\n    mem_limit: \"${MEM}\"\n"
             "    init: ${INIT}\n    command: [echo, \"$$HOME\", $COMPOSE_PROJECT_NAME]\n"},
            {".env", "REPO=from-file\nTAG=1\nMEM=64m\nINIT=true\n"}},
           {{"REPO", "from-around"}});
  EXPECT_THAT(all_text(manifest), IsEmpty());
  const auto& web = service(manifest, "web");
  EXPECT_EQ(web.image, "from-around/web:1");
  EXPECT_EQ(web.mem_limit, 64 << 20);
  EXPECT_EQ(web.init, true);
  EXPECT_EQ(*web.command, (Strings{"echo", "$HOME", "app"}));
  EXPECT_THAT(manifest.references, ElementsAre(".env", "app.override.yaml"));
}

TEST(Load, AnUnsetVariableIsAWarningWithItsPlace) {
  const auto manifest = load({{"app.yaml", "services:\n  web:\n    image: web:1$TAG\n"}});
  EXPECT_EQ(service(manifest, "web").image, "web:1");
  EXPECT_THAT(all_text(manifest), HasSubstr("app.yaml:3:12: warning: services.web.image"));
}

TEST(Load, TheEnvelopesSpecIsInterpolatedTooAndItsPathNamed) {
  const auto manifest =
      load({{"app.yaml",
             "apiVersion: fairlead.dev/v1\nkind: App\nmetadata: {name: shop}\n"
             "spec:\n  services:\n    web: {image: \"$COMPOSE_PROJECT_NAME$X\"}\n"}});
  EXPECT_EQ(service(manifest, "web").image, "shop");
  EXPECT_THAT(all_text(manifest), HasSubstr("spec.services.web.image"));
}

TEST(Load, EnvironmentFilesLieBeneathTheEnvironment) {
  const auto manifest = load({{"app.yaml",
                               "services:\n  web:\n    image: i\n    env_file:\n"
                               "      - ./a.env\n      - {path: raw.env, format: raw}\n"
                               "      - {path: missing.env, required: false}\n"
                               "    label_file: labels\n"
                               "    environment: [B=own, BARE, NOWHERE]\n"},
                              {"a.env", "A=1\nB=2\nC=${A}\"x\"\n"},
                              {"raw.env", "D=\"$A\"\n"},
                              {"labels", "team=web\n"}},
                             {{"BARE", "around"}});
  EXPECT_THAT(all_text(manifest), IsEmpty());
  EXPECT_EQ(environment_of(service(manifest, "web")), "A=1 B=own BARE=around C=1\"x\" D=\"$A\" ");
  EXPECT_EQ(service(manifest, "web").labels.at("team"), "web");
}

TEST(Load, SaysWhatIsWrongInAnEnvironmentFile) {
  const auto manifest = load(
      {{"app.yaml", "services:\n  web:\n    image: i\n    env_file: [a.env, gone.env, ../x]\n"},
       {"a.env", "A=1\nB C=2\n"}});
  const auto text = all_text(manifest);
  EXPECT_THAT(text, HasSubstr("app.yaml:4:16: error: services.web.env_file[0]: a.env:2: "));
  EXPECT_THAT(text, HasSubstr("there is no file gone.env"));
  EXPECT_THAT(text, HasSubstr("`../x` leads out of the manifests directory"));
}

TEST(Load, ExtendsAServiceOfTheSameFileAndOfAnother) {
  const auto manifest =
      load({{"app.yaml",
             "services:\n  web:\n    extends: {service: base, file: common/base.yaml}\n"
             "    command: own\n    environment: {B: own}\n    ports: [\"81:81\"]\n"
             "  worker:\n    extends: web\n    ports: !reset []\n"},
            {"common/base.yaml",
             "services:\n  root: {image: i, labels: [from=root]}\n"
             "  base:\n    extends: {service: root}\n    command: base\n    environment: [A=base, "
             "B=base]\n"
             "    env_file: b.env\n    ports: [\"80:80\"]\n"},
            {"common/b.env", "F=file\n"}});
  EXPECT_THAT(all_text(manifest), IsEmpty());
  const auto& web = service(manifest, "web");
  EXPECT_EQ(web.image, "i");
  EXPECT_EQ(web.labels.at("from"), "root");
  EXPECT_EQ(*web.command, Strings{"own"});
  EXPECT_EQ(environment_of(web), "A=base B=own F=file ");
  EXPECT_EQ(web.ports.size(), 2u);
  EXPECT_THAT(service(manifest, "worker").ports, IsEmpty());
  EXPECT_EQ(*service(manifest, "worker").command, Strings{"own"});
}

TEST(Load, RefusesExtendsThatGoesInACircleOrNowhere) {
  const auto manifest = load(
      {{"app.yaml",
        "services:\n  a: {image: i, extends: b}\n  b: {image: i, extends: a}\n"
        "  c: {image: i, extends: gone}\n  d: {image: i, extends: {file: gone.yaml, service: x}}\n"
        "  e: {image: i, extends: {file: \"https://example.com/c.yaml\", service: x}}\n"}});
  const auto text = all_text(manifest);
  EXPECT_THAT(text, HasSubstr("`extends` goes in a circle"));
  EXPECT_THAT(text, HasSubstr("there is no service `gone` in app.yaml"));
  EXPECT_THAT(text, HasSubstr("there is no file gone.yaml"));
  EXPECT_THAT(text, HasSubstr("a remote file"));
}

TEST(Load, IncludesOtherFilesWithTheirOwnVariables) {
  const auto manifest =
      load({{"app.yaml",
             "include:\n  - db/compose.yaml\n  - {path: [mq.yaml, mq2.yaml], env_file: mq.env}\n"
             "services:\n  web: {image: w, depends_on: [db, mq]}\n"},
            {"db/compose.yaml", "services:\n  db: {image: \"db:$V\", env_file: x.env}\n"},
            {"db/.env", "V=5\n"},
            {"db/x.env", "X=1\n"},
            {"mq.yaml", "services:\n  mq: {image: \"mq:$V\", command: one}\n"},
            {"mq2.yaml", "services:\n  mq: {command: two}\n"},
            {"mq.env", "V=7\n"}});
  EXPECT_THAT(all_text(manifest), IsEmpty());
  EXPECT_EQ(service(manifest, "db").image, "db:5");
  EXPECT_EQ(environment_of(service(manifest, "db")), "X=1 ");
  EXPECT_EQ(service(manifest, "mq").image, "mq:7");
  EXPECT_EQ(*service(manifest, "mq").command, Strings{"two"});
}

TEST(Load, RefusesACircleOfIncludes) {
  const auto manifest = load({{"app.yaml", "include: [b.yaml]\nservices:\n  a: {image: i}\n"},
                              {"b.yaml", "include: [app.yaml]\nservices:\n  b: {image: i}\n"}});
  EXPECT_THAT(all_text(manifest), HasSubstr("b.yaml:1:11: error: include[0]: `include` goes in"));
}

TEST(Load, AMistakeInAnotherFileIsReportedThere) {
  const auto manifest = load({{"app.yaml", "include: [b.yaml]\nservices:\n  a: {image: i}\n"},
                              {"b.yaml", "services:\n  b:\n    image: i\n    imag: j\n"}});
  EXPECT_THAT(all_text(manifest), HasSubstr("b.yaml:4:5: error: services.b.imag"));
}

TEST(Load, AnOverrideFileIsLaidOntoItsManifest) {
  const Files files = {
      {"app.yaml",
       "services:\n  web:\n    image: i\n    environment: {A: 1, B: 1}\n"
       "    networks: [front]\n    volumes: [\"data:/data\"]\n    cap_add: [NET_ADMIN]\n"
       "networks: {front: {}}\nvolumes: {data: {}, other: {}}\n"},
      {"app.override.yaml",
       "services:\n  web:\n    environment: [B=2, C=2]\n    networks: {front: {aliases: [w]}}\n"
       "    volumes: [\"other:/data:ro\"]\n    cap_add: !override [SYS_TIME]\n"
       "  extra: {image: j}\n"}};
  const auto manifest = load(files);
  EXPECT_THAT(all_text(manifest), IsEmpty());
  const auto& web = service(manifest, "web");
  EXPECT_EQ(environment_of(web), "A=1 B=2 C=2 ");
  EXPECT_THAT(web.endpoints.at(0).aliases, ElementsAre("web", "w"));
  ASSERT_EQ(web.mounts.size(), 1u);
  EXPECT_EQ(web.mounts[0].source, "other");
  EXPECT_EQ(web.cap_add, Strings{"SYS_TIME"});
  EXPECT_EQ(service(manifest, "extra").image, "j");

  const auto alone = load(files, {}, "app.override.yaml");
  EXPECT_THAT(alone.apps, IsEmpty());
  EXPECT_THAT(all_text(alone), IsEmpty());
  const auto orphan =
      load({{"x.override.yaml", files.at("app.override.yaml")}}, {}, "x.override.yaml");
  EXPECT_THAT(all_text(orphan), HasSubstr("there is no x.yaml that this file could override"));
}

TEST(Load, PlainDocumentsOfOneFileAreOneApp) {
  const auto manifest = load({{"app.yaml",
                               "services:\n  web: {image: i, command: a}\n---\n"
                               "name: shop\nservices:\n  web: {command: b}\n  db: {image: j}\n"}});
  EXPECT_THAT(all_text(manifest), IsEmpty());
  EXPECT_EQ(manifest.apps.at(0).name, "shop");
  EXPECT_EQ(*service(manifest, "web").command, Strings{"b"});
  EXPECT_EQ(service(manifest, "db").image, "j");
}

TEST(Load, WaitsForAFileThatWasNotLookedForYet) {
  DecodeOptions options;
  options.read = [](const std::string&) { return Source{Source::State::kPending, {}, ""}; };
  const auto manifest =
      decode("app.yaml", "services:\n  web: {image: i, env_file: x.env}\n", options);
  EXPECT_TRUE(manifest.pending);
  EXPECT_THAT(manifest.mentioned, ElementsAre("app"));
  EXPECT_THAT(manifest.references, ElementsAre(".env", "app.override.yaml", "x.env"));
}

TEST(Load, WhatIsPrintedReadsBackTheSame) {
  const auto first = load({{"app.yaml",
                            "services:\n  web:\n    image: i\n    command: [\"$$HOME\", \"$$$$\"]\n"
                            "    environment: {A: \"${X:-a$$b}\"}\n"}});
  EXPECT_EQ(environment_of(service(first, "web")), "A=a$b ");
  const auto printed = escape_dollars(to_yaml(to_json(first.apps.at(0))));
  const auto second = load({{"app.yaml", printed}});
  EXPECT_THAT(all_text(second), IsEmpty());
  EXPECT_EQ(to_json(second.apps.at(0)), to_json(first.apps.at(0))) << printed;
}

// Neither anchors nor `extends` may turn a small file into a large tree.
TEST(Load, CopiesDoNotMultiply) {
  std::string anchors =
      "x-a: &a " + std::string(20'000, 'x') + "\nservices:\n  web:\n    image: i\n    labels:\n";
  for (int i = 0; i < 2000; ++i)
    anchors += "      l" + std::to_string(i) + ": *a\n";
  EXPECT_THAT(all_text(load({{"app.yaml", anchors}})), HasSubstr("more than 100000 values"));

  std::string services =
      "services:\n  s0: {image: i, labels: {a: " + std::string(20'000, 'x') + "}}\n";
  for (int i = 1; i < 2000; ++i)
    services += "  s" + std::to_string(i) + ": {extends: s0}\n";
  EXPECT_THAT(all_text(load({{"app.yaml", services}})), HasSubstr("grow too large"));
}

// Found by fuzzing: twenty files that include each other crosswise are 20! ways through them.
TEST(Load, FilesThatIncludeEachOtherCrosswiseEndSoon) {
  Files files;
  std::string list;
  for (int i = 0; i < 20; ++i)
    list += std::string(i == 0 ? "" : ", ") + "sub/f" + std::to_string(i) + ".yaml";
  std::string beside = list;
  for (auto at = beside.find("sub/"); at != std::string::npos; at = beside.find("sub/"))
    beside.erase(at, 4);
  for (int i = 0; i < 20; ++i)
    files["sub/f" + std::to_string(i) + ".yaml"] = "include: [" + beside + "]\nservices: {}\n";
  files["app.yaml"] = "include: [" + list + "]\nservices: {web: {image: web}}\n";
  const auto manifest = load(files);
  EXPECT_THAT(all_text(manifest), HasSubstr("more than 100 files are included"));
}

}  // namespace
}  // namespace fairlead::model
