"""The same objects by bare API calls, in several orders and so many at a time: what an engine can do.

An order is a list of phases; a phase is over before the next begins.
"""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import manifests

NETWORKS = {"front": "10.201.0.0/16", "back": "10.202.0.0/16"}
PREFIX = "bench"
ORDERS = {
    "each container at a stretch": [("create", "connect", "start")],
    "all made, then all started": [("create", "connect"), ("start",)],
    "all made, connected, started": [("create",), ("connect",), ("start",)],
}


class Raw:
    """`parallel` calls at a time, each thread with a connection of its own."""

    def __init__(self, engine, parallel):
        self.engine = engine
        self.local = threading.local()
        self.pool = ThreadPoolExecutor(parallel)
        # Before API 1.44 a create takes one network.
        self.several = tuple(map(int, engine.version["ApiVersion"].split("."))) >= (1, 44)
        self.api = "/v" + engine.version["ApiVersion"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown()

    def call(self, method, target, body=None):
        if not hasattr(self.local, "connection"):
            self.local.connection = self.engine.connection()
        return self.local.connection.call(method, self.api + target, body)

    def all(self, work, items):
        list(self.pool.map(work, items))

    def cold(self, services, phases):
        self.all(self.network, NETWORKS)
        names = [f"s{at}" for at in range(services)]
        for phase in phases:
            self.all(lambda name: [getattr(self, step)(name) for step in phase], names)

    def network(self, name):
        self.call("POST", "/networks/create",
                  {"Name": f"{PREFIX}_{name}", "CheckDuplicate": True,
                   "IPAM": {"Config": [{"Subnet": NETWORKS[name]}]}})

    def create(self, name, version="0", suffix=""):
        first, *others = [f"{PREFIX}_{network}" for network in sorted(NETWORKS)]
        endpoints = {network: {"Aliases": [name]}
                     for network in ([first, *others] if self.several else [first])}
        self.call("POST", f"/containers/create?name={self.container(name)}{suffix}",
                  {"Image": manifests.IMAGE, "Cmd": ["/sample", "sleep"],
                   "Env": [f"VERSION={version}"], "StopTimeout": 1,
                   "HostConfig": {"NetworkMode": first},
                   "NetworkingConfig": {"EndpointsConfig": endpoints}})

    def connect(self, name, suffix=""):
        if self.several:
            return
        for network in sorted(NETWORKS)[1:]:
            self.call("POST", f"/networks/{PREFIX}_{network}/connect",
                      {"Container": self.container(name) + suffix,
                       "EndpointConfig": {"Aliases": [name]}})

    def start(self, name):
        self.call("POST", f"/containers/{self.container(name)}/start")

    def stop(self, name):
        self.call("POST", f"/containers/{self.container(name)}/stop?t=1")

    def remove(self, name):
        self.call("DELETE", f"/containers/{self.container(name)}")

    def change(self, name, version):
        """One container anew, in the order that keeps it down the shortest."""
        self.create(name, version, ".next")
        self.connect(name, ".next")
        self.stop(name)
        self.remove(name)
        self.call("POST", f"/containers/{self.container(name)}.next/rename?name="
                          + self.container(name))
        self.start(name)

    def removal(self, services):
        names = [f"s{at}" for at in range(services)]
        self.all(lambda name: [self.stop(name), self.remove(name)], names)
        self.all(self.remove_network, NETWORKS)

    def remove_network(self, name):
        network = f"/networks/{PREFIX}_{name}"
        for last in (False, False, True):
            try:
                return self.call("DELETE", network)
            except RuntimeError:
                if last:
                    raise
            time.sleep(0.3)
            self.disconnect_all(network)

    def disconnect_all(self, network):
        """Docker 20.10 may keep endpoints of containers that were removed many at a time."""
        for left in self.call("GET", network)["Containers"].values():
            self.call("POST", network + "/disconnect", {"Container": left["Name"], "Force": True})

    def cut_off(self):
        """Removes what networks are left after a removal, with such endpoints."""
        for each in self.call("GET", "/networks"):
            if each["Name"].startswith(PREFIX + "_"):
                self.remove_network(each["Name"].removeprefix(PREFIX + "_"))

    @staticmethod
    def container(name):
        return f"{PREFIX}-{name}-1"
