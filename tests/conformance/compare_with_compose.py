#!/usr/bin/env python3
"""Compares `fairlead config` with `docker compose config`, file by file and field by field.

Usage: compare_with_compose.py FAIRLEAD FILE…
Exit code 0: no difference but those of `normalise`, each with its reason there; 1: differences;
77 (skipped): no Docker Compose 2.40.3 at $COMPOSE, from scripts/fetch-engines, or as a Docker CLI
plugin.
"""
import json
import os
import subprocess
import sys

ENGINES = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                       "fairlead/engines")
PLUGINS = [os.path.join(ENGINES, "compose/usr/libexec/docker/cli-plugins/docker-compose"),
           "/usr/libexec/docker/cli-plugins/docker-compose",
           "/usr/lib/docker/cli-plugins/docker-compose"]
VERSION = "2.40.3"


def find_compose():
    for path in [os.environ.get("COMPOSE", "")] + PLUGINS:
        if path and os.access(path, os.X_OK):
            said = subprocess.run([path, "version", "--short"], capture_output=True, text=True)
            if said.stdout.startswith(VERSION):
                return path
    return None


def prune(value):
    """Nothing, an empty list and an empty mapping mean the same in both outputs."""
    if isinstance(value, dict):
        out = {key: prune(each) for key, each in value.items()}
        return {key: each for key, each in out.items() if each not in (None, {}, [])}
    if isinstance(value, list):
        return [prune(each) for each in value]
    return value


def lower_keys(value):
    """Compose prints the devices of blkio_config with the engine's capitals."""
    if isinstance(value, dict):
        return {key.lower(): lower_keys(each) for key, each in value.items()}
    if isinstance(value, list):
        return [lower_keys(each) for each in value]
    return value


def used(services, key):
    return {name for service in services.values() for name in (service.get(key) or {})}


def normalise(model, folder):
    # Extensions are printed by Compose as they stand; Fairlead adds its own.
    model = {key: value for key, value in model.items() if not key.startswith("x-")}
    services = model.get("services", {})
    for service in services.values():
        # A bare KEY that nothing sets: null in Compose's output, left out in ours, set in neither.
        service["environment"] = {key: value for key, value in
                                  (service.get("environment") or {}).items() if value is not None}
        # Compose keeps `command: null`, which says nothing, apart from the empty list.
        for key in ("command", "entrypoint"):
            if service.get(key) == []:
                service[key] = ["(cleared)"]
        if "blkio_config" in service:
            service["blkio_config"] = lower_keys(service["blkio_config"])
        for port in service.get("ports") or []:
            port.setdefault("mode", "ingress")
        for mount in service.get("volumes") or []:
            # The default of 2.40.3 is printed by neither, its opposite by Compose only.
            if mount.get("bind", {}).get("create_host_path") is False:
                del mount["bind"]["create_host_path"]
        hosts = service.get("extra_hosts")
        if hosts:
            service["extra_hosts"] = sorted(hosts)
        # Passed over by `unsupported: warn`; the image is then the one that Compose would build.
        if (service.get("image") or "").startswith(f"{model['name']}-"):
            service.pop("image")
        for key in ("build", "develop", "models", "provider"):
            service.pop(key, None)
        for key in ("placement", "endpoint_mode"):
            (service.get("deploy") or {}).pop(key, None)
        # Compose leaves out what is false.
        for key in ("privileged", "read_only", "tty", "stdin_open", "oom_kill_disable"):
            if service.get(key) is False:
                del service[key]
        # Limits of 0 are left out by Compose's JSON.
        limits = service.get("ulimits") or {}
        service["ulimits"] = {key: each for key, each in limits.items()
                              if each not in ({}, {"soft": 0, "hard": 0})}
        # env_file and label_file are read into environment and labels; Compose prints them too.
        service.pop("env_file", None)
        service.pop("label_file", None)
        # It has no effect on a daemon.
        service.pop("attach", None)
        for key in list(service):
            if key.startswith("x-"):
                del service[key]
        networks = service.get("networks")
        if isinstance(networks, dict):
            service["networks"] = {name: each or "(default)" for name, each in networks.items()}
    for each in (model.get("networks") or {}).values():
        # Compose 2.40.3 reads these, and neither prints nor sends them.
        (each.get("ipam") or {}).pop("options", None)
    for kind in ("networks", "volumes"):
        for each in (model.get(kind) or {}).values():
            for key in [key for key in each if key.startswith("x-")]:
                del each[key]
    # Compose leaves out what no service uses.
    in_use = {"networks": used(services, "networks")}
    in_use["volumes"] = {mount["source"] for service in services.values()
                         for mount in service.get("volumes") or []
                         if mount["type"] == "volume" and "source" in mount}
    for kind in ("configs", "secrets"):
        in_use[kind] = {mount["source"] for service in services.values()
                        for mount in service.get(kind) or []}
    for kind, names in in_use.items():
        model[kind] = {key: each for key, each in (model.get(kind) or {}).items() if key in names}
    for kind in ("configs", "secrets"):
        for each in model[kind].values():
            # The engine has no object of this name.
            each.pop("name", None)
            if "file" in each:
                each["file"] = os.path.normpath(os.path.join(folder, each["file"]))
    return prune(model)


def differences(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        out = []
        for key in sorted(set(ours) | set(theirs)):
            out += differences(ours.get(key), theirs.get(key), f"{path}.{key}" if path else key)
        return out
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [line for at, pair in enumerate(zip(ours, theirs))
                for line in differences(*pair, f"{path}[{at}]")]
    return [] if ours == theirs else [f"{path}: fairlead {ours!r}, compose {theirs!r}"]


def model_of(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
    # Without a policy `config` says what `run` would not do, and prints the model all the same.
    if done.stdout and (done.returncode == 0 or "error: PolicyDenied: " in done.stderr):
        return json.loads(done.stdout), ""
    return None, done.stderr.strip()


def compare(fairlead, compose, path):
    folder, name = os.path.split(os.path.abspath(path))
    ours, our_error = model_of([fairlead, "config", "-o", "json", name], folder)
    project = os.path.splitext(name)[0].lower()
    theirs, their_error = model_of([compose, "-f", name, "-p", ours["name"] if ours else project,
                                    "config", "--format", "json"], folder)
    if theirs is None:
        return [] if ours is None else [f"Compose refuses it: {their_error}"]
    if ours is None:
        return [f"Fairlead refuses it: {our_error}"]
    return differences(normalise(ours, folder), normalise(theirs, folder))


def main():
    compose = find_compose()
    if compose is None:
        print(f"skipped: no Docker Compose {VERSION}")
        return 77
    bad = 0
    for path in sys.argv[2:]:
        found = compare(os.path.abspath(sys.argv[1]), compose, path)
        bad += bool(found)
        for line in found:
            print(f"{path}: {line}")
    print(f"{len(sys.argv) - 2} files, {bad} differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
