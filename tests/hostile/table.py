"""Hostile manifests, each with its verdict: what `fairlead validate` and `plan` must say of it
without a policy file.

A row is (family, manifest, verdict, words, files). Verdicts:
  refused   the decoder names `words` in an error
  denied    the policy does, by the rule `words`; no other mistake
  harmless  no error: what it asks for gives nothing away, or is only data to the engine
`files` are laid into a folder beside the manifest; `override` is its override file. What stands in a
service is given without its image. The `.env` of all says ENV_PRIVILEGED=true and a long ENV_LONG.
"""
from engine_options import annotations, limits, logging
from rows import KEYS, SMUGGLED, quoted, row, service


def privileged():
    f = "privileged"
    for value in ("true", "'true'", "yes", "'on'", "y", "TRUE", "!!str true", "${P:-true}",
                  "${P-yes}", "\"t\\u0072ue\""):
        service(f, f"privileged: {value}", "denied", "privileged")
    for value in ("1", "[true]", "{a: true}", "tru", "'true '", "\"true\\0\"", "!!binary dHJ1ZQ=="):
        service(f, f"privileged: {value}", "refused", "not a boolean")
    for value in ("false", "no", "'off'"):
        service(f, f"privileged: {value}", "harmless")
    service(f, "Privileged: true", "refused", "unknown key")
    service(f, "privileged: true\nprivileged: false", "refused", "twice")
    row(f, "x-p: &p {privileged: true}\nservices: {a: {image: x, <<: *p}}\n", "denied", "privileged")
    row(f, "x-p: &p true\nservices: {a: {image: x, privileged: *p}}\n", "denied", "privileged")
    row(f, "x-p: &p {privileged: true}\nx-q: &q {<<: *p}\nservices: {a: {image: x, <<: [*q]}}\n",
        "denied", "privileged")
    row(f, "services: {b: {image: x, privileged: true}, "
        "a: {image: x, extends: b}}\n", "denied", "privileged")
    row(f, "services: {a: {image: x, extends: {service: b, file: more.yaml}}}\n", "denied",
        "privileged", {"more.yaml": "services: {b: {image: x, privileged: true}}\n"})
    row(f, "include: [more.yaml]\nservices: {a: {image: x}}\n", "denied", "privileged",
        {"more.yaml": "services: {b: {image: x, privileged: true}}\n"})
    row(f, "services: {a: {image: x}}\n", "denied", "privileged",
        {"override": "services: {a: {privileged: true}}\n"})
    row(f, "services: {a: {image: x, privileged: \"${ENV_PRIVILEGED}\"}}\n", "denied",
        "privileged")
    row(f, "services: {a: {image: x}}\n---\nservices: {a: {privileged: true}}\n", "denied",
        "privileged")
    row(f, "apiVersion: fairlead.dev/v1\nkind: App\nmetadata: {name: NAME}\n"
        "spec: {services: {a: {image: x, privileged: true}}}\n", "denied", "privileged")
    row(f, "x-fairlead: {suspend: true}\nservices: {a: {image: x, privileged: true}}\n", "denied",
        "privileged")
    row(f, "x-fairlead: {unsupported: warn}\nservices: {a: {image: x, privileged: true}}\n",
        "denied", "privileged")
    row(f, "services: {a: {image: x, privileged: true, deploy: {replicas: 3}}}\n", "denied",
        "privileged")
    row(f, "services: {a: {image: x, privileged: true, scale: 0}}\n", "harmless")
    row(f, "services: {a: {image: x, privileged: true, profiles: [off]}}\n", "harmless")
    for hook in ("pre_start", "post_start", "pre_stop"):
        service(f, f"{hook}: [{{command: [id], privileged: true}}]", "denied", "privileged")


def capabilities():
    f = "capabilities"
    for name in ("SYS_ADMIN", "ALL", "all", "CAP_SYS_ADMIN", "cap_sys_admin", "Sys_Admin", "NET_ADMIN",
                 "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF", "PERFMON",
                 "SYS_TIME", "SYS_BOOT", "MAC_ADMIN", "MAC_OVERRIDE", "LINUX_IMMUTABLE", "SYSLOG",
                 "AUDIT_CONTROL", "IPC_LOCK", "SYS_RESOURCE", "SYS_NICE", "CHECKPOINT_RESTORE",
                 "CAP_CAP_SYS_ADMIN", "NO_SUCH_CAPABILITY", "\"SYS_ADMIN\\n\"", "' SYS_ADMIN'", "''"):
        service(f, f"cap_add: [{name}]", "denied", "capabilities")
    for name in ("CHOWN", "cap_kill", "Net_Bind_Service"):
        service(f, f"cap_add: [{name}]", "harmless")
    service(f, "cap_drop: [ALL]", "harmless")
    service(f, "cap_add: SYS_ADMIN", "refused", "not a list")
    service(f, "cap_add: [[SYS_ADMIN]]", "refused", "not a single value")


def namespaces():
    f = "namespaces"
    for key in ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"):
        service(f, f"{key}: host", "denied", "hostNamespaces")
        for value in ("HOST", "'host '", "\"host\\n\"", "ns:/proc/1/ns/net", "'/proc/1/ns/pid'"):
            service(f, f"{key}: {value}", "refused", "unknown")
    for key in ("network_mode", "pid", "ipc"):
        service(f, f"{key}: 'container:other'", "denied", "foreignContainers")
    service(f, "volumes_from: ['container:other']", "denied", "foreignContainers")
    service(f, "volumes_from: ['container:other:rw']", "denied", "foreignContainers")
    service(f, "network_mode: 'service:a'", "refused", "wait for each other")
    service(f, "network_mode: 'service:other'", "refused", "unknown mode")
    service(f, "ipc: 'service:other'", "refused", "does not exist")
    service(f, "network_mode: \"container:x\\r\\ny\"", "denied", "foreignContainers")
    row(f, "services: {a: {image: x, network_mode: host, networks: [n]}}\nnetworks: {n: {}}\n",
        "refused", "exclude each other")


def devices():
    f = "devices"
    for value in ("/dev/sda", "/dev/mem", "/dev/kmsg", "/dev", "/dev/", "//dev/sda", "/dev/../dev/sda",
                  "/proc/../dev/sda", "/dev/sda:/dev/null", "/dev/sda:/x:r", "/dev/fuse",
                  "/dev/net/tun", "vendor.example/device=all", "dev/sda", "\"/dev/sda\\n\""):
        service(f, f"devices: [{value}]", "denied", "devices")
    service(f, "devices: [{source: /dev/sda, target: /x, permissions: m}]", "denied", "devices")
    service(f, "devices: ['/dev/sda:/x:rwx']", "refused", "not a device")
    service(f, "devices: ['']", "refused", "not a device")
    for value in ("a *:* rwm", "c 1:1 rwm", "b 8:0 r"):
        service(f, f"device_cgroup_rules: ['{value}']", "denied", "devices")
    service(f, "gpus: all", "denied", "devices")
    service(f, "gpus: [{driver: nvidia, count: 1}]", "denied", "devices")
    service(f, "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}", "denied",
            "devices")
    service(f, "deploy: {resources: {reservations: {devices: [{driver: cdi, "
            "capabilities: [x], device_ids: ['v/d=0']}]}}}", "denied", "devices")


def binds():
    f = "binds"
    for source in ("/etc", "/root/.ssh", "//etc", "/./etc", "/../etc", "/etc/../etc", "/proc",
                   "/sys", "/dev", "/boot", "/var/lib/docker", "//etc//", "/home/../etc/shadow",
                   "/tmp", "/etc/fairlead"):
        service(f, f"volumes: ['{source}:/x']", "denied", "bindMounts")
    for source in ("/etc", "/etc/shadow", "/srv"):
        service(f, f"volumes: ['{source}:/x:ro']", "denied", "bindMounts")
    service(f, "volumes: ['/etc:/x:ro,z']", "denied", "bindMounts")
    service(f, "volumes: [{type: bind, source: /etc, target: /x, read_only: true}]", "denied",
            "bindMounts")
    service(f, "volumes: [{type: bind, source: /nowhere, target: /x, "
            "bind: {create_host_path: true}}]", "denied", "bindMounts")
    service(f, "volumes: ['${D:-/etc}:/x']", "denied", "bindMounts")
    for source in ("../x", "./../x", "../../../etc", "./a/../../x"):
        service(f, f"volumes: ['{source}:/x:ro']", "refused", "manifests directory")
    service(f, "volumes: ['./data:/x']", "denied", "bindMounts")
    service(f, "volumes: ['./data:/x:ro']", "harmless")
    service(f, "volumes: ['./data:/x:ro,shared']", "denied", "privileged")
    for mode in ("shared", "rshared"):
        service(f, f"volumes: [{{type: bind, source: ./data, target: /x, read_only: true, "
                f"bind: {{propagation: {mode}}}}}]", "denied", "privileged")
    service(f, "volumes: ['~:/x']", "refused")
    service(f, "volumes: ['~root/.ssh:/x']", "refused")
    service(f, "volumes: [{type: npipe, source: x, target: /x}]", "refused", "not supported")
    service(f, "volumes: [{type: cluster, source: x, target: /x}]", "refused", "not supported")
    service(f, "volumes: [{type: bind, source: '', target: /x}]", "refused", "no `source`")
    service(f, "volumes: [{type: device, source: /dev/sda, target: /x}]", "refused", "unknown mount")
    service(f, "volumes: ['a:x']", "refused", "not absolute")
    service(f, "volumes: ['/etc:/x', '/usr:/x']", "refused", "two mounts")


def sockets():
    f = "sockets"
    for source in ("/var/run/docker.sock", "/run/docker.sock", "/var/run", "/run", "/run/.",
                   "/var/../run/docker.sock", "//run//docker.sock", "/run/containerd",
                   "/run/containerd/containerd.sock", "/", "//", "/.", "/..", "/etc/.."):
        service(f, f"volumes: ['{source}:/s:ro']", "denied", "engineSocket")
    service(f, "volumes: [{type: bind, source: /var/run/docker.sock, target: /s}]", "denied",
            "engineSocket")
    service(f, "use_api_socket: true", "refused", "not supported")
    row(f, "services: {a: {image: x, volumes: ['v:/s']}}\n"
        "volumes: {v: {driver_opts: {type: none, o: bind, device: /run/docker.sock}}}\n", "denied")


def volumes():
    f = "volumes"

    def volume(text, verdict, words="volumeTypes"):
        row(f, "services: {a: {image: x, volumes: ['v:/v']}}\nvolumes: {v: " + text + "}\n", verdict,
            words)
    for device in ("/", "/etc", "../../../../", "./x", "etc", "", "//", "/proc/1/root"):
        for kind in ("none", "''"):
            volume(f"{{driver_opts: {{type: {kind}, o: 'rw,rbind', device: '{device}'}}}}", "denied",
                   "")
    for kind in ("ext4", "xfs", "nfs", "nfs4", "cifs", "overlay", "proc", "sysfs", "debugfs",
                 "cgroup2", "securityfs", "devtmpfs", "TMPFS", "9p", "fuse.sshfs"):
        volume(f"{{driver_opts: {{type: {kind}, device: x}}}}", "denied", "")
    volume("{driver: '', driver_opts: {type: none, o: bind, device: /etc}}", "denied", "")
    volume("{driver_opts: {o: bind, device: /etc}}", "denied", "")
    volume("{driver_opts: {device: /etc}}", "denied", "")
    volume("{driver_opts: {type: tmpfs, device: tmpfs, o: 'size=1m,mode=0700,uid=1,gid=1'}}",
           "harmless")
    volume("{driver_opts: {type: tmpfs, device: tmpfs, o: 'size=1m,bind'}}", "denied", "")
    volume("{driver: rclone}", "denied", "volumeDrivers")
    volume("{driver: 'local:latest'}", "denied", "volumeDrivers")
    volume("{driver: ../../run/x}", "denied", "volumeDrivers")
    volume("{driver: \"local\\n\"}", "denied", "volumeDrivers")
    volume("{external: true, driver: local}", "refused", "together with")
    volume("{name: ../../x}", "refused", "not a name for Docker")
    volume("{name: /etc}", "refused", "not a name for Docker")


def options():
    f = "options"
    for text in ("apparmor:unconfined", "apparmor=unconfined", "seccomp:unconfined",
                 "seccomp=unconfined", "label:disable", "label=type:spc_t", "systempaths=unconfined",
                 "writable-cgroups=true", "credentialspec=x", "seccomp={\"defaultAction\":"
                 "\"SCMP_ACT_ALLOW\"}"):
        service(f, f"security_opt: ['{text}']", "denied", "securityOpts")
    service(f, "security_opt: [seccomp:profile.json]", "denied", "securityOpts",
            files={"profile.json": "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}"})
    service(f, "security_opt: [seccomp:/etc/shadow]", "refused", "manifests directory")
    service(f, "security_opt: [seccomp:../x.json]", "refused", "manifests directory")
    service(f, "security_opt: ['no-new-privileges:true']", "harmless")
    for text in ("kernel.shmmax", "net.ipv4.ip_forward", "net.core.somaxconn", "fs.mqueue.msg_max",
                 "kernel/core_pattern"):
        service(f, f"sysctls: {{{text}: 1}}", "denied", "sysctls")
    service(f, "sysctls: ['kernel.core_pattern=|/x']", "denied", "sysctls")
    for text in ("nvidia", "kata", "io.containerd.kata.v2", "/usr/bin/x", "RUNC"):
        service(f, f"runtime: {text}", "denied", "runtimes")
    service(f, "runtime: runc", "harmless")
    for text in ("/", "../../x", "system.slice", "\"x\\ny\""):
        service(f, f"cgroup_parent: {text}", "denied", "cgroupParents")
    service(f, "oom_score_adj: -1000", "denied", "oomProtection")
    service(f, "oom_score_adj: 1000", "harmless")
    service(f, "oom_kill_disable: true", "denied", "oomProtection")
    service(f, "oom_kill_disable: false", "harmless")
    service(f, "isolation: process", "refused", "not supported")
    service(f, "credential_spec: {file: x}", "refused", "not supported")
    service(f, "build: https://evil.example/x.git", "refused", "not supported")
    service(f, "provider: {type: /bin/sh}", "refused", "not supported")
    service(f, "develop: {watch: []}", "refused", "not supported")


def networks():
    f = "networks"

    def network(text, verdict, words=""):
        row(f, "services: {a: {image: x, networks: [n]}}\nnetworks: {n: " + text + "}\n", verdict,
            words)
    network("{driver: macvlan, driver_opts: {parent: eth0}}", "denied", "hostInterfaces")
    network("{driver: ipvlan, driver_opts: {parent: eth0.7}}", "denied", "hostInterfaces")
    network("{driver_opts: {com.docker.network.bridge.name: docker0}}", "denied", "hostInterfaces")
    network("{driver: host}", "denied")
    for driver in ("weave", "'weaveworks/net-plugin:latest'", "Bridge", "../../run/x", "dhcp"):
        network(f"{{driver: {driver}}}", "denied", "networkDrivers")
        network(f"{{ipam: {{driver: {driver}}}}}", "denied", "networkDrivers")
    for text in ("driver: ''", "driver: bridge", "driver: macvlan", "driver: ipvlan",
                 "ipam: {driver: default}", "ipam: {driver: ''}"):
        network(f"{{{text}}}", "harmless")
    network("{name: host, external: true}", "denied")
    network("{driver: overlay}", "refused", "Swarm")
    network("{name: host}", "refused", "Docker's own")
    network("{name: bridge}", "refused", "Docker's own")
    network("{name: none}", "refused", "Docker's own")
    network("{name: ../x}", "refused", "not a name for Docker")
    network("{name: 'a?force=1'}", "refused", "not a name for Docker")
    network("{ipam: {config: [{subnet: 0.0.0.0/99}]}}", "refused", "CIDR")
    network("{ipam: {config: [{subnet: 10.0.0.1/24}]}}", "refused", "host bits")
    network("{ipam: {config: [{subnet: 10.0.0.0/24, gateway: 8.8.8.8}]}}", "refused",
            "not an address in")


def labels():
    f = "labels"
    for key in KEYS:
        service(f, f"labels: {{{key}: x}}", "refused", "reserved")
    for key in KEYS[::4]:
        service(f, f"labels: ['{key}=x']", "refused", "reserved")
        service(f, f"deploy: {{labels: {{{key}: x}}}}", "refused", "reserved")
        service(f, "label_file: l.env", "refused", "reserved", files={"l.env": f"{key}=x\n"})
        service(f, f"volumes: [{{type: volume, target: /x, volume: {{labels: {{{key}: x}}}}}}]",
                "refused", "reserved")
        row(f, f"services: {{a: {{image: x}}}}\nnetworks: {{n: {{labels: {{{key}: x}}}}}}\n",
            "refused", "reserved")
        row(f, f"services: {{a: {{image: x}}}}\nvolumes: {{v: {{labels: ['{key}=x']}}}}\n",
            "refused", "reserved")
        row(f, f"apiVersion: fairlead.dev/v1\nkind: Network\nmetadata: {{name: NAME}}\n"
            f"spec: {{labels: {{{key}: x}}}}\n", "refused", "reserved")
    service(f, "labels: [com.docker.compose.project]", "refused", "reserved")
    row(f, "x-l: &l {dev.fairlead.app: x}\nservices: {a: {image: x, labels: {<<: *l}}}\n", "refused",
        "reserved")
    row(f, "services: {a: {image: x, labels: {a: b}}}\n", "refused", "reserved",
        {"override": "services: {a: {labels: {dev.fairlead.app: x}}}\n"})
    for key in ("com.docker.composer.x", "com.docker.compose", "dev.fairleading.x", "dev.fairlead",
                "COM.DOCKER.COMPOSE.PROJECT", "container-number"):
        service(f, f"labels: {{{key}: x}}", "harmless")
    service(f, "labels: {'': x}", "refused", "no name")
    service(f, "labels: {'': }", "refused", "no name")
    service(f, "deploy: {labels: {'': x}}", "refused", "no name")
    row(f, "services: {a: {image: x}}\nnetworks: {n: {labels: {'': x}}}\n", "refused", "no name")
    row(f, "services: {a: {image: x}}\nvolumes: {v: {labels: {'': x}}}\n", "refused", "no name")
    service(f, "labels: ['=x']", "harmless")  # as Compose does; the engine takes it
    row(f, "services: {a: {image: x, labels: ['=x']}}\n", "harmless", "",
        {"override": "services: {a: {labels: {b: c}}}\n"})
    row(f, "services: {a: {image: x, labels: [b=c]}}\n", "refused", "no name",
        {"override": "services: {a: {labels: {'': x}}}\n"})
    service(f, "environment: ['=x']", "refused", "no name")
    service(f, "environment: {'': x}", "refused", "no name")
    service(f, "annotations: {'': x}", "refused", "no name")
    service(f, "sysctls: {'': x}", "refused", "no name")


def names():
    f = "names"
    for name in ("a b", "../x", "..", ".", "-x", "a/b", "a?b", "a#b", "é", "a%2fb", "a\r\nb", "a\0b",
                 "\x1b[2J", "a" * 256, "", "/a", "a:b", "\u202ea"):
        if name:
            service(f, f"container_name: {quoted(name)}", "refused")
        row(f, f"services: {{{quoted(name)}: {{image: x}}}}\n", "refused")
    for name in ("../x", "A B", "", "x\ny", "a/b", ".", "-a", "a" * 101, "\x1b[31m", "network/x"):
        row(f, f"name: {quoted(name)}\nservices: {{a: {{image: x}}}}\n", "refused")
    for name in ("..", "a/b", "a b", "a\nb", "-a", "é"):
        row(f, f"x-fairlead: {{appId: {quoted(name)}}}\nservices: {{a: {{image: x}}}}\n", "refused")


def images():
    f = "images"
    for text in ("Registry/Foo", "A", "a/B", "a b", "a\tb", "a\r\nb", "a\nb", "a\0b", SMUGGLED,
                 "x HTTP/1.1\r\nX: y", "../x", "a/../../x", "a//b", "/a", "a/", ".", "..", "a?b",
                 "a?tag=b&x", "a#b", "a%2Fb", "a%0d%0ab", "a:", ":1", "a:b:c", "a@", "a@sha256:x",
                 "a@sha256:" + "g" * 64, "http://a/b", "docker://a", "user:pw@host/a", "é", "a\u202eb",
                 "a\x1b[2Jb", "a" * 256, "a:" + "b" * 129, "${X:-A}", "$$a", "-a", "a_-b", "a;id",
                 "a`id`", "$(id)", "[::1/a", "a\\b", "\xa0a", "a&b", "a=b", "'a'", "a,b", "a|b"):
        row(f, f"services: {{a: {{image: {quoted(text)}}}}}\n", "refused")
    for text in ("x@sha256:" + "a" * 64, "127.0.0.1:5000/x/y:1", "[fc00::1]:5000/x"):
        row(f, f"services: {{a: {{image: {quoted(text)}}}}}\n", "harmless")
    service(f, f"pre_start: [{{image: {quoted(SMUGGLED)}}}]", "refused", "image reference")
    service(f, f"volumes: [{{type: image, source: {quoted(SMUGGLED)}, target: /x}}]", "refused",
            "image reference")


# What the fields hold goes into JSON, or is refused for what it is.
def smuggling():
    f = "smuggling"
    bad = quoted(SMUGGLED)
    for text in ("command: [{}]", "command: {}", "entrypoint: [{}]", "environment: {{A: {}}}",
                 "hostname: {}", "domainname: {}", "user: {}", "working_dir: {}", "stop_signal: {}",
                 "platform: {}", "dns: [{}]", "dns_search: [{}]", "dns_opt: [{}]",
                 "labels: {{a: {}}}", "labels: {{{}: a}}", "logging: {{options: {{a: {}}}}}",
                 "mac_address: {}", "healthcheck: {{test: [CMD, {}]}}", "group_add: [{}]",
                 "storage_opt: {{size: {}}}", "cpuset: {}", "post_start: [{{command: [{}]}}]",
                 "post_start: [{{command: [id], user: {}}}]", "ulimits: {{{}: 1}}", "tmpfs: [{}]"):
        service(f, text.format(bad), "harmless")
    for text in ("restart: {}", "network_mode: {}", "pid: {}", "container_name: {}", "expose: [{}]",
                 "ports: [{}]", "links: [{}]", "depends_on: [{}]", "networks: [{}]", "volumes: [{}]",
                 "mem_limit: {}", "shm_size: {}", "stop_grace_period: {}", "env_file: [{}]",
                 "configs: [{}]", "secrets: [{}]", "pull_policy: {}", "extends: {}", "{}: 1",
                 "devices: [{}]",
                 "healthcheck: {{test: [{}]}}", "deploy: {{mode: {}}}", "volumes: [{{type: {}}}]"):
        service(f, text.format(bad), "refused")
    for text, rule in (("annotations: {{a: {}}}", "annotations"),
                       ("annotations: {{{}: a}}", "annotations"),
                       ("logging: {{driver: {}}}", "logDrivers"),
                       ("cap_add: [{}]", "capabilities"), ("security_opt: [{}]", "securityOpts"),
                       ("sysctls: {{{}: 1}}", "sysctls"), ("runtime: {}", "runtimes"),
                       ("cgroup_parent: {}", "cgroupParents"),
                       ("device_cgroup_rules: [{}]", "devices"),
                       ("ipc: \"container:a\\r\\nb\"", "foreignContainers")):
        service(f, text.format(bad), "denied", rule)
    for text in ("networks: {{n: {{name: {}}}}}", "volumes: {{v: {{name: {}}}}}",
                 "networks: {{n: {{ipam: {{config: [{{subnet: {}}}]}}}}}}", "networks: {{{}: {{}}}}",
                 "volumes: {{{}: {{}}}}", "secrets: {{s: {{file: {}}}}}",
                 "configs: {{s: {{environment: {}}}}}", "include: [{}]", "{}: 1"):
        row(f, "services: {a: {image: x}}\n" + text.format(bad) + "\n", "refused")


def terminals():
    f = "terminals"
    for text in ("\x1b[2J", "\x1b]0;x\x07", "\u009b2J", "\u0085", "\u202e", "\u2066x", "\u2028",
                 "\u200b", "\r", "\x08\x08", "\x7f", "\U000e0041"):
        service(f, f"{quoted('k' + text)}: 1", "refused", "unknown key")
        service(f, f"restart: {quoted(text)}", "refused", "unknown restart policy")
        service(f, f"environment: {{A: {quoted(text)}}}", "harmless")
    row(f, f"services: {{a: {{image: x}}}}\nkind: {quoted(chr(27) + '[2J')}\n", "refused")
    service(f, f"{quoted('k' * 1000)}: 1", "refused", "bytes)")
    service(f, f"restart: {quoted('r' * 100_000)}", "refused", "bytes)")


def files():
    f = "files"
    for path in ("/etc/shadow", "../x", "/proc/self/environ", "a/../../x", "/dev/stdin", "~/x",
                 "https://evil.example/x"):
        service(f, f"env_file: ['{path}']", "refused", "manifests directory")
        service(f, f"label_file: ['{path}']", "refused", "manifests directory")
        row(f, f"include: ['{path}']\nservices: {{a: {{image: x}}}}\n", "refused",
            "manifests directory")
        row(f, f"services: {{a: {{image: x, extends: {{service: b, file: '{path}'}}}}}}\n", "refused",
            "manifests directory")
        row(f, f"services: {{a: {{image: x, secrets: [s]}}}}\nsecrets: {{s: {{file: '{path}'}}}}\n",
            "refused", "manifests directory")
        row(f, f"services: {{a: {{image: x, configs: [s]}}}}\nconfigs: {{s: {{file: '{path}'}}}}\n",
            "refused", "manifests directory")
    row(f, "include: [NAME.yaml]\nservices: {a: {image: x}}\n", "refused", "circle")
    row(f, "include: [b.yaml]\nservices: {a: {image: x}}\n", "refused", "circle",
        {"b.yaml": "include: [c.yaml]\n", "c.yaml": "include: [b.yaml]\n"})
    row(f, "services: {a: {image: x, extends: a}}\n", "refused", "circle")
    row(f, "services: {a: {image: x, extends: b}, b: {extends: a}}\n", "refused", "circle")
    row(f, "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}\n", "refused",
        "wait for each other")
    row(f, "services: {a: {image: x}}\nsecrets: {s: {content: hunter2}}\n", "refused",
        "stands in the manifest")
    row(f, "services: {a: {image: x}}\nsecrets: {s: {x-credential: ../../shadow}}\n", "refused",
        "no credential")
    row(f, "services: {a: {image: x}}\nsecrets: {s: {environment: PATH}}\n", "refused", "not set")
    service(f, "environment: [PATH, HOME]", "harmless")


def numbers():
    f = "numbers"
    for text in ("ports: ['65536:1']", "ports: ['1:65536']", "ports: ['-1:80']", "ports: ['80:0']",
                 "ports: ['99999999999999999999:80']", "ports: ['1-2-3:80']", "ports: ['1-65535:80-81']",
                 "scale: -1", "scale: 1001", "scale: 1e9", "deploy: {replicas: 99999999}",
                 "mem_limit: -5", "mem_limit: 9e99", "mem_limit: 99999999999999999999g",
                 "cpus: -1", "cpus: .inf", "cpus: .nan", "cpus: 1e308", "pids_limit: -2",
                 "pids_limit: 1e10", "shm_size: -1", "oom_score_adj: -1001", "oom_score_adj: 1001",
                 "mem_swappiness: 101", "cpu_shares: -1", "cpu_percent: 101", "ulimits: {nofile: -2}",
                 "ulimits: {nofile: {soft: 1}}", "ulimits: {nofile: 99999999999999999999}",
                 "stop_grace_period: 1e99s", "stop_grace_period: -1s",
                 "healthcheck: {test: [CMD, a], interval: 99999999999h}",
                 "healthcheck: {test: [CMD, a], retries: -1}", "blkio_config: {weight: 1001}",
                 "restart: 'on-failure:-1'", "restart: 'on-failure:99999999999'",
                 "volumes: [{type: tmpfs, target: /x, tmpfs: {mode: 99999}}]",
                 "volumes: [{type: tmpfs, target: /x, tmpfs: {size: -1}}]"):
        service(f, text, "refused")
    service(f, "cpus: 0", "harmless")  # without limit, as by default


def bombs():
    f = "bombs"
    laughs = "".join(f"x{i}: &x{i} [" + ", ".join([f"*x{i - 1}"] * 9) + "]\n" for i in range(1, 10))
    row(f, "x0: &x0 [a, b, c]\n" + laughs + "services: {a: {image: x}}\n", "refused")
    merges = "".join(f"x-{i}: &x{i} {{a: *x{i - 1}, b: *x{i - 1}}}\n" for i in range(1, 40))
    row(f, "x-0: &x0 {a: b}\n" + merges + "services: {a: {image: x}}\n", "refused")
    row(f, "x: " + "[" * 5000 + "]" * 5000 + "\n", "refused")
    row(f, "x: " + "{a: " * 5000 + "}" * 5000 + "\n", "refused")
    row(f, "- " * 5000 + "a\n", "refused")
    row(f, "services: &a {b: *a}\n", "refused")
    row(f, "services: {a: {image: *nobody}}\n", "refused")
    row(f, "services: {a: {image: x}, a: {image: y}}\n", "refused")
    for text in ("", "\n", "# nothing\n", "---\n", "...\n", "null\n", "~\n", "[]\n", "{}\n", "5\n",
                 "services:\n", "services: []\n", "services: {}\n", "services: {a: }\n", ",", "]", "}",
                 "\t", "services:\n\ta: 1\n", "'", "\"", "&", "*", "!", "%YAML 9.9\n---\na: 1\n", "@",
                 "`", "? ", "? ? ? a\n", "!!python/object/apply:os.system [id]\n",
                 "services: {a: {image: !!binary aGk=}}\n---\n- a\n", "<<<<<<< HEAD\na: 1\n=======\n"):
        row(f, text, "refused")
    row(f, "services: {a: {image: x}}\n" + "---\n" * 2000, "harmless")
    row(f, "a" * 1_100_000, "refused", "larger")
    row(f, "services: {a: {image: x, environment: {" + ", ".join(f"k{i}: v" for i in range(60_000)) +
        "}}}\n", "refused")
    for text in ("${A", "${}", "${A:?needed}", "${A?" + "x" * 50 + "}", "${0}", "${A!}",
                 "${A:-" * 40 + "}" * 40):
        service(f, f"command: [{quoted(text)}]", "refused")
    service(f, f"environment: {{A: {quoted('${ENV_LONG}' * 3000)}}}", "refused", "1 MiB")
    many = ", ".join(f"'{i}:{i}'" for i in range(1, 20_003))
    service(f, f"ports: [{many}]", "refused")
    row(f, "services: {" + ", ".join(
        f"s{i}: {{image: x, extends: s{i + 1}}}" for i in range(100)) + ", s100: {image: x}}\n",
        "refused", "too long a chain")


for fill in (privileged, capabilities, namespaces, devices, binds, sockets, volumes, options,
             annotations, logging, limits, networks, labels, names, images, smuggling, terminals, files, numbers, bombs):
    fill()
