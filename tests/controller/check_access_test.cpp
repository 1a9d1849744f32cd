// F101, F102: one test per knob that makes an App root on the host, each denied without a policy
// and allowed by the rule that the refusal names.
#include "controller/check_access.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "controller/plan.h"
#include "model/decode.h"
#include "tests/support/app_builders.h"

namespace fairlead::controller {
namespace {

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

model::App app_with(const std::string& keys) {
  model::DecodeOptions options;
  options.host_root = "/etc/manifests";
  auto manifest = model::decode(
      "shop.yaml", "services:\n  a:\n    image: i:1\n    " + keys + "\n" + "volumes: {v: }\n",
      options);
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

// F102: a named volume can be a bind mount in disguise.
TEST(CheckAccess, AVolumeThatBindsIsABindMount) {
  auto app = app_with("volumes: ['v:/v']");
  app.volumes[0].driver_opts = {{"type", "none"}, {"o", "bind"}, {"device", "/etc"}};
  EXPECT_THAT(denied(app, with(kEmpty)), ElementsAre(HasSubstr("volumes.v.driver_opts.device")));
}

TEST(CheckAccess, OrdinaryAppsNeedNoPolicy) {
  const auto app = app_with(
      "cap_add: [CHOWN, NET_RAW]\n    cap_drop: [ALL]\n    read_only: true\n"
      "    security_opt: ['no-new-privileges:true']\n    volumes: ['v:/v', './x:/x:ro', /anon]\n"
      "    tmpfs: /run\n    runtime: runc");
  EXPECT_THAT(denied(app, Policy{.instance = test::kInstance, .access = with(kEmpty).access}),
              IsEmpty());
}

// F103: what counts is where a path leads.
TEST(CheckAccess, ALinkOutOfAnAllowedRootIsSeen) {
  char folder[] = "/tmp/fairlead-access-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::filesystem::path root(folder);
  std::filesystem::create_directory_symlink("/etc", root / "link");
  std::filesystem::create_directory(root / "real");
  model::HostAccess access;
  access.allow.emplace_back();
  access.allow[0].apps = {"*"};
  access.allow[0].bind_mounts = {root.string()};
  docker::ContainerSpec spec;
  spec.mounts.emplace_back();
  spec.mounts[0].type = "bind";
  spec.mounts[0].source = (root / "real").string();
  EXPECT_THAT(check_real_binds(spec, access, "shop"), IsEmpty());
  spec.mounts[0].source = (root / "link").string();
  const auto found = check_real_binds(spec, access, "shop");
  std::filesystem::remove_all(root);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].what, HasSubstr("/etc"));
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
  EXPECT_THAT(complaint(head + "{apps: [a], privilege: true}\n"), HasSubstr("`privileged`"));
  EXPECT_THAT(complaint(head + "{apps: [a], hostNamespaces: [net]}\n"), HasSubstr("unknown"));
  EXPECT_THAT(complaint(head + "{apps: [a], bindMounts: [srv]}\n"), HasSubstr("absolute"));
  EXPECT_EQ(complaint(head + "{apps: [a], bindMounts: [/srv]}\n"), "");
}

}  // namespace
}  // namespace fairlead::controller
