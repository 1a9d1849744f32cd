// What a service may say, in all the spellings that an engine reads in its own way. One table for
// the embedded engine and for dockerd: after one start each, nothing is ever changed again.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace fairlead::test {

// Lines of one service, in flow style, without image and network_mode.
inline const std::vector<std::string> kSpellings = {
    // Paths
    "working_dir: /app", "working_dir: /app/", "working_dir: /app/.", "working_dir: //app",
    "working_dir: /app//x/", "working_dir: /tmp/../app", "working_dir: /", "working_dir: //",
    "working_dir: ''", "working_dir: /./", "working_dir: /a/b/../c/", "working_dir: /../x",
    "tmpfs: /tmpx", "tmpfs: /tmpx/", "tmpfs: //tmpx", "tmpfs: ['/tmpx:size=1m']",
    "tmpfs: ['/a/../tmpx:rw']", "tmpfs: []", "volumes: [/anon]", "volumes: [/anon/]",
    "volumes: [{type: tmpfs, target: /t/}]", "volumes: [{type: tmpfs, target: /t//u}]",
    "volumes: [{type: volume, target: /v/./w/}]",
    // Names
    "hostname: ''", "hostname: h1", "hostname: h1.example.org", "hostname: H2", "domainname: ''",
    "domainname: example.org", "user: ''", "user: '0'", "user: '0:0'", "user: '1000'",
    "user: '1000:1000'",
    // Signals
    "stop_signal: ''", "stop_signal: KILL", "stop_signal: SIGKILL", "stop_signal: sigterm",
    "stop_signal: '9'", "stop_signal: '15'", "stop_signal: SIGUSR1", "stop_signal: int",
    "stop_signal: SIGRTMIN+3", "stop_grace_period: 0s", "stop_grace_period: 1500ms",
    // Commands
    "entrypoint: [/sample], command: [sleep]", "entrypoint: /sample, command: sleep",
    "entrypoint: [''], command: [/sample, sleep]", "entrypoint: [], command: [/sample, sleep]",
    "entrypoint: '', command: [/sample, sleep]", "entrypoint: [/sample, sleep], command: []",
    "entrypoint: [/sample, sleep], command: ''", "entrypoint: [/sample, sleep]",
    // Restart policies
    "restart: ''", "restart: 'no'", "restart: always", "restart: unless-stopped",
    "restart: on-failure", "restart: 'on-failure:0'", "restart: 'on-failure:3'",
    "deploy: {restart_policy: {condition: none}}", "deploy: {restart_policy: {condition: any}}",
    // Sizes and limits
    "shm_size: 0", "shm_size: '0'", "shm_size: 1m", "shm_size: 64m", "shm_size: 67108864",
    "mem_limit: 0", "mem_limit: '0'", "mem_limit: 64m", "mem_limit: 67108864",
    "mem_limit: 64m, memswap_limit: 0", "mem_limit: 64m, memswap_limit: -1",
    "mem_limit: 64m, memswap_limit: 128m", "mem_limit: 64m, mem_reservation: 0",
    "mem_limit: 64m, mem_reservation: 32m", "mem_reservation: 32m", "cpus: 0", "cpus: '0'",
    "cpus: 0.0", "cpus: 0.5", "cpus: '0.50'", "cpus: 1", "cpu_shares: 0", "cpu_shares: 2",
    "cpu_shares: 512", "cpu_quota: 0", "cpu_quota: 50000", "cpu_quota: 50ms", "cpu_period: 0",
    "cpu_period: 100000", "cpuset: ''", "cpuset: '0'", "cpuset: 0-0", "pids_limit: 0",
    "pids_limit: -1", "pids_limit: 100", "oom_score_adj: 0", "oom_score_adj: 100",
    "oom_kill_disable: false", "mem_swappiness: 0", "mem_swappiness: 10",
    "deploy: {resources: {limits: {cpus: '0', pids: 0}}}",
    "deploy: {resources: {limits: {memory: 64m}}}", "ulimits: {}", "ulimits: {nofile: 1024}",
    "ulimits: {nofile: {soft: 100, hard: 200}}", "ulimits: {nproc: 100, nofile: 100}",
    // Namespaces, where "" is the engine's choice
    "ipc: ''", "ipc: private", "ipc: shareable", "ipc: none", "pid: ''", "uts: ''",
    "userns_mode: ''", "cgroup: ''", "cgroup: private", "cgroup_parent: ''", "runtime: ''",
    "runtime: runc",
    // Logs
    "logging: {driver: ''}", "logging: {}", "logging: {driver: json-file}",
    "logging: {driver: none}", "logging: {driver: '', options: {max-size: 1m}}",
    "logging: {driver: json-file, options: {}}",
    "logging: {driver: json-file, options: {max-size: 1m, max-file: '3'}}",
    // Lists in which nothing is said
    "dns: []", "dns: 1.1.1.1", "dns: [1.1.1.1, 8.8.8.8]", "dns_search: []", "dns_search: .",
    "dns_search: example.org", "dns_opt: []", "dns_opt: ['ndots:2']", "expose: []", "expose: [80]",
    "expose: ['80/udp']", "expose: [80-82]", "expose: ['80', '80/tcp']", "security_opt: []",
    "security_opt: ['no-new-privileges:true']", "group_add: []", "group_add: [1000]", "cap_add: []",
    "cap_drop: []", "cap_drop: [ALL]", "cap_drop: [all]", "cap_drop: [NET_RAW]",
    "cap_drop: [cap_net_raw]", "extra_hosts: []", "extra_hosts: ['a:1.2.3.4']",
    "extra_hosts: ['a=1.2.3.4']", "extra_hosts: {a: 1.2.3.4}", "sysctls: {}", "devices: []",
    "device_cgroup_rules: []", "storage_opt: {}", "annotations: {}", "labels: {a: ''}",
    "labels: {a: b}", "labels: ['']", "expose: ['']", "environment: {A: ''}",
    "environment: {A: 'x=y'}", "environment: ['A=1', 'B=']",
    // Flags
    "init: true", "init: false", "tty: true", "tty: false", "stdin_open: true", "stdin_open: false",
    "privileged: false", "read_only: true", "read_only: false",
    // Health checks
    "healthcheck: {disable: true}", "healthcheck: {test: [NONE]}", "healthcheck: {test: []}",
    "healthcheck: {interval: 7s}", "healthcheck: {interval: 7s, start_period: 3s}",
    "healthcheck: {test: [CMD, /sample, exit, '0'], interval: 7s}",
    "healthcheck: {test: [CMD, /sample, exit, '0'], interval: 0s, retries: 0}", "healthcheck: {}"};

// One service of these lines, in block style at the given indent.
inline std::string spelled(const std::string& name, const std::string& lines,
                           const std::string& indent = "  ") {
  const bool says_what =
      lines.find("command:") != std::string::npos || lines.find("entrypoint:") != std::string::npos;
  return indent + name + ": {image: 'fairlead/sample:1', network_mode: none, " +
         (says_what ? "" : "command: [/sample, sleep], ") + lines + "}\n";
}

// What a line says something about: its keys; `deploy` may say all that the limits say.
inline std::set<std::string> subjects_of(const std::string& lines) {
  std::set<std::string> out;
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const char c = lines[i];
    depth += (c == '{' || c == '[') ? 1 : (c == '}' || c == ']') ? -1 : 0;
    if (depth > 0) continue;
    if (c == ',') from = i + 2;
    if (c == ':' && from <= i) {
      const std::string key = lines.substr(from, i - from);
      const bool cpu = key.starts_with("cpu") && key != "cpuset" && key != "cpu_shares";
      out.insert(cpu ? "cpu" : key.starts_with("mem") ? "memory" : key);
      if (key == "deploy") out.insert({"cpu", "memory", "pids_limit", "restart"});
      if (key == "entrypoint") out.insert("command");
      from = lines.size();
    }
  }
  return out;
}

// All spellings in as few services as hold them: lines about different things stand together.
inline std::vector<std::string> packed_spellings() {
  struct Pack {
    std::string lines;
    std::set<std::string> subjects;
  };
  std::vector<Pack> packs;
  for (const auto& each : kSpellings) {
    const auto subjects = subjects_of(each);
    const auto fits = [&subjects](const Pack& pack) {
      for (const auto& subject : subjects)
        if (pack.subjects.contains(subject)) return false;
      return true;
    };
    std::size_t at = 0;
    while (at < packs.size() && !fits(packs[at]))
      ++at;
    if (at == packs.size()) packs.push_back({});
    packs[at].lines += (packs[at].lines.empty() ? "" : ", ") + each;
    packs[at].subjects.insert(subjects.begin(), subjects.end());
  }
  std::vector<std::string> out;
  for (auto& pack : packs)
    out.push_back(std::move(pack.lines));
  return out;
}

}  // namespace fairlead::test
