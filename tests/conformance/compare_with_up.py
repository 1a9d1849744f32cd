#!/usr/bin/env python3
"""The same file through `docker compose up` and through Fairlead: inspect agrees in every field.

Usage: compare_with_up.py FAIRLEAD SAMPLE_IMAGE.tar FILE…  |  --self-test
Starts a dockerd of its own; FAIRLEAD_TEST_ENGINE=26.1|28.5: one of scripts/fetch-engines. Exit code
0: no difference but those of `normalise`, each with its reason there; 1: differences; 77 (skipped): no Docker Compose 2.40.3, not root, or no dockerd.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import compare_with_compose as compare

POLICY = """apiVersion: fairlead.dev/v1
kind: Policy
allow:
  - apps: ["*"]
    privileged: true
    foreignContainers: true
    hostNamespaces: [network, pid, ipc, uts, userns, cgroup]
    capabilities: [ALL]
    devices: [/dev/, "c 1:3 rwm"]
    bindMounts: [/]
    sysctls: [net.]
    annotations: ["*"]
    runtimes: [runc]
    volumeDrivers: ["*"]
    volumeTypes: ["*"]
    hostInterfaces: ["*"]
    externalObjects: ["*"]
    oomProtection: true
"""
# The `mac_address` in the files; all others are made up by the engine.
FIXED_MAC = "02:42:ac:11:65:43"
# Paths in containers whose owner and content must agree.
FILES = {"storage-a-1": ["/etc/app.conf", "/run/secrets/s", "/run/secrets/token"]}


def path_of_engine():
    """PATH with the wanted dockerd first; None: it was not fetched."""
    name = os.environ.get("FAIRLEAD_TEST_ENGINE", "20.10")
    if name == "20.10":  # the installed one
        return os.environ["PATH"]
    folder = os.path.join(compare.ENGINES, name, "usr/sbin")
    if not os.access(os.path.join(folder, "dockerd"), os.X_OK):
        return None
    return folder + ":" + os.environ["PATH"]


def in_own_root():
    """A mount namespace and an engine want / to be a mount; in a chroot it is a mere folder."""
    here = os.path.dirname(os.path.abspath(__file__))
    return [] if os.path.ismount("/") else [os.path.join(here, "../../scripts/own-root")]


class Engine:
    """A dockerd in its own network, mount and process namespaces."""

    def __init__(self, folder, image):
        self.host = f"unix://{folder}/docker.sock"
        self.log = open(os.path.join(folder, "dockerd.log"), "wb")
        start = 'ip link set lo up; exec "$@"'
        self.process = subprocess.Popen(
            [*in_own_root(), "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             "sh", "-c", start, "dockerd", "dockerd", "--host", self.host,
             "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec",
             "--pidfile", f"{folder}/pid"], stdout=self.log, stderr=self.log,
            env={**os.environ, "PATH": path_of_engine()})
        wait_for(lambda: self.docker("version").returncode == 0, 60, "dockerd does not answer")
        self.must("import", image, "fairlead/sample:1")

    def docker(self, *words):
        return subprocess.run(["docker", "-H", self.host, *words], capture_output=True)

    def must(self, *words):
        done = self.docker(*words)
        if done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(words)}: {done.stderr.decode()}")
        return done.stdout

    def names(self, *words):
        return self.must(*words).decode().split()

    def inspect(self, kind, names):
        return json.loads(self.must(kind, "inspect", *names)) if names else []

    def clear(self):
        for name in self.names("ps", "-aq"):
            self.must("rm", "-fv", name)
        self.must("network", "prune", "-f")
        for name in self.names("volume", "ls", "-q"):
            self.must("volume", "rm", name)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def wait_for(true, seconds, problem):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(problem)
        time.sleep(0.3)


def file_in(engine, container, path):
    """Owner and content, as the archive of `docker cp` has them. Not the mode: Compose ignores
    `mode` and shows that of the host's file; Fairlead gives 0444, or what is asked for."""
    tar = engine.must("cp", "-L", "-a", f"{container}:{path}", "-")
    size = int(tar[124:135], 8)
    return {"uid": tar[108:115].decode(), "gid": tar[116:123].decode(),
            "content": tar[512:512 + size].decode()}


def observe(engine):
    """Everything on the engine, by name."""
    containers = {each["Name"][1:]: each
                  for each in engine.inspect("container", engine.names("ps", "-aq"))}
    networks = {each["Name"]: each
                for each in engine.inspect("network", engine.names("network", "ls", "-q"))}
    volumes = {each["Name"]: each
               for each in engine.inspect("volume", engine.names("volume", "ls", "-q"))}
    files = {f"{name}:{path}": file_in(engine, name, path)
             for name, paths in FILES.items() if name in containers for path in paths}
    return {"containers": containers, "networks": networks, "volumes": volumes, "files": files}


def through_compose(engine, compose, folder, file):
    base = [compose, "-f", file, "-p", os.path.splitext(file)[0]]
    environment = {**os.environ, "DOCKER_HOST": engine.host, "TOKEN": "a token"}
    done = subprocess.run(base + ["up", "-d", "--quiet-pull"], cwd=folder, env=environment,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"compose up: {done.stderr}")
    found = observe(engine)
    subprocess.run(base + ["down", "-v", "-t", "1"], cwd=folder, env=environment, check=True,
                   capture_output=True)
    return found


def through_fairlead(engine, fairlead, folder, file):
    with tempfile.TemporaryDirectory(prefix="fairlead-up-") as state:
        policy = os.path.join(state, "policy.yaml")
        with open(policy, "w", encoding="utf-8") as out:
            out.write(POLICY)
        log = open(os.path.join(state, "log"), "w+", encoding="utf-8")
        environment = {**os.environ, "FAIRLEAD_ENV_TOKEN": "a token"}
        daemon = subprocess.Popen(
            [fairlead, "run", "--manifests", folder, "--state-dir", state, "--docker-host",
             engine.host, "--listen", "none", "--policy", policy, "--log-format", "logfmt"],
            stdout=log, stderr=log, env=environment)
        try:
            app = os.path.splitext(file)[0]

            def ready():
                log.flush()
                with open(log.name, encoding="utf-8") as text:
                    return any('msg="app converged"' in line and f"app={app} " in line
                               for line in text)
            try:
                wait_for(ready, 60, "Fairlead does not converge")
            except RuntimeError as problem:
                with open(log.name, encoding="utf-8") as text:
                    raise RuntimeError(f"{problem}:\n{text.read()}") from problem
            return observe(engine)
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(20)
            log.close()


def without_own_labels(labels):
    return {key: value for key, value in (labels or {}).items()
            if not key.startswith(("com.docker.compose.", "dev.fairlead."))}


def container_of(each, file_targets, ids_of_containers):
    config, host = each["Config"], each["HostConfig"]
    # Its own ID, or that of the container whose network it joins.
    if config["Hostname"] in ids_of_containers:
        config["Hostname"] = "(an ID)"
    config["Labels"] = without_own_labels(config["Labels"])
    config["Env"] = sorted(config["Env"] or [])
    config["Volumes"] = sorted(config.get("Volumes") or [])
    # Compose leaves the protocol of `expose` to the engine, which takes tcp.
    config["ExposedPorts"] = sorted(port if "/" in port else port + "/tcp"
                                    for port in config.get("ExposedPorts") or [])
    # Who waits for the output of the first start: of no meaning for a container in the background.
    for key in ("AttachStdin", "AttachStdout", "AttachStderr"):
        config.pop(key)
    # Of the container or of its endpoint, as the engine wants it: compared where it took effect.
    config.pop("MacAddress", None)
    # Sent both ways by Compose, as Mounts only by Fairlead: what came of it is in `Mounts`.
    host.pop("Binds")
    host.pop("Mounts", None)
    # The size of the terminal that started it.
    host.pop("ConsoleSize")
    # CAP_CHOWN and CHOWN are one.
    for key in ("CapAdd", "CapDrop"):
        host[key] = sorted(cap.removeprefix("CAP_") for cap in host[key] or [])
    # Compose holds these in a map, and sends them in another order each time.
    host["ExtraHosts"] = sorted(host["ExtraHosts"] or [])
    host["Ulimits"] = sorted(host["Ulimits"] or [], key=lambda limit: limit["Name"])
    for key in ("Devices", "DeviceRequests"):
        host[key] = sorted(host[key] or [], key=json.dumps)
    # The engine takes "" for "no".
    host["RestartPolicy"]["Name"] = host["RestartPolicy"]["Name"] or "no"
    # Not said, and said as false.
    host["OomKillDisable"] = host.get("OomKillDisable") or None
    mounts = []
    for mount in each["Mounts"]:
        # Compose mounts these from the host, Fairlead writes them: compared by content instead.
        if mount["Destination"] in file_targets:
            continue
        # What an option of a bind's text said: RW and Propagation have it.
        mount.pop("Mode")
        if len(mount.get("Name", "")) == 64:
            mount["Name"] = mount["Source"] = "(anonymous)"
        mounts.append(mount)
    endpoints = {}
    for name, endpoint in (each["NetworkSettings"]["Networks"] or {}).items():
        # The engine answers to a container's name and ID anyway; Compose asks for it besides.
        own = {each["Id"][:12], each["Name"][1:]}
        endpoints[name] = {
            "Aliases": sorted(set(endpoint["Aliases"] or []) - own),
            "MacAddress": endpoint["MacAddress"] == FIXED_MAC and FIXED_MAC,
            "IPAMConfig": endpoint["IPAMConfig"], "DriverOpts": endpoint["DriverOpts"],
            "Links": sorted(endpoint["Links"] or [])}
    return {"Config": config, "HostConfig": host, "Path": each["Path"], "Args": each["Args"],
            "Image": each["Image"], "Networks": endpoints, "Platform": each["Platform"],
            "Mounts": sorted(mounts, key=lambda mount: mount["Destination"])}


def normalise(observed):
    targets = {path for paths in FILES.values() for path in paths}
    networks = observed["networks"]
    short = {each["Id"][:12] for each in observed["containers"].values()}
    containers = {name: container_of(each, targets, short)
                  for name, each in observed["containers"].items()}
    # Who is attached by ID, to say it by name.
    by_id = {each["Id"]: name for name, each in observed["containers"].items()}
    for each in containers.values():
        host = each["HostConfig"]
        for key in ("NetworkMode", "PidMode", "IpcMode"):
            kind, _, peer = host[key].partition(":")
            if kind == "container":
                host[key] = f"container:{by_id.get(peer, peer)}"
        host["VolumesFrom"] = sorted(
            ":".join([by_id.get(text.split(":")[0], text.split(":")[0])] + text.split(":")[1:])
            for text in host["VolumesFrom"] or [])
    for each in networks.values():
        for key in ("Id", "Created", "Containers", "ConfigFrom"):
            each.pop(key)
        each["Labels"] = without_own_labels(each["Labels"])
        # A subnet that nobody asked for is the engine's next free one.
        if not each["Name"].endswith("_back"):
            each["IPAM"].pop("Config")
    volumes = {}
    for name, each in observed["volumes"].items():
        if len(name) == 64:
            continue  # anonymous: seen among the mounts
        each.pop("CreatedAt")
        each["Labels"] = without_own_labels(each["Labels"])
        volumes[name] = each
    return compare.prune({"containers": containers, "networks": networks, "volumes": volumes,
                          "files": observed["files"]})


def leaves(value):
    if isinstance(value, dict):
        return sum(leaves(each) for each in value.values())
    if isinstance(value, list):
        return sum(leaves(each) for each in value)
    return 1


def compare_file(engine, compose, fairlead, path):
    name = os.path.basename(path)
    with tempfile.TemporaryDirectory(prefix="fairlead-up-") as folder:
        shutil.copy(path, folder)
        shutil.copytree(os.path.join(os.path.dirname(path), "files"),
                        os.path.join(folder, "files"))
        try:
            theirs = normalise(through_compose(engine, compose, folder, name))
            engine.clear()
            ours = normalise(through_fairlead(engine, fairlead, folder, name))
        finally:
            engine.clear()
        # Each run has its own folder's name in nothing but paths, and both had the same folder.
        return compare.differences(ours, theirs), leaves(theirs)


def self_test():
    one = {"containers": {}, "networks": {}, "volumes": {"v": {"CreatedAt": "1", "Labels": {},
                                                                 "Driver": "local"}}, "files": {}}
    two = json.loads(json.dumps(one))
    two["volumes"]["v"]["Driver"] = "other"
    return 0 if compare.differences(normalise(one), normalise(two)) else 1


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    compose = compare.find_compose()
    missing = ("no Docker Compose " + compare.VERSION if compose is None else
               "needs root" if os.geteuid() != 0 else
               "not fetched" if path_of_engine() is None else
               "no dockerd" if shutil.which("dockerd", path=path_of_engine()) is None else "")
    if missing:
        print(f"skipped: {missing}")
        return 77
    fairlead, image = map(os.path.abspath, sys.argv[1:3])
    bad = 0
    with tempfile.TemporaryDirectory(prefix="fairlead-up-") as folder:
        engine = Engine(folder, image)
        try:
            for path in map(os.path.abspath, sys.argv[3:]):
                found, fields = compare_file(engine, compose, fairlead, path)
                bad += bool(found)
                print(f"{os.path.basename(path)}: {fields} fields, {len(found)} differ", flush=True)
                for line in found:
                    print(f"  {line}")
        finally:
            engine.stop()
    return 1 if bad or len(sys.argv) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
