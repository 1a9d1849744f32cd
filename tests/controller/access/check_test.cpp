// F101, F102: one test per knob that makes an App root on the host, each denied without a policy
// and allowed by the rule that the refusal names.

#include <gmock/gmock.h>

#include "controller/access/check.h"
#include "controller/objects/drift.h"
#include "controller/observed/observed.h"
#include "controller/pass/input.h"
#include "controller/plan/denied.h"
#include "controller/plan/plan.h"
#include "model/manifest.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Knob {
  const char* keys;   // of service `a`
  const char* what;   // in the refusal
  const char* rule;   // that allows it
  const char* value;  // of the rule
};

void PrintTo(const Knob& knob, std::ostream* out) {
  *out << knob.keys;
}

// `keys` of service `a`, `parts` at the top.
model::App app_with(const std::string& keys, const std::string& parts = "volumes: {v: }") {
  model::DecodeOptions options;
  options.host_root = "/etc/manifests";
  auto manifest = model::decode(
      "shop.yaml", "services:\n  a:\n    image: i:1\n    " + keys + "\n" + parts + "\n", options);
  if (manifest.apps.empty() || model::has_errors(manifest.diagnostics))
    throw std::runtime_error(model::to_string(manifest.diagnostics.at(0)));
  return manifest.apps[0];
}

Policy with(const std::string& text) {
  auto decoded = model::decode_policy("policy.yaml", text);
  if (!decoded.diagnostics.empty())
    throw std::runtime_error(model::to_string(decoded.diagnostics[0]));
  decoded.access.manifests_root = "/etc/manifests";
  Policy policy = test::policy();
  policy.access = std::make_shared<model::HostAccess>(std::move(decoded.access));
  return policy;
}

std::vector<std::string> denied(const model::App& app, const Policy& policy) {
  std::vector<std::string> out;
  const auto plan = plan_app(app, Observed{}, policy, {});
  for (const auto& refusal : plan.refusals) {
    if (refusal.error.reason == Reason::kPolicyDenied)
      out.push_back(refusal.error.message + "; " + refusal.error.hint);
  }
  return out;
}

constexpr const char* kEmpty = "{apiVersion: fairlead.dev/v1, kind: Policy}";

class EachKnob : public testing::TestWithParam<Knob> {};

TEST_P(EachKnob, IsDeniedWithoutAPolicy) {
  const auto app = app_with(GetParam().keys);
  for (const auto& policy : {with(kEmpty), Policy{.instance = test::kInstance}}) {
    EXPECT_THAT(denied(app, policy), ElementsAre(testing::AllOf(HasSubstr(GetParam().what),
                                                                HasSubstr(GetParam().rule))));
    for (const auto& operation : plan_app(app, Observed{}, policy, {}).operations)
      EXPECT_NE(operation.kind, Kind::kContainer);
  }
}

TEST_P(EachKnob, IsAllowedByItsRule) {
  const std::string rule = std::string("      ") + GetParam().rule + ": " + GetParam().value + "\n";
  const std::string head = "apiVersion: fairlead.dev/v1\nkind: Policy\nallow:\n";
  const auto app = app_with(GetParam().keys);
  EXPECT_THAT(denied(app, with(head + "    - apps: [\"sh*\"]\n" + rule)), IsEmpty());
  EXPECT_EQ(denied(app, with(head + "    - apps: [other]\n" + rule)).size(), 1u);
}

constexpr Knob kKnobs[] = {
    {"privileged: true", "all of the host", "privileged", "true"},
    {"cap_add: [cap_sys_admin]", "SYS_ADMIN", "capabilities", "[SYS_ADMIN]"},
    {"cap_add: [ALL]", "ALL", "capabilities", "[all]"},
    {"network_mode: host", "network namespace", "hostNamespaces", "[network]"},
    {"pid: host", "pid namespace", "hostNamespaces", "[pid]"},
    {"ipc: host", "ipc namespace", "hostNamespaces", "[ipc]"},
    {"uts: host", "uts namespace", "hostNamespaces", "[uts]"},
    {"userns_mode: host", "userns namespace", "hostNamespaces", "[userns]"},
    {"cgroup: host", "cgroup namespace", "hostNamespaces", "[cgroup]"},
    {"network_mode: 'container:x'", "another container", "foreignContainers", "true"},
    {"ipc: 'container:x'", "another container", "foreignContainers", "true"},
    {"pid: 'container:x'", "another container", "foreignContainers", "true"},
    {"volumes_from: ['container:x']", "another container", "foreignContainers", "true"},
    {"devices: [/dev/kvm]", "/dev/kvm", "devices", "[/dev/kvm]"},
    {"devices: [/dev/snd/../mem]", "/dev/snd/../mem", "devices", "[/dev/mem]"},
    {"devices: ['vendor.com/gpu=0']", "driver cdi", "devices", "[cdi]"},
    {"gpus: all", "gpu", "devices", "[gpu]"},
    {"device_cgroup_rules: ['c 1:3 r']", "c 1:3 r", "devices", "['c 1:3 r']"},
    {"volumes: ['/srv/a:/a']", "/srv/a", "bindMounts", "[/srv]"},
    {"volumes: ['/srv/x/../../etc:/a']", "bind mount of /etc", "bindMounts", "[/etc]"},
    {"volumes: [{type: bind, source: /srv, target: /a}]", "/srv", "bindMounts", "[/srv/]"},
    {"volumes: ['./mine:/a']", "/etc/manifests/mine", "bindMounts", "[/etc/manifests]"},
    {"security_opt: ['seccomp=unconfined']", "seccomp", "securityOpts", "['seccomp=unconfined']"},
    {"security_opt: ['label:disable']", "label", "securityOpts", "['label:disable']"},
    {"sysctls: {net.core.somaxconn: 1}", "net.core", "sysctls", "[net.core.]"},
    {"runtime: kata", "kata", "runtimes", "[kata]"},
    {"cgroup_parent: /top", "/top", "cgroupParents", "[/top]"},
    {"oom_score_adj: -1", "memory runs out", "oomProtection", "true"},
    {"oom_kill_disable: true", "memory runs out", "oomProtection", "true"},
    {"annotations: {org.systemd.property.ExecStopPost: x}", "org.systemd.property.ExecStopPost",
     "annotations", "[org.systemd.property.*]"},
    {"annotations: [run.oci.keep_original_groups=1]", "run.oci.keep_original_groups", "annotations",
     "[run.oci.keep_original_groups]"},
    {"logging: {driver: grafana/loki}", "the log driver grafana/loki", "logDrivers",
     "[grafana/loki]"},
    {"logging: {options: {syslog-address: 'unix:///srv/log'}}", "bind mount of /srv/log",
     "bindMounts", "[/srv/log]"},
    {"logging: {options: {fluentd-address: 'UNIX:/srv/log?x'}}", "bind mount of /srv/log",
     "bindMounts", "[/srv]"},
    {"logging: {options: {syslog-tls-key: /etc/ssl/key}}", "bind mount of /etc/ssl/key",
     "bindMounts", "[/etc/ssl]"},
    {"network_mode: bridge\n    external_links: ['bank:db']", "environment of another",
     "foreignContainers", "true"},
    {"networks: {default: {driver_opts: {com.docker.network.endpoint.sysctls: "
     "net.ipv4.conf.IFNAME.forwarding=1}}}",
     "net.ipv4.conf.IFNAME.forwarding", "sysctls", "[net.ipv4.conf.]"},
};
INSTANTIATE_TEST_SUITE_P(Table, EachKnob, testing::ValuesIn(kKnobs));

// Allowed roots do not bring the engine's socket with them.
TEST(CheckAccess, TheSocketNeedsARuleOfItsOwn) {
  const std::string roots =
      "apiVersion: fairlead.dev/v1\nkind: Policy\nallow:\n"
      "    - {apps: [shop], bindMounts: [/]";
  for (const char* source : {"/var/run/docker.sock", "/run/docker.sock", "/var/run", "/"}) {
    const auto app = app_with("volumes: ['" + std::string(source) + ":/x']");
    EXPECT_THAT(denied(app, with(roots + "}\n")), ElementsAre(HasSubstr("engine's socket")));
    EXPECT_THAT(denied(app, with(roots + ", engineSocket: true}\n")), IsEmpty()) << source;
  }
}

// F102: a named volume can be a bind mount in disguise, a disk, a share, or a driver's own.
struct Part {
  const char* text;  // `v` of `volumes:`, or `n` of `networks:`
  const char* what;
  const char* rules;
};

void PrintTo(const Part& part, std::ostream* out) {
  *out << part.text;
}

class EachVolume : public testing::TestWithParam<Part> {};

TEST_P(EachVolume, IsDeniedWithoutItsRule) {
  const auto app =
      app_with("volumes: ['v:/v']", std::string("volumes: {v: {") + GetParam().text + "}}");
  EXPECT_THAT(denied(app, with(kEmpty)), Contains(HasSubstr(GetParam().what)));
  for (const auto& operation : plan_app(app, Observed{}, with(kEmpty), {}).operations)
    EXPECT_EQ(operation.kind, Kind::kNetwork) << operation.reason;
  const std::string allow = "{kind: Policy, allow: [{apps: [shop], ";
  if (*GetParam().rules != '\0') {
    EXPECT_THAT(denied(app, with(allow + GetParam().rules + "}]}")), IsEmpty());
  }
  EXPECT_THAT(denied(app, with("{kind: Policy, allow: [{apps: [shop], volumeTypes: [xfs], "
                               "devices: [/dev/null], bindMounts: [/nowhere], "
                               "volumeDrivers: [other]}]}")),
              Contains(HasSubstr(GetParam().what)));
}

constexpr Part kVolumes[] = {
    {"driver_opts: {type: none, o: bind, device: /etc}", "bind mount of /etc",
     "bindMounts: [/etc]"},
    {"driver: '', driver_opts: {type: none, o: bind, device: /etc}", "bind mount of /etc",
     "bindMounts: [/etc]"},
    {"driver_opts: {type: none, o: 'rw,rbind', device: /etc/../root}", "bind mount of /root",
     "bindMounts: [/root]"},
    // No rule can allow what nobody knows.
    {"driver_opts: {type: none, o: 'rw,rbind', device: ../../../../}", "`../../../../`", ""},
    {"driver_opts: {type: none, o: bind, device: etc}", "no absolute path", ""},
    {"driver_opts: {type: none, o: bind, device: ''}", "no absolute path", ""},
    // With `bind` the type says nothing.
    {"driver_opts: {type: tmpfs, o: bind, device: /etc}", "bind mount of /etc",
     "bindMounts: [/etc]"},
    {"driver_opts: {type: tmpfs, o: 'size=1m,bind', device: tmpfs}", "no absolute path", ""},
    {"driver_opts: {type: nfs, o: 'addr=1.2.3.4,rbind', device: /etc}", "bind mount of /etc",
     "bindMounts: [/etc]"},
    {"driver_opts: {type: bind, device: /etc}", "bind mount of /etc", "bindMounts: [/etc]"},
    {"driver_opts: {type: none, o: 'bind,rshared', device: /srv}", "show on the host",
     "bindMounts: [/srv], privileged: true"},
    {"driver_opts: {type: none, o: bind, device: /run}", "the engine's socket",
     "bindMounts: [/run], engineSocket: true"},
    {"driver_opts: {type: nfs, o: 'addr=1.2.3.4', device: ':/srv'}", "the file system nfs",
     "volumeTypes: [nfs]"},
    {"driver_opts: {type: cifs, device: //server/share}", "the file system cifs",
     "volumeTypes: [cifs]"},
    {"driver_opts: {type: ext4, device: /dev/sda}", "/dev/sda",
     "volumeTypes: [ext4], devices: [/dev/sda]"},
    {"driver_opts: {type: ext4, device: dev/sda}", "no absolute path", ""},
    {"driver_opts: {type: proc, device: proc}", "the file system proc", "volumeTypes: ['*']"},
    {"driver_opts: {type: overlay, device: overlay, o: 'lowerdir=/root:/usr'}",
     "bind mount of /root", "volumeTypes: [overlay], bindMounts: [/root, /usr]"},
    {"driver_opts: {type: tmpfs, device: tmpfs, o: 'mpol=bind'}", "the file system tmpfs",
     "volumeTypes: [tmpfs]"},
    {"driver_opts: {type: tmpfs, device: tmpfs, size: 1g}", "more than type", "volumeTypes: ['*']"},
    {"driver: vieux/sshfs", "the volume driver vieux/sshfs", "volumeDrivers: [vieux/sshfs]"},
    {"driver: Local", "the volume driver Local", "volumeDrivers: [Local]"},
};
INSTANTIATE_TEST_SUITE_P(Table, EachVolume, testing::ValuesIn(kVolumes));

TEST(CheckAccess, MemoryIsNoFileOfTheHost) {
  for (const char* options : {"", ", o: 'size=64m,mode=1777,uid=1,gid=2'", ", o: 'nosuid,nodev'"}) {
    const auto app =
        app_with("volumes: ['v:/v']", "volumes: {v: {driver_opts: {type: tmpfs, device: tmpfs" +
                                          std::string(options) + "}}}");
    EXPECT_THAT(denied(app, with(kEmpty)), IsEmpty()) << options;
  }
}

class EachNetwork : public testing::TestWithParam<Part> {};

TEST_P(EachNetwork, IsDeniedWithoutItsRule) {
  const auto app =
      app_with("networks: [n]", std::string("networks: {n: {") + GetParam().text + "}}");
  Observed observed;
  observed.networks["1"] = {.id = "1", .name = "host", .driver = "host"};
  observed.networks["2"] = {.id = "2", .name = "conf", .options = {{"parent", "eth7"}}};
  observed.networks["3"] = {.id = "3", .name = "dhcp", .ipam_driver = "dhcp"};
  const auto refused = [&](const Policy& policy) {
    std::vector<std::string> out;
    for (const auto& refusal : plan_app(app, observed, policy, {}).refusals)
      if (refusal.error.reason == Reason::kPolicyDenied) out.push_back(refusal.error.message);
    return out;
  };
  EXPECT_THAT(refused(with(kEmpty)), ElementsAre(HasSubstr(GetParam().what)));
  EXPECT_THAT(plan_app(app, observed, with(kEmpty), {}).operations, IsEmpty());
  EXPECT_THAT(refused(with(std::string("{kind: Policy, allow: [{apps: [shop], ") +
                           GetParam().rules + "}]}")),
              IsEmpty());
}

constexpr Part kNetworks[] = {
    {"driver: macvlan, driver_opts: {parent: eth0.5}", "interface eth0.5",
     "hostInterfaces: [eth0.*]"},
    {"driver: ipvlan, driver_opts: {parent: eth0}", "interface eth0", "hostInterfaces: [eth0]"},
    {"driver_opts: {com.docker.network.bridge.name: br0}", "interface br0",
     "hostInterfaces: [br0]"},
    {"driver_opts: {com.docker.network.bridge.default_bridge: 'true'}", "interface docker0",
     "hostInterfaces: [docker0]"},
    {"driver: macvlan, config_from: conf", "interface eth7", "hostInterfaces: [eth7]"},
    {"driver: weave", "the network driver weave", "networkDrivers: [weave]"},
    {"ipam: {driver: dhcp}", "the network driver dhcp", "networkDrivers: [dhcp]"},
    {"driver: macvlan, config_from: dhcp", "the network driver dhcp", "networkDrivers: [dhcp]"},
    {"external: true, name: host", "network namespace", "hostNamespaces: [network]"},
};
INSTANTIATE_TEST_SUITE_P(Table, EachNetwork, testing::ValuesIn(kNetworks));

// Labels tell whose a thing is; what nobody put a label on was made to be shared.
TEST(CheckAccess, WhatAnotherMadeIsExternalByRuleOnly) {
  using Labels = docker::StringMap;
  const auto ours = [](const std::string& app, const std::string& instance) {
    return Labels{{"dev.fairlead.managed", "true"},
                  {"dev.fairlead.instance", instance},
                  {"dev.fairlead.app", app}};
  };
  const auto app = app_with("networks: [n]\n    volumes: ['v:/v']",
                            "networks: {n: {external: true, name: x}}\n"
                            "volumes: {v: {external: true, name: x}}");
  const auto refused = [&app](const Labels& labels, const Policy& policy) {
    Observed observed;
    observed.networks["1"] = {.id = "1", .name = "x", .driver = "bridge", .labels = labels};
    observed.volumes["x"] = {.name = "x", .driver = "local", .labels = labels};
    std::vector<std::string> out;
    const auto plan = plan_app(app, observed, policy, {});
    for (const auto& refusal : plan.refusals)
      out.push_back(refusal.error.message);
    EXPECT_EQ(plan.operations.empty(), !out.empty());
    return out;
  };
  const auto mine = with(kEmpty);
  for (const auto& labels : {ours("bank", mine.instance), ours("shop", "another"),
                             Labels{{"com.docker.compose.project", "shop"}},
                             Labels{{"com.docker.stack.namespace", "s"}}}) {
    EXPECT_THAT(refused(labels, mine),
                ElementsAre(HasSubstr("networks.n"), HasSubstr("volumes.v")));
    const auto rule = [](const std::string& name) {
      return with("{kind: Policy, allow: [{apps: [shop], externalObjects: [" + name + "]}]}");
    };
    EXPECT_THAT(refused(labels, rule("x")), IsEmpty());
    EXPECT_EQ(refused(labels, rule("y")).size(), 2u);
  }
  for (const auto& labels : {Labels{}, ours("shop", mine.instance),
                             ours("network/backbone", mine.instance), Labels{{"team", "b"}}})
    EXPECT_THAT(refused(labels, mine), IsEmpty());
}

// A rule for a file holds whatever its App calls itself, and no other file's App.
TEST(CheckAccess, ARuleNamesAppsByFile) {
  const auto count = [](const std::string& file, const std::string& whom) {
    auto app = app_with("privileged: true");
    app.file = file;
    return denied(app, with("{kind: Policy, allow: [{" + whom + ", privileged: true}]}")).size();
  };
  EXPECT_EQ(count("shop.yaml", "files: [shop.yaml]"), 0u);
  EXPECT_EQ(count("shop2.yaml", "files: [shop.yaml]"), 1u);
  EXPECT_EQ(count("team-a/x.yaml", "files: [team-a/*.yaml]"), 0u);
  EXPECT_EQ(count("team-b/x.yaml", "files: [team-a/*.yaml]"), 1u);
  EXPECT_EQ(count("team-a/deep/x.yaml", "files: [team-a/*.yaml]"), 1u);
  EXPECT_EQ(count("team-a/deep/x.yaml", "files: [team-a/**]"), 0u);
  EXPECT_EQ(count("x.yaml", "files: ['*']"), 0u);
  EXPECT_EQ(count("a.yaml", "apps: [shop], files: [a.yaml]"), 0u);
  EXPECT_EQ(count("a.yaml", "apps: [bank], files: [a.yaml]"), 1u);
  EXPECT_EQ(count("b.yaml", "apps: [shop], files: [a.yaml]"), 1u);
  EXPECT_EQ(count("b.yaml", "apps: [shop]"), 0u);
}

TEST(CheckAccess, OrdinaryAppsNeedNoPolicy) {
  const auto app = app_with(
      "cap_add: [CHOWN, NET_RAW]\n    cap_drop: [ALL]\n    read_only: true\n"
      "    security_opt: ['no-new-privileges:true', 'no-new-privileges:false']\n"
      "    volumes: ['v:/v', './x:/x:ro', /anon]\n    tmpfs: /run\n    runtime: runc\n"
      "    ports: ['22:22', '53:53/udp']\n    oom_score_adj: 500\n"
      "    logging: {driver: syslog, options: {syslog-address: 'tcp://10.0.0.1:514'}}");
  EXPECT_THAT(denied(app, Policy{.instance = test::kInstance, .access = with(kEmpty).access}),
              IsEmpty());
}

TEST(PolicyFile, MistakesAreNamed) {
  const auto complaint = [](const std::string& text) {
    const auto decoded = model::decode_policy("p.yaml", text);
    return decoded.diagnostics.empty() ? "" : model::to_string(decoded.diagnostics[0]);
  };
  const std::string head = "kind: Policy\nallow:\n  - ";
  EXPECT_THAT(complaint("a: [\n"), HasSubstr("p.yaml"));
  EXPECT_THAT(complaint("allow: []\n"), HasSubstr("no `kind`"));
  EXPECT_THAT(complaint("kind: App\n"), HasSubstr("Policy"));
  EXPECT_THAT(complaint(head + "{privileged: true}\n"), HasSubstr("no `apps`"));
  EXPECT_THAT(complaint(head + "{apps: [], files: [a.yaml]}\n"), HasSubstr("an empty list"));
  EXPECT_THAT(complaint(head + "{apps: [a], files: []}\n"), HasSubstr("an empty list"));
  for (const char* file : {"/etc/x.yaml", "../x.yaml", "a/../x.yaml", "./x.yaml", "''"})
    EXPECT_THAT(complaint(head + "{files: [" + file + "]}\n"), HasSubstr("beneath")) << file;
  EXPECT_THAT(complaint(head + "{apps: [a], privilege: true}\n"), HasSubstr("`privileged`"));
  EXPECT_THAT(complaint(head + "{apps: [a], hostNamespaces: [net]}\n"), HasSubstr("unknown"));
  EXPECT_THAT(complaint(head + "{apps: [a], bindMounts: [srv]}\n"), HasSubstr("absolute"));
  EXPECT_EQ(complaint(head + "{apps: [a], bindMounts: [/srv]}\n"), "");
}

}  // namespace
}  // namespace fairlead::controller
