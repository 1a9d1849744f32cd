"""Rows of table.py about what the engine, its runtime and its plugins act on."""
from rows import row, service


def annotations():
    f = "annotations"
    for name in ("org.systemd.property.ExecStopPost", "org.systemd.property.Wants",
                 "org.systemd.property.CollectMode", "ORG.SYSTEMD.PROPERTY.Wants",
                 "run.oci.keep_original_groups", "run.oci.hooks.stderr",
                 "run.oci.mount_context_type", "run.oci.handler", "io.containerd.runc.v2.group",
                 "io.katacontainers.config.hypervisor.path", "com.docker.x", "dev.fairlead.app",
                 "nvidia.cdi.k8s.io/x", "cdi.k8s.io/x", "a", "' a'", "'*'"):
        service(f, f"annotations: {{{name}: x}}", "denied", "annotations")
        service(f, f"annotations: ['{name.strip(chr(39))}=x']", "denied", "annotations")
    row(f, "services: {a: {image: x}}\n", "denied", "annotations",
        {"override": "services: {a: {annotations: {org.systemd.property.Wants: x}}}\n"})
    service(f, "annotations: {}", "harmless")


# The engine opens what log options name.
def logging():
    f = "logging"

    def options(driver, name, value, verdict, words="bindMounts"):
        service(f, f"logging: {{driver: {driver}, options: {{{name}: '{value}'}}}}", verdict, words)
    for scheme in ("unix", "unixgram", "UNIX", "unixpacket"):
        options("syslog", "syslog-address", f"{scheme}:///run/systemd/notify", "denied")
        options("syslog", "syslog-address", f"{scheme}:/run/systemd/notify", "denied")
        options("syslog", "syslog-address", f"{scheme}://host/run/x", "denied")
        options("syslog", "syslog-address", f"{scheme}:///run/docker.sock?x#y", "denied",
                "engineSocket")
    options("syslog", "syslog-address", "unix:///run/dock%65r.sock", "denied")
    options("syslog", "syslog-address", "unix:///srv/../run/docker.sock", "denied", "engineSocket")
    options("fluentd", "fluentd-address", "unix:///run/docker.sock", "denied", "engineSocket")
    options("''", "fluentd-address", "unix:///run/docker.sock", "denied", "engineSocket")
    for name in ("syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key"):
        options("syslog", name, "/etc/ssl/private/x.pem", "denied")
        options("syslog", name, "x.pem", "denied")
    options("splunk", "splunk-capath", "/etc/shadow", "denied")
    for driver in ("grafana/loki", "'loki:latest'", "JSON-FILE", "../x"):
        service(f, f"logging: {{driver: {driver}}}", "denied", "logDrivers")
    for driver in ("json-file", "local", "none", "journald", "syslog", "''"):
        service(f, f"logging: {{driver: {driver}}}", "harmless")
    options("syslog", "syslog-address", "udp://10.0.0.1:514", "harmless")
    options("gelf", "gelf-address", "udp://10.0.0.1:12201", "harmless")
    options("fluentd", "fluentd-address", "127.0.0.1:24224", "harmless")
    options("json-file", "max-size", "10m", "harmless")
    options("awslogs", "awslogs-group", "/ecs/app", "harmless")


# They cost no more of the host than an App without limits may take, or touch the App only.
def limits():
    f = "limits"
    for text in ("ulimits: {nofile: -1, memlock: -1, rtprio: 99}", "shm_size: 1t",
                 "blkio_config: {weight: 1000, device_read_bps: [{path: /dev/sda, rate: 1}]}",
                 "storage_opt: {size: 1t}", "cpu_rt_runtime: 950000", "cpuset: '0'",
                 "extra_hosts: ['bank.example=10.0.0.1', 'h=host-gateway']", "group_add: [docker]",
                 "user: '0'", "external_links: ['other:db']", "dns: [10.0.0.1]",
                 "mac_address: 02:42:ac:11:00:02", "ipc: shareable", "platform: linux/arm64",
                 "x-privileged: true", "stop_grace_period: 1h"):
        service(f, text, "harmless")
    service(f, "network_mode: bridge\nexternal_links: ['other:db']", "denied", "foreignContainers")
