// Service keys that are handed on, those that are refused, and what a service may say twice.
#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "model/form/canonical.h"
#include "model/form/compose_json.h"
#include "model/form/to_yaml.h"
#include "model/manifest.h"
#include "tests/model/diagnostics.h"

namespace fairlead::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// One service `a` with these lines, each indented by four.
Manifest with_keys(const std::string& keys, const std::string& rest = "") {
  return decode("a.yaml", "services:\n  a:\n    image: i:1\n    " + keys + "\n" + rest);
}

struct RefusedKey {
  const char* key;
  const char* reason;
};

void PrintTo(const RefusedKey& key, std::ostream* out) {
  *out << key.key;
}

class Refuses : public testing::TestWithParam<RefusedKey> {};

TEST_P(Refuses, WithLineReasonAndAlternative) {
  const auto manifest = with_keys(GetParam().key);
  ASSERT_TRUE(has_errors(manifest.diagnostics));
  const auto& first = manifest.diagnostics.front();
  EXPECT_EQ(first.position.line, 4);
  EXPECT_THAT(first.path, HasSubstr("services.a."));
  EXPECT_THAT(first.message, HasSubstr(GetParam().reason));
  EXPECT_THAT(first.hint, testing::Not(IsEmpty()));
}

TEST_P(Refuses, OrWarnsWhereTheAppAsksForThat) {
  const auto manifest = with_keys(GetParam().key, "x-fairlead: {unsupported: warn}\n");
  ASSERT_FALSE(has_errors(manifest.diagnostics)) << all_text(manifest);
  EXPECT_THAT(all_text(manifest), HasSubstr(GetParam().reason));
  ASSERT_EQ(manifest.apps.size(), 1u);
  EXPECT_THAT(manifest.apps[0].unsupported, ElementsAre(HasSubstr("services.a.")));
}

constexpr RefusedKey kRefused[] = {
    {"build: .", "builds none"},
    {"pull_policy: build", "builds none"},
    {"develop: {}", "docker compose watch"},
    {"provider: {type: x}", "programs of the host"},
    {"models: [x]", "Model Runner"},
    {"credential_spec: {file: x}", "Windows"},
    {"isolation: hyperv", "Windows"},
    {"use_api_socket: true", "engine's socket"},
    {"deploy: {mode: global}", "one engine"},
    {"deploy: {endpoint_mode: vip}", "Swarm"},
    {"deploy: {placement: {}}", "one engine"},
    {"deploy: {resources: {reservations: {cpus: '1'}}}", "reserve processors"},
    {"deploy: {resources: {reservations: {generic_resources: []}}}", "Swarm"},
    {"volumes: [{type: npipe, source: x, target: /y}]", "Windows"},
    {"volumes: [{type: cluster, source: x, target: /y}]", "Swarm"},
};
INSTANTIATE_TEST_SUITE_P(ClassC, Refuses, testing::ValuesIn(kRefused));

TEST(Settings, TopLevelModelsAndOverlayNetworksAreRefused) {
  EXPECT_THAT(all_text(with_keys("user: x", "models: {m: {}}\n")), HasSubstr("5:1: error: models"));
  EXPECT_THAT(all_text(with_keys("user: x", "networks: {n: {driver: overlay}}\n")),
              HasSubstr("overlay networks need Swarm"));
}

TEST(Settings, AreKeptInCanonicalForm) {
  const auto manifest = with_keys(
      "shm_size: 64m\n    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}\n"
      "    devices: ['/dev/a:/dev/b:r', '/dev/c:rw']\n    dns: 1.1.1.1\n    tty: 'yes'");
  ASSERT_FALSE(has_errors(manifest.diagnostics)) << all_text(manifest);
  const auto& settings = manifest.apps[0].services[0].settings;
  const auto json = [](const char* text) { return boost::json::parse(text); };
  EXPECT_EQ(settings.at("shm_size"), json("67108864"));
  EXPECT_EQ(settings.at("ulimits"), json(R"({"nofile": {"soft": 1, "hard": 2}, "nproc": 3})"));
  EXPECT_EQ(settings.at("devices"),
            json(R"([{"source": "/dev/a", "target": "/dev/b", "permissions": "r"},
                     {"source": "/dev/c", "target": "/dev/c", "permissions": "rw"}])"));
  EXPECT_EQ(settings.at("dns"), json(R"(["1.1.1.1"])"));
  EXPECT_EQ(settings.at("tty"), json("true"));
}

struct BadKey {
  const char* keys;
  const char* complaint;
};

void PrintTo(const BadKey& bad, std::ostream* out) {
  *out << bad.keys;
}

class BadSetting : public testing::TestWithParam<BadKey> {};

TEST_P(BadSetting, IsAnError) {
  const auto manifest = with_keys(GetParam().keys);
  EXPECT_TRUE(has_errors(manifest.diagnostics));
  EXPECT_THAT(all_text(manifest), HasSubstr(GetParam().complaint));
}

constexpr BadKey kBadKeys[] = {
    {"ulimits: {nofile: {soft: 1}}", "both limits"},
    {"devices: ['/dev/a:/dev/b:q']", "not a device"},
    {"ipc: sharable", "unknown choice"},
    {"pid: 'service:'", "unknown choice"},
    {"pid: 'service:zz'", "does not exist"},
    {"links: [zz]", "does not exist"},
    {"volumes_from: [zz]", "does not exist"},
    {"gpus: [{count: 1, device_ids: ['0']}]", "exclude each other"},
    {"blkio_config: {device_read_bps: [{path: /dev/a}]}", "incomplete"},
    {"pull_policy: sometimes", "unknown policy"},
    {"pull_policy: every_x", "not an interval"},
    {"scale: 1001", "not a number in range"},
    {"scale: 2\n    container_name: x", "one name for 2"},
    {"scale: 2\n    ports: ['80:80']", "can't be published by 2"},
    {"scale: 2\n    deploy: {replicas: 3}", "different things"},
    {"cpus: 1\n    deploy: {resources: {limits: {cpus: 2}}}", "different things"},
    {"mem_limit: 1g\n    deploy: {resources: {limits: {memory: 2g}}}", "different things"},
    {"deploy: {restart_policy: {condition: sometimes}}", "unknown condition"},
    {"deploy: {update_config: {order: middle-out}}", "unknown order"},
    {"configs: [c]", "not declared"},
    {"secrets: [{source: s, mode: '999'}]", "not a mode"},
    {"volumes: ['~/x:/x']", "nobody's home"},
    {"volumes: ['./x:/x']", "no place on a host"},
    {"volumes: ['../x:/x']", "leads out of"},
    {"volumes: [{type: image, target: /x}]", "no `source`"},
    {"init: maybe", "not a boolean"},
};
INSTANTIATE_TEST_SUITE_P(Table, BadSetting, testing::ValuesIn(kBadKeys));

TEST(Settings, AServiceWithoutAnActiveProfileIsLeftOut) {
  const std::string text = "services:\n  a: {image: i}\n  b: {image: i, profiles: [debug]}\n";
  EXPECT_EQ(decode("a.yaml", text).apps[0].services.size(), 1u);
  EXPECT_EQ(decode("a.yaml", text + "x-fairlead: {profiles: [debug]}\n").apps[0].services.size(),
            2u);
  DecodeOptions options;
  options.environment = {{"COMPOSE_PROFILES", "x,debug"}};
  EXPECT_EQ(decode("a.yaml", text, options).apps[0].services.size(), 2u);
  const auto needed = decode("a.yaml",
                             "services:\n  a: {image: i, depends_on: [b]}\n"
                             "  b: {image: i, profiles: [debug]}\n");
  EXPECT_THAT(all_text(needed), HasSubstr("left out by its profiles"));
}

TEST(Settings, SharingAndLinksAreDependencies) {
  const auto manifest = decode("a.yaml",
                               "services:\n  a: {image: i, links: [b], ipc: 'service:c'}\n"
                               "  b: {image: i}\n  c: {image: i}\n");
  ASSERT_FALSE(has_errors(manifest.diagnostics)) << all_text(manifest);
  const auto& waits = manifest.apps[0].services[0].depends_on;
  ASSERT_EQ(waits.size(), 2u);
  EXPECT_EQ(waits[0].service, "b");
  EXPECT_EQ(waits[1].service, "c");
}

TEST(Settings, WhatChangesInPlaceIsNotInTheHash) {
  const auto hash = [](const std::string& keys) {
    const auto manifest = with_keys(keys);
    return container_spec_hash(manifest.apps.at(0), manifest.apps[0].services.at(0));
  };
  EXPECT_EQ(hash("cpu_shares: 5"), hash("cpu_shares: 6"));
  EXPECT_NE(hash("shm_size: 5m"), hash("shm_size: 6m"));
  EXPECT_EQ(hash("scale: 2"), hash("scale: 3"));
}

// ---- Configs and secrets ----

DecodeOptions files(const std::map<std::string, std::string>& contents) {
  DecodeOptions options;
  options.host_root = "/etc/manifests";
  options.digest_key = "key";
  options.read = [contents](const std::string& path) -> Source {
    const auto found = contents.find(path);
    if (found == contents.end()) return {};
    return {Source::State::kPresent, std::make_shared<const std::string>(found->second), ""};
  };
  options.decrypt = [](const std::string& bytes) -> std::expected<std::string, std::string> {
    if (bytes.starts_with("sealed:")) return bytes.substr(7);
    return std::unexpected("no identity matched");
  };
  return options;
}

constexpr const char* kSecret =
    "services: {a: {image: i, secrets: [s]}, b: {image: i}}\nsecrets: {s: {file: ./s.txt}}\n";

TEST(Files, OnlyTheirUsersChangeWithTheContent) {
  const auto one = decode("a.yaml", kSecret, files({{"s.txt", "one"}}));
  const auto two = decode("a.yaml", kSecret, files({{"s.txt", "two"}}));
  ASSERT_TRUE(one.diagnostics.empty()) << all_text(one);
  const auto hash = [](const Manifest& manifest, std::size_t service) {
    return container_spec_hash(manifest.apps.at(0), manifest.apps[0].services.at(service));
  };
  EXPECT_NE(hash(one, 0), hash(two, 0));
  EXPECT_EQ(hash(one, 1), hash(two, 1));
  EXPECT_NE(one.apps[0].digest, two.apps[0].digest);
}

// F105: neither the content nor a hash that anybody could guess it by.
TEST(Files, ADigestTellsNothingWithoutTheKey) {
  auto options = files({{"s.txt", "one"}});
  const auto ours = decode("a.yaml", kSecret, options).apps[0].files[0].digest;
  options.digest_key = "other";
  EXPECT_NE(decode("a.yaml", kSecret, options).apps[0].files[0].digest, ours);
}

TEST(Files, ASecretIsNeverPrinted) {
  const auto manifest = decode("a.yaml", kSecret, files({{"s.txt", "canary"}}));
  EXPECT_EQ(to_yaml(to_json(manifest.apps[0])).find("canary"), std::string::npos);
}

TEST(Files, AgeFilesAreDecrypted) {
  const std::string text = "services: {a: {image: i, secrets: [s]}}\nsecrets: {s: {file: s.age}}\n";
  const auto open = decode("a.yaml", text, files({{"s.age", "sealed:canary"}}));
  ASSERT_TRUE(open.diagnostics.empty()) << all_text(open);
  EXPECT_EQ(*open.apps[0].files[0].content, "canary");
  EXPECT_THAT(all_text(decode("a.yaml", text, files({{"s.age", "?"}}))),
              HasSubstr("can't be decrypted: no identity matched"));
  auto keyless = files({{"s.age", "sealed:x"}});
  keyless.decrypt = nullptr;
  EXPECT_THAT(all_text(decode("a.yaml", text, keyless)), HasSubstr("--age-identity"));
}

TEST(Files, ASeccompProfileIsReadIntoTheRequest) {
  const std::string text =
      "services: {a: {image: i, security_opt: [\"seccomp:./p.json\", \"seccomp=unconfined\"]}}\n";
  const auto manifest = decode("a.yaml", text, files({{"p.json", "{ \"defaultAction\": \"X\" }"}}));
  ASSERT_EQ(manifest.apps.size(), 1u) << all_text(manifest);
  const auto& options = manifest.apps.front().services.front().settings.at("security_opt");
  EXPECT_EQ(options,
            (boost::json::array{"seccomp={\"defaultAction\":\"X\"}", "seccomp=unconfined"}));
  EXPECT_TRUE(manifest.references.contains("p.json"));
  EXPECT_THAT(all_text(decode("a.yaml", text, files({{"p.json", "nonsense"}}))),
              HasSubstr("p.json is no seccomp profile"));
  EXPECT_THAT(all_text(decode("a.yaml", text, files({}))), HasSubstr("p.json"));
}

struct BadFile {
  const char* definition;
  const char* complaint;
};
TEST(Files, MistakesAreNamed) {
  for (const BadFile& bad : {BadFile{"secrets: {s: {}}", "no content"},
                             BadFile{"secrets: {s: {content: x}}", "stands in the manifest"},
                             BadFile{"secrets: {s: {file: a, environment: B}}", "several contents"},
                             BadFile{"secrets: {s: {environment: NOPE}}", "NOPE is not set"},
                             BadFile{"secrets: {s: {file: gone.txt}}", "gone.txt"},
                             BadFile{"secrets: {s: {file: ../out.txt}}", "out of"},
                             BadFile{"secrets: {s: {x-credential: c}}", "no credential c"},
                             BadFile{"secrets: {s: {external: true}}", "outside Swarm"},
                             BadFile{"secrets: {s: {template_driver: x}}", "Swarm"}}) {
    const auto manifest = decode(
        "a.yaml", "services: {a: {image: i}}\n" + std::string(bad.definition) + "\n", files({}));
    EXPECT_THAT(all_text(manifest), HasSubstr(bad.complaint)) << bad.definition;
    EXPECT_TRUE(has_errors(manifest.diagnostics)) << bad.definition;
  }
}

TEST(Hooks, AreReadInOrderAndChangeTheSpecHash) {
  const std::string plain = "services: {a: {image: i}}";
  const auto one = decode("a.yaml", R"(services:
  a:
    image: i
    pre_start:
    - {command: ./migrate up, per_replica: true, user: "1", working_dir: /x}
    - {image: busybox}
    post_start: [{command: [warm, up], privileged: true, environment: {A: 1, B: }}]
    pre_stop: [{command: flush}]
)");
  ASSERT_TRUE(one.diagnostics.empty()) << all_text(one);
  ASSERT_EQ(one.apps.size(), 1u);
  const auto& app = one.apps.front();
  const auto& service = app.services.front();
  ASSERT_EQ(service.pre_start.size(), 2u);
  EXPECT_EQ(*service.pre_start[0].command, (std::vector<std::string>{"./migrate", "up"}));
  EXPECT_TRUE(service.pre_start[0].per_replica);
  EXPECT_EQ(service.pre_start[1].image, "busybox");
  EXPECT_FALSE(service.pre_start[1].command);
  EXPECT_TRUE(service.post_start[0].privileged);
  EXPECT_EQ(service.post_start[0].environment.size(), 1u);
  EXPECT_EQ(*service.pre_stop[0].command, std::vector<std::string>{"flush"});
  const auto without = decode("a.yaml", plain);
  EXPECT_NE(container_spec_hash(app, service),
            container_spec_hash(app, without.apps.front().services.front()));
}

struct Silent {
  const char* text;
  const char* complaint;
};

// What would be passed over without a word if nobody asked.
TEST(Decoder, PassesOverNothing) {
  for (const Silent& each : {
           Silent{"services: {a: {image: i, env_file: }}", "env_file: no file"},
           Silent{"services: {a: {image: i, label_file: {path: x}}}", "label_file: no file"},
           Silent{"services: {a: {image: i, expose: ['-']}}", "not a port"},
           Silent{"services: {a: {image: i, expose: [99999]}}", "not a port"},
           Silent{"services: {a: {image: i, ports: ['[::1]8080:80']}}", "not a port"},
           Silent{"services: {a: {image: i}, b: {extends: {service: a, foo: 1}}}", "extends.foo"},
           Silent{"services: {a: {image: i}, b: {extends: {service: a, file: [x]}}}", "not a text"},
           Silent{"services: {a: {image: i}, x-ray: {}}", "x-ray"},
           Silent{"services: {a: {image: i, deploy: {update_config: {max_failure_ratio: lots}}}}",
                  "not a number"},
       }) {
    const auto manifest = decode("a.yaml", each.text);
    EXPECT_THAT(all_text(manifest), HasSubstr(each.complaint)) << each.text;
    EXPECT_TRUE(has_errors(manifest.diagnostics)) << each.text;
  }
  const auto network = decode("a.yaml", R"(apiVersion: fairlead.dev/v1
kind: Network
metadata: {name: n}
spec: {profiles: [x]}
)");
  EXPECT_TRUE(has_errors(network.diagnostics));
}

TEST(Hooks, MistakesAreNamed) {
  for (const auto& [key, complaint] : std::map<std::string, std::string>{
           {"post_start: [{user: x}]", "no command"},
           {"post_start: [{command: x, image: y}]", "post_start[0].image: unknown key"},
           {"pre_stop: {command: x}", "list"},
           {"pre_start: [{}]", "no command"},
           {"pre_stop: [{command: x, privileged: maybe}]", "not a boolean"}}) {
    const auto manifest = decode("a.yaml", "services: {a: {image: i, " + key + "}}");
    EXPECT_THAT(all_text(manifest), HasSubstr(complaint)) << key;
    EXPECT_TRUE(has_errors(manifest.diagnostics)) << key;
  }
}

TEST(Files, WhatCantBeWrittenIsMounted) {
  FileMount mount{.source = "s", .secret = true};
  Service service;
  EXPECT_FALSE(is_mounted(service, mount));
  service.settings["tmpfs"] = boost::json::array{"/run:size=1m"};
  EXPECT_TRUE(is_mounted(service, mount));
  service.settings.clear();
  service.read_only = true;
  EXPECT_TRUE(is_mounted(service, mount));
}

// "" and 0 are what Compose takes for "not said".
TEST(Settings, AnEmptyValueIsTheEnginesOwnChoice) {
  for (const auto* key : {"restart: ''", "ipc: ''", "pid: ''", "uts: ''", "userns_mode: ''",
                          "cgroup: ''", "cpus: 0", "cpus: '0.0'"}) {
    const auto manifest = with_keys(key);
    ASSERT_FALSE(has_errors(manifest.diagnostics)) << key << all_text(manifest);
    const auto& service = manifest.apps[0].services[0];
    EXPECT_FALSE(service.restart) << key;
    EXPECT_FALSE(service.nano_cpus) << key;
    EXPECT_TRUE(service.settings.empty()) << key;
    EXPECT_EQ(container_spec_hash(manifest.apps[0], service),
              container_spec_hash(with_keys("").apps[0], with_keys("").apps[0].services[0]))
        << key;
  }
}

TEST(Settings, AHealthCheckThatEndsTheEngineIsRefused) {
  for (const auto* test : {"[CMD]", "[CMD-SHELL]", "[CMD, '']", "[CMD-SHELL, '']", "[NONE, x]",
                           "[CMD-SHELL, a, b]", "[x]"}) {
    const auto manifest = with_keys(std::string("healthcheck: {test: ") + test + "}");
    ASSERT_TRUE(has_errors(manifest.diagnostics)) << test;
    EXPECT_EQ(manifest.diagnostics[0].position.line, 4) << test;
    EXPECT_EQ(manifest.diagnostics[0].path, "services.a.healthcheck.test") << test;
  }
}

TEST(Settings, AHealthCheckWithoutTestInheritsTheImages) {
  for (const auto* check : {"{interval: 7s}", "{test: [], interval: 7s}", "{}"}) {
    const auto manifest = with_keys(std::string("healthcheck: ") + check);
    ASSERT_FALSE(has_errors(manifest.diagnostics)) << check << all_text(manifest);
    ASSERT_TRUE(manifest.apps[0].services[0].healthcheck);
    EXPECT_TRUE(manifest.apps[0].services[0].healthcheck->test.empty()) << check;
  }
}

TEST(Settings, WhoWaitsForHealthMustBeAbleToGetIt) {
  const auto waits_for = [](const std::string& health) {
    return with_keys("depends_on: {b: {condition: service_healthy}}",
                     "  b: {image: x" + health + "}\n");
  };
  EXPECT_EQ(all_text(waits_for(", healthcheck: {test: up}")), "");
  for (const auto* health : {"", ", healthcheck: {interval: 1s}"}) {
    const auto manifest = waits_for(health);
    EXPECT_FALSE(has_errors(manifest.diagnostics));
    EXPECT_THAT(all_text(manifest), HasSubstr("unknown until its image is pulled"));
  }
  for (const auto* health : {", healthcheck: {disable: true}", ", healthcheck: {test: [NONE]}"}) {
    const auto manifest = waits_for(health);
    ASSERT_TRUE(has_errors(manifest.diagnostics)) << health;
    EXPECT_EQ(manifest.diagnostics[0].position.line, 4);
    EXPECT_THAT(all_text(manifest), HasSubstr("`b` never becomes healthy"));
  }
}

TEST(Settings, RetriesAreOfTheApp) {
  EXPECT_EQ(with_keys("").apps[0].retries, kDefaultRetries);
  EXPECT_EQ(with_keys("", "x-fairlead: {retries: 0}\n").apps[0].retries, 0);
  EXPECT_TRUE(has_errors(with_keys("", "x-fairlead: {retries: -1}\n").diagnostics));
}

}  // namespace
}  // namespace fairlead::model
