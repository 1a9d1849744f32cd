"""A Docker Engine of one's own, its API, its events, and a relay that notes who asks what when."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import manifests

ROOT = Path(__file__).resolve().parents[2]
# PID 1 of the engine's namespaces: when it ends the kernel ends all that runs there.
INIT = 'mount -t proc proc /proc; ip link set lo up; "$@" & wait'


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket, kept alive."""

    def __init__(self, path, timeout=120):
        super().__init__("docker", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def call(self, method, target, body=None):
        """The reply's JSON, or None where there is none. RuntimeError unless it is 2xx or 304."""
        text = None if body is None else json.dumps(body)
        self.request(method, target, text, {"Content-Type": "application/json"} if text else {})
        reply = self.getresponse()
        data = reply.read()
        if reply.status >= 400:
            raise RuntimeError(f"{method} {target}: {reply.status} {data.decode(errors='replace')}")
        return json.loads(data) if data else None


class PrivateEngine:
    """dockerd in network, process and mount namespaces of its own; the sample image is in it.

    `name`: the installed engine, or one that scripts/fetch-engines has fetched (26.1, 28.5).
    """

    def __init__(self, data_root, image, name="installed"):
        self.folder = Path(tempfile.mkdtemp(prefix="fairlead-bench-"))  # a socket's name is short
        self.data = Path(tempfile.mkdtemp(prefix="engine-", dir=data_root))
        self.socket = self.folder / "docker.sock"
        self.log = open(self.folder / "dockerd.log", "w+")
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        if name != "installed":
            path = f"{fetched(name) / 'usr/sbin'}:{path}"
        self.process = subprocess.Popen(
            ["unshare", "--net", "--pid", "--fork", "--kill-child", ROOT / "scripts/own-root",
             "bash", "-c", INIT, "engine", "dockerd", "--host", self.host(),
             "--data-root", self.data, "--exec-root", self.folder / "exec",
             "--pidfile", self.folder / "dockerd.pid"],
            stdout=self.log, stderr=self.log, env={**os.environ, "PATH": path})
        try:
            self._wait()
            subprocess.run([ROOT / "scripts/import-image", self.host(), manifests.IMAGE, image],
                           check=True)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.kill()  # and with it the init, and with that everything
        self.process.wait()
        self.log.close()
        time.sleep(0.5)  # the kernel takes the namespaces apart
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def host(self):
        return f"unix://{self.socket}"

    def connection(self):
        return Connection(self.socket)

    def _wait(self):
        for _ in range(300):
            try:
                self.version = self.connection().call("GET", "/version")
                return
            except (OSError, RuntimeError):
                time.sleep(0.2)
            if self.process.poll() is not None:
                break
        self.log.seek(0)
        raise RuntimeError("dockerd does not answer:\n" + "".join(self.log.readlines()[-5:]))

    def clear(self):
        """Removes all containers and networks that are left."""
        api = self.connection()
        for each in api.call("GET", "/containers/json?all=1"):
            api.call("DELETE", f"/containers/{each['Id']}?force=1")
        for each in api.call("GET", "/networks?filters=" + '{"type":["custom"]}'):
            api.call("DELETE", f"/networks/{each['Id']}")


def fetched(name):
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "fairlead/engines" / name
    if not (folder / "version").exists():
        raise RuntimeError(f"{name} is not there: scripts/fetch-engines {name}")
    return folder


class Events:
    """What the engine says of containers and networks, with its own times, from now on."""

    def __init__(self, engine):
        self.seen = []  # (seconds since the epoch, "container start", attributes)
        self.news = threading.Condition()
        self.connection = Connection(engine.socket, timeout=None)
        self.connection.request("GET", '/events?filters={"type":["container","network"]}')
        self.reply = self.connection.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while line := self.reply.readline():
                event = json.loads(line)
                with self.news:
                    self.seen.append((event["timeNano"] / 1e9, f"{event['Type']} {event['Action']}",
                                      event["Actor"]["Attributes"]))
                    self.news.notify_all()
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # the engine has ended

    def times(self, what, since, name=""):
        """When `what` happened to objects whose name begins with `name`."""
        return [at for at, action, attributes in self.seen
                if action == what and at >= since and attributes.get("name", "").startswith(name)]

    def wait(self, wanted, since, limit=120):
        """The time of the last of `wanted`, {(what, name): how often}, once all have happened."""
        def all_there():
            return all(len(self.times(what, since, name)) >= count
                       for (what, name), count in wanted.items())

        with self.news:
            if not self.news.wait_for(all_there, limit):
                seen = {what: len(self.times(what, since, name)) for what, name in wanted}
                raise RuntimeError(f"within {limit} s only {seen} of {wanted}")
            return max(max(self.times(what, since, name)) for what, name in wanted)


class Relay:
    """A socket before the engine's. `calls`: (begin, end, method, target), seconds of the epoch.

    It costs time of its own, so what goes through it is looked at and not compared.
    """

    METHODS = (b"GET ", b"POST ", b"PUT ", b"DELETE ", b"HEAD ")

    def __init__(self, engine):
        self.engine = engine
        self.path = engine.folder / "relay.sock"
        self.calls = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def host(self):
        return f"unix://{self.path}"

    def first_mutation(self, since):
        return min((begin for begin, _, method, _ in self.calls
                    if begin >= since and method in ("POST", "PUT", "DELETE")), default=None)

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.engine.socket))
            asked = []  # what waits for its reply on this connection
            threading.Thread(target=self._requests, args=(client, server, asked), daemon=True).start()
            threading.Thread(target=self._replies, args=(server, client, asked), daemon=True).start()

    def _requests(self, client, server, asked):
        def note(piece):
            if piece.startswith(self.METHODS):
                method, target, _ = piece.split(b"\r\n", 1)[0].decode().split(" ", 2)
                asked.append((time.time(), method, target))

        _copy(client, server, note)

    def _replies(self, server, client, asked):
        def note(_):
            if asked:
                begin, method, target = asked.pop()
                self.calls.append((begin, time.time(), method, target))

        _copy(server, client, note)


def _copy(source, sink, note):
    try:
        while piece := source.recv(1 << 16):
            note(piece)
            sink.sendall(piece)
    except OSError:
        pass
    for each in (source, sink):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
