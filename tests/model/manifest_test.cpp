#include "model/manifest.h"

#include <gtest/gtest.h>

#include <chrono>

#include "model/check/clashes.h"
#include "model/form/canonical.h"
#include "model/form/compose_json.h"
#include "model/form/to_yaml.h"
#include "tests/model/diagnostics.h"

namespace fairlead::model {
namespace {

constexpr const char* kShop = R"(apiVersion: fairlead.dev/v1
kind: App
metadata: {name: shop, labels: {team: web}}
spec:
  appId: 1001
  services:
    web:
      image: sample:1
      ports: ["8080:80", "127.0.0.1:9000-9001:90-91/udp", "[::1]:53:53"]
      networks: {frontend: {aliases: [www]}}
      restart: on-failure:3
      command: serve --name "the web"
      environment: [A=1, "B=$$x"]
      mem_limit: 64m
      cpus: 0.5
      stop_grace_period: 1m30s
      healthcheck: {test: curl localhost, interval: 5s}
      volumes: ["data:/data:ro", "/srv:/srv"]
    db:
      image: sample:1
      networks: {backend: {ipv4_address: 172.31.50.9}}
  networks:
    frontend:
    backend: {ipam: {config: [{subnet: 172.31.50.0/24, gateway: 172.31.50.1}]}}
  volumes:
    data:
)";

const Service& service(const App& app, const std::string& name) {
  for (const auto& each : app.services) {
    if (each.name == name) return each;
  }
  throw std::out_of_range(name);
}

TEST(Decode, ReadsAnEnvelopedApp) {
  const auto manifest = decode("shop.yaml", kShop);
  ASSERT_TRUE(manifest.diagnostics.empty()) << all_text(manifest);
  ASSERT_EQ(manifest.apps.size(), 1u);
  const auto& app = manifest.apps[0];
  EXPECT_EQ(app.prefix, "1001");
  EXPECT_EQ(app.labels.at("team"), "web");
  const auto& web = service(app, "web");
  EXPECT_EQ(web.container_name, "1001-web-1");
  EXPECT_EQ(web.endpoints[0].aliases, (std::vector<std::string>{"web", "www"}));
  EXPECT_EQ(*web.command, (std::vector<std::string>{"serve", "--name", "the web"}));
  EXPECT_EQ(*web.environment.at("B"), "$x");
  EXPECT_EQ(*web.mem_limit, 64 << 20);
  EXPECT_EQ(*web.nano_cpus, 500'000'000);
  EXPECT_EQ(*web.stop_grace_period, std::chrono::seconds(90));
  EXPECT_EQ(*web.restart, (RestartPolicy{"on-failure", 3}));
  EXPECT_EQ(web.healthcheck->test, (std::vector<std::string>{"CMD-SHELL", "curl localhost"}));
  ASSERT_EQ(web.ports.size(), 4u);
  EXPECT_EQ(web.ports[1].published, "9000");
  EXPECT_EQ(web.ports[2].target, 91);
  EXPECT_EQ(web.ports[3].host_ip, "::1");
  EXPECT_EQ(web.mounts[0].type, Mount::Type::kVolume);
  EXPECT_TRUE(web.mounts[0].read_only);
  EXPECT_EQ(web.mounts[1].type, Mount::Type::kBind);
  EXPECT_EQ(app.networks[0].docker_name, "1001_backend");
  EXPECT_EQ(app.volumes[0].docker_name, "1001_data");
}

TEST(Decode, TakesAPlainComposeFileByItsStem) {
  const auto manifest = decode("sub/hello.yaml", "services: {web: {image: a}}");
  ASSERT_EQ(manifest.apps.size(), 1u) << all_text(manifest);
  const auto& app = manifest.apps[0];
  EXPECT_EQ(app.name, "hello");
  EXPECT_EQ(app.networks[0].docker_name, "hello_default");
  EXPECT_EQ(app.services[0].endpoints[0].network, "default");
}

TEST(Decode, ReadsSeveralDocumentsAndASharedNetwork) {
  const auto manifest = decode("x.yaml",
                               "apiVersion: fairlead.dev/v1\nkind: Network\n"
                               "metadata: {name: shared}\nspec: {internal: true, prune: false}\n"
                               "---\nname: two\nservices: {a: {image: b, network_mode: none}}\n");
  ASSERT_TRUE(manifest.diagnostics.empty()) << all_text(manifest);
  ASSERT_EQ(manifest.networks.size(), 1u);
  EXPECT_EQ(manifest.networks[0].network.docker_name, "shared");
  EXPECT_TRUE(*manifest.networks[0].network.internal);
  EXPECT_FALSE(manifest.networks[0].prune);
  EXPECT_EQ(manifest.apps[0].name, "two");
}

TEST(Decode, ExpandsAnchorsAndMergeKeys) {
  const auto manifest = decode("a.yaml",
                               "x-base: &base {image: b, user: '1'}\n"
                               "services:\n  one: {<<: *base, user: '2'}\n  two: *base\n");
  ASSERT_TRUE(manifest.diagnostics.empty()) << all_text(manifest);
  EXPECT_EQ(*manifest.apps[0].services[0].user, "2");
  EXPECT_EQ(*manifest.apps[0].services[1].user, "1");
}

struct Bad {
  const char* name;
  const char* text;
  int line;
  const char* says;
};

class BadManifest : public testing::TestWithParam<Bad> {};

TEST_P(BadManifest, IsRefusedAtTheRightLine) {
  const auto manifest = decode("bad.yaml", GetParam().text);
  ASSERT_TRUE(has_errors(manifest.diagnostics)) << GetParam().text;
  bool found = false;
  for (const auto& each : manifest.diagnostics) {
    found = found || (each.position.line == GetParam().line &&
                      to_string(each).find(GetParam().says) != std::string::npos);
  }
  EXPECT_TRUE(found) << "wanted line " << GetParam().line << " and: " << GetParam().says
                     << "\ngot:\n"
                     << all_text(manifest);
}

constexpr Bad kBad[] = {
    {"UnknownKeySuggestsTheNearest", "services:\n  a:\n    image: b\n    prots: [80]\n", 4,
     "did you mean `ports`?"},
    {"RefusedKeyIsNotIgnored", "services:\n  a:\n    image: b\n    build: .\n", 4, "builds none"},
    {"UnknownKind", "apiVersion: fairlead.dev/v1\nkind: Ap\n", 2, "did you mean `App`?"},
    {"MissingImage", "services:\n  a: {user: x}\n", 2, "no image"},
    {"UndeclaredNetwork", "services:\n  a:\n    image: b\n    networks:\n      - c\n", 5,
     "not declared"},
    {"UndeclaredVolume", "services:\n  a:\n    image: b\n    volumes:\n      - c:/d\n", 5,
     "not declared"},
    {"UnknownDependency", "services:\n  a:\n    image: b\n    depends_on: [c]\n", 4,
     "does not exist"},
    {"Cycle", "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n", 2,
     "a → b → a"},
    {"EmptyFileIsNoWish", "", 1, "delete the file"},
    {"CommentsOnlyAreNoWish", "# services:\n#   a: {image: b}\n", 1, "delete the file"},
    {"NetworkSpecMustBeAMap",
     "apiVersion: fairlead.dev/v1\nkind: Network\nmetadata: {name: edge}\nspec: [bridge]\n", 4,
     "not a map"},
    {"OverlongUtf8", "services:\n  a: {image: \"\xC0\xAF\"}\n", 2, "not UTF-8"},
    {"SurrogateInUtf8", "services:\n  a: {image: \"\xED\xA0\x80\"}\n", 2, "not UTF-8"},
    {"ModeWithNetworks",
     "services:\n  a: {image: b, network_mode: host, networks: [n]}\nnetworks: {n: }\n", 2,
     "exclude each other"},
    {"BadCidr",
     "services: {a: {image: b}}\nnetworks:\n  n: {ipam: {config: [{subnet: 10.0.0.0}]}}\n", 3,
     "not a CIDR"},
    {"HostBits",
     "services: {a: {image: b}}\nnetworks:\n  n: {ipam: {config: [{subnet: 10.0.0.1/24}]}}\n", 3,
     "host bits"},
    {"GatewayOutside",
     "services: {a: {image: b}}\nnetworks:\n  n: {ipam: {config: [{subnet: 10.0.0.0/24, gateway: "
     "10.0.1.1}]}}\n",
     3, "not an address in"},
    {"Ipv6WithoutSubnet", "services: {a: {image: b}}\nnetworks:\n  n: {enable_ipv6: true}\n", 3,
     "needs an IPv6 subnet"},
    {"AddressOutside",
     "services:\n  a:\n    image: b\n    networks:\n      n: {ipv4_address: 10.1.0.9}\nnetworks: "
     "{n: }\n",
     5, "in no subnet"},
    {"PredefinedName", "services: {a: {image: b}}\nnetworks:\n  n: {name: bridge}\n", 3,
     "InvalidNetworkName"},
    {"BadNetworkName", "services: {a: {image: b}}\nnetworks:\n  n: {name: 'a b'}\n", 3,
     "InvalidNetworkName"},
    {"BadPort", "services:\n  a:\n    image: b\n    ports:\n      - 99999\n", 5, "not a port"},
    {"PortOfAName", "services:\n  a:\n    image: b\n    ports:\n      - localhost:80:80\n", 5,
     "not an address of this host"},
    {"LongPortOfAName",
     "services:\n  a:\n    image: b\n    ports:\n      - {target: 80, published: 80, host_ip: "
     "localhost}\n",
     5, "not an address of this host"},
    {"BadRestart", "services:\n  a:\n    image: b\n    restart: allways\n", 4,
     "did you mean `always`?"},
    {"RelativeBind", "services:\n  a:\n    image: b\n    volumes: ['./d:/d']\n", 4,
     "absolute path"},
    {"BadVariable", "services:\n  a:\n    image: ${IMAGE\n", 3, "has no closing brace"},
    {"RequiredVariable", "services:\n  a:\n    image: ${IMAGE:?which one}\n", 3,
     "IMAGE is not set: which one"},
    {"NoBoolean", "services:\n  a:\n    image: b\n    init: maybe\n", 4, "true or false"},
    {"DuplicateKey", "services:\n  a: {image: b}\n  a: {image: c}\n", 3, "twice"},  // F108
    {"RestIsNotDropped", "- a\nb: c\n", 2, ""},                                     // F107
    {"TwoScalars", "\"foo\" \"bar\"\n", 1, ""},                                     // F107
    {"Comma", ",\n", 1, ""},                                                        // F106
    {"CommaFoo", ",foo\n", 1, ""},                                                  // F106
    {"QuotedComma", "\"foo\",\n", 1, ""},                                           // F106
    {"SelfAlias", "a: &a [*a]\n", 1, "refers to what contains it"},                 // F111
    {"NotUtf8", "services: \xff\n", 1, "not UTF-8"},                                // F112
};

INSTANTIATE_TEST_SUITE_P(Table, BadManifest, testing::ValuesIn(kBad),
                         [](const auto& run) { return run.param.name; });

TEST(Decode, RefusesAliasBombsAndDepth) {  // F110, F111
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j)
      bomb += (j > 0 ? ", " : "") + before;
    bomb += "]\n";
  }
  EXPECT_NE(all_text(decode("b.yaml", bomb)).find("more than"), std::string::npos);
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_NE(all_text(decode("b.yaml", deep)).find("nested deeper"), std::string::npos);
}

TEST(Decode, NeverCrashesOnAFileCutAnywhere) {  // F082
  const std::string whole = kShop;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto manifest = decode("cut.yaml", whole.substr(0, length));
    for (const auto& each : manifest.diagnostics)
      EXPECT_GT(each.position.line, 0);
  }
}

TEST(Decode, FollowsAChainOfServicesOfAnyLength) {
  std::string text = "services:\n";
  constexpr int kServices = 3000;
  for (int i = 0; i < kServices; ++i) {
    text += "  s" + std::to_string(i) + ": {image: x, depends_on: [s" +
            std::to_string((i + 1) % kServices) + "]}\n";
  }
  const auto manifest = decode("chain.yaml", text);
  ASSERT_EQ(manifest.diagnostics.size(), 1u);
  EXPECT_NE(manifest.diagnostics[0].message.find("s9 → … → s0"), std::string::npos);
}

TEST(Decode, SaysTheSameOfTheSameBytes) {
  const auto first = decode("shop.yaml", kShop).apps.at(0);
  EXPECT_EQ(first.services.size(), 2u);
  const auto second = decode("shop.yaml", kShop).apps.at(0);
  EXPECT_EQ(second.services.size(), 2u);
  EXPECT_EQ(second.digest, first.digest);
}

TEST(SpecHash, ChangesOnlyWithWhatNeedsANewContainer) {
  auto app = decode("shop.yaml", kShop).apps[0];
  auto web = service(app, "web");
  const auto before = container_spec_hash(app, web);
  web.restart = RestartPolicy{"always", 0};
  web.mem_limit = 1;
  web.endpoints.clear();
  web.container_name = "other";
  EXPECT_EQ(container_spec_hash(app, web), before);
  web.image = "sample:2";
  EXPECT_NE(container_spec_hash(app, web), before);
}

// An upgrade of Fairlead must not recreate anything: these never change (F092).
TEST(SpecHash, IsGolden) {
  const auto app = decode("shop.yaml", kShop).apps[0];
  EXPECT_EQ(container_spec_hash(app, service(app, "web")),
            "ceba62bc0ff873856100ea0a60fd1b48106032756cca86d7100c8fa1729ff9f1");
  EXPECT_EQ(network_spec_hash(app.networks[0]),
            "331ac013ccbae2d52095c27aead0b9335e3b534b8ff9c9e6c473af0918d96aec");
  EXPECT_EQ(volume_spec_hash(app.volumes[0]),
            "fd2ac25a89a5099751680a403a776d9dcfa083ff3c0b0f57803a4169c54528f9");
}

// All that a hash is made of, so that none of it can be spelled in another way unseen.
constexpr const char* kAllThatIsHashed = R"(services:
  all:
    image: sample
    command: [a, "b c"]
    entrypoint: [e]
    labels: {l: "1"}
    environment: {A: b, C: ""}
    ports: ["127.0.0.1:8080:80/udp"]
    volumes:
      - {type: volume, source: data, target: /d, volume: {nocopy: true, subpath: s, labels: {x: y}}}
      - {type: bind, source: /b, target: /b, read_only: true,
         bind: {propagation: rslave, create_host_path: true, recursive: readonly, selinux: z}}
      - {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0700}}
      - {type: image, source: other, target: /i, image: {subpath: p}}
    networks: {front: {aliases: [x]}}
    user: u
    working_dir: /w
    hostname: h
    init: true
    stop_signal: SIGINT
    stop_grace_period: 1m30s
    extra_hosts: ["h:10.0.0.1"]
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    privileged: true
    read_only: true
    healthcheck: {test: [CMD, c], interval: 1500ms, timeout: 2s, start_period: 3s,
                  start_interval: 1s, retries: 4}
    pre_start: [{command: [p], image: q, user: r, working_dir: /s, per_replica: true,
                 environment: {K: v}}]
    post_start: [{command: [p], privileged: true}]
    pre_stop: [{command: [p]}]
    configs: [{source: c, target: /c, uid: "1", gid: "2", mode: 0440}]
    shm_size: 1m
    memswap_limit: 1g
    cpu_shares: 5
    blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 12mb}]}
    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}
    devices: ["/dev/a:/dev/b:r"]
    gpus: all
    logging: {driver: none, options: {a: b}}
    tmpfs: [/run]
    sysctls: {net.core.somaxconn: 1}
networks:
  front:
    driver: bridge
    driver_opts: {mtu: "1400"}
    internal: true
    attachable: true
    enable_ipv6: true
    labels: {l: "1"}
    ipam:
      driver: default
      options: {o: p}
      config:
        - {subnet: 10.9.0.0/24, gateway: 10.9.0.1, ip_range: 10.9.0.128/25, aux_addresses: {a: 10.9.0.9}}
        - {subnet: "fd00:9::/64"}
volumes:
  data: {driver: local, driver_opts: {type: none}, labels: {l: "1"}}
configs:
  c: {content: hello}
)";

TEST(SpecHash, IsGoldenInAllItsParts) {
  const auto manifest = decode("all.yaml", kAllThatIsHashed);
  ASSERT_EQ(manifest.apps.size(), 1u) << all_text(manifest);
  const auto& app = manifest.apps[0];
  auto all = service(app, "all");
  EXPECT_EQ(container_spec_hash(app, all),
            "078ab1648d0f5e0d86c142ce916bf5cb46a872476000eb61a60ad7b8c283aafc");
  EXPECT_EQ(network_spec_hash(app.networks[0]),
            "7034d2feb26ed63523f8a1925fcf4138e565bf54868e664c05f205df62d7ea30");
  EXPECT_EQ(volume_spec_hash(app.volumes[0]),
            "4f69c1bda068a81df08865ce5ef404dada1d7bdb78b50c26d560e350175077c3");
}

TEST(ToYaml, ReadsBackAsTheSameModel) {
  const auto first = decode("shop.yaml", kShop).apps[0];
  auto value = to_json(first).as_object();
  value.erase("x-labels");
  value.erase("x-annotations");
  for (auto& member : value["services"].as_object()) {
    auto& out = member.value().as_object();
    if (auto* environment = out.if_contains("environment")) environment->as_object()["B"] = "$$x";
  }
  const auto second = decode("shop.yaml", to_yaml(value));
  ASSERT_TRUE(second.diagnostics.empty()) << all_text(second) << to_yaml(value);
  for (const auto& each : first.services) {
    EXPECT_EQ(container_spec_hash(second.apps[0], service(second.apps[0], each.name)),
              container_spec_hash(first, each));
  }
}

TEST(ValidateTogether, KeepsTheFirstOwner) {  // F085, F086, F004
  const auto a = decode("a.yaml",
                        "services: {s: {image: i, container_name: same, ports: ['80:80']}}\n"
                        "networks: {n: {ipam: {config: [{subnet: 10.9.0.0/16}]}}}\n");
  const auto b = decode("b.yaml",
                        "services: {s: {image: i, container_name: same, ports: ['80:81']}}\n"
                        "networks: {n: {ipam: {config: [{subnet: 10.9.1.0/24}]}}}\n");
  const auto found = validate_together({&a.apps[0], &b.apps[0]}, {});
  std::string text;
  for (const auto& each : found) {
    EXPECT_EQ(each.position.file, "b.yaml");
    text += to_string(each) + "\n";
  }
  EXPECT_NE(text.find("NameTaken"), std::string::npos) << text;
  EXPECT_NE(text.find("PortConflict"), std::string::npos) << text;
  EXPECT_NE(text.find("SubnetOverlap"), std::string::npos) << text;
}

}  // namespace
}  // namespace fairlead::model
