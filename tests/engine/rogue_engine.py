#!/usr/bin/env python3
"""Engines that answer, and are none: the real binary against a table of rogue behaviours.

For each: Fairlead runs for some seconds and is told to end. It must not ask more often than an
engine is to be asked, must not fill the log, must not crash or grow, and must end within 5 s.
"""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ID = "0123456789abcdef" * 4
RUNS = 6.0           # seconds that each engine is watched
MOST_REQUESTS = 20   # a second, on average
MOST_LINES = 6       # of level warn and error that speak of the link
MOST_MEGABYTES = 64  # at its peak, all in all
MANIFEST = "services: {web: {image: 'sample:1', networks: [n]}}\nnetworks: {n: {}}\n"


def http(status, body, *headers):
    lines = [f"HTTP/1.1 {status} X", "Api-Version: 1.41", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def value(body, status=200):
    return http(status, json.dumps(body).encode())


# ---- What an engine that holds nothing says ----

def empty(method, path):
    if path.endswith("/_ping"):
        return http(200, b"OK")
    if path.endswith("/info"):
        return value({"ID": "ROGUE", "ServerVersion": "20.10.24"})
    if "/containers/json" in path or path.endswith("/networks"):
        return value([])
    if "/volumes?" in path:
        return value({"Volumes": []})
    if "/images/" in path and path.endswith("/json"):
        return value({"Id": "sha256:" + ID, "RepoTags": ["sample:1"]})
    if path.endswith("/networks/create") or "/containers/create" in path:
        return value({"Id": ID}, 201)
    return value({"message": "no such thing"}, 404)


# A behaviour is (what path it is about, what it does). What it does: bytes, or a function of the
# connection and the request that sends what it likes and returns whether to keep the connection.

def hang(peer, _):
    peer.settimeout(60)
    try:
        while peer.recv(4096):
            pass
    except OSError:
        pass
    return False


def close(_peer, _request):
    return False


def reset(peer, _):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    return False


def half(peer, _):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")
    return hang(peer, _)


def cut(peer, _):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")
    return False


def drip(peer, _, pause=0.2):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        peer.sendall(b" ")
        time.sleep(pause)


def drip_head(peer, _):
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 100000:
        peer.sendall(bytes([byte]))
        time.sleep(0.2)
    return False


def endless(peer, _):
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def many(count, make):
    body = json.dumps([make(i) for i in range(count)]).encode()
    return http(200, body)


def network(i):
    return {"Id": f"{i:064x}", "Name": f"net{i}", "Driver": "bridge", "Labels": {"a": "b"},
            "IPAM": {"Config": [{"Subnet": "10.0.0.0/24"}]}}


def surplus(peer, request):
    peer.sendall(empty(*request) + http(200, b'[{"Id":"smuggled"}]'))
    return True


def stream(*lines, pause=0.0, rounds=1, then=hang):
    def send(peer, request):
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(rounds):
            for line in lines:
                data = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
                peer.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            time.sleep(pause)
        return then(peer, request)
    return send


def event(kind, action, actor, **attributes):
    return {"Type": kind, "Action": action, "Actor": {"ID": actor, "Attributes": attributes}}


LISTS = r"/networks$|/containers/json|/volumes\?"
OURS = {"dev.fairlead.managed": "true", "dev.fairlead.app": "shop"}
SUMMARY = {"Id": ID, "Names": ["/x"], "State": "running", "Labels": OURS}

ROGUES = {
    # lists
    "lists_403": (LISTS, value({"message": "no"}, 403)),
    "lists_500": (LISTS, value({"message": "no"}, 500)),
    "lists_404": (LISTS, value({"message": "page not found"}, 404)),
    "lists_302": (LISTS, http(302, b"", "Location: /elsewhere")),
    "lists_204": (LISTS, b"HTTP/1.1 204 No Content\r\n\r\n"),
    "lists_status_000": (LISTS, b"HTTP/1.1 000 X\r\nContent-Length: 2\r\n\r\n[]"),
    "lists_status_999": (LISTS, b"HTTP/1.1 999 X\r\nContent-Length: 2\r\n\r\n[]"),
    "lists_null": (LISTS, value(None)),
    "lists_object": (LISTS, value({})),
    "lists_number": (LISTS, value(7)),
    "lists_text": (LISTS, http(200, b"<html>hello</html>")),
    "lists_nothing": (LISTS, http(200, b"")),
    "lists_of_numbers": (LISTS, value([1, 2, 3])),
    "lists_of_nulls": (LISTS, value([None])),
    "lists_short_ids": (LISTS, value([{"Id": "n1", "Name": "n"}])),
    "lists_paths_as_ids": (LISTS, value([{"Id": "../../containers/x", "Name": "n"}])),
    "lists_deep": (LISTS, http(200, b"[" * 100000)),
    "lists_cut": (LISTS, cut),
    "lists_half": (LISTS, half),
    "lists_hang": (LISTS, hang),
    "lists_drip": (LISTS, drip),
    "lists_reset": (LISTS, reset),
    "lists_endless": (LISTS, endless),
    "networks_300000": (r"/networks$", many(300000, network)),
    "networks_null_only": (r"/networks$", value(None)),
    "volumes_null": (r"/volumes\?", value({"Volumes": None})),
    "volumes_list": (r"/volumes\?", value([])),
    "surplus_bytes": (r"/networks$|_ping", surplus),
    # the way there
    "ping_500": (r"/_ping", value({"message": "no"}, 500)),
    "ping_hang": (r"/_ping", hang),
    "ping_close": (r"/_ping", close),
    "ping_no_version": (r"/_ping", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"),
    "ping_odd_version": (r"/_ping", b"HTTP/1.1 200 OK\r\nApi-Version: 1.41/../..\r\n"
                                    b"Content-Length: 2\r\n\r\nOK"),
    "no_http": (r".", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "everything_closes": (r".", close),
    "everything_hangs": (r".", hang),
    "head_drips": (r"/info", drip_head),
    "head_huge": (r"/info", b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 1000000 + b"\r\n\r\n"),
    "info_list": (r"/info", value([])),
    # events
    "events_403": (r"/events", value({"message": "no"}, 403)),
    "events_end_at_once": (r"/events", stream(then=close)),
    "events_rubbish": (r"/events", stream(b"rubbish\n", then=close)),
    "events_endless_line": (r"/events", endless),
    "events_flood_networks": (r"/events", stream(
        event("network", "create", ID, name="n"), pause=0.001, rounds=100000)),
    "events_flood_ours": (r"/events", stream(
        event("container", "die", ID, **OURS), pause=0.001, rounds=100000)),
    "events_flood_names": (r"/events", stream(
        *[event("container", "die", f"{i:064x}", **{**OURS, "dev.fairlead.app": f"a{i}"})
          for i in range(500)], pause=0.5, rounds=1000)),
    # inspects and mutations
    "inspect_500": (r"/containers/[0-9a-f]{64}/json", value({"message": "no"}, 500)),
    "inspect_other": (r"/containers/[0-9a-f]{64}/json", value([])),
    "inspect_hangs": (r"/containers/[0-9a-f]{64}/json", hang),
    "create_no_id": (r"/create", value({}, 201)),
    "create_empty_id": (r"/create", value({"Id": ""}, 201)),
    "create_path_id": (r"/create", value({"Id": "../../x"}, 201)),
    "create_hangs": (r"/create", hang),
    "create_closes": (r"/create", close),
    "image_hangs": (r"/images/.*/json", hang),
    "pull_hangs": (r"/images/create", hang),
    "pull_drips": (r"/images/create", stream({"status": "x"}, pause=0.3, rounds=1000)),
    "pull_endless": (r"/images/create", endless),
    "pull_rubbish": (r"/images/create", stream(b"rubbish\n", then=close)),
}


class Rogue:
    """Serves one behaviour on a Unix socket and counts what it is asked."""

    def __init__(self, name, path):
        self.name = name
        about, self.does = ROGUES[name]
        self.about = re.compile(about)
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    more = peer.recv(65536)
                    if not more:
                        return
                    data += more
                head, data = data.split(b"\r\n\r\n", 1)
                length = re.search(rb"content-length: (\d+)", head.lower())
                while length and len(data) < int(length[1]):
                    data += peer.recv(65536)
                data = data[int(length[1]):] if length else data
                method, path = head.split(b" ", 2)[:2]
                if not self.answer(peer, (method.decode(), path.decode())):
                    return
        except OSError:
            pass
        finally:
            peer.close()

    def answer(self, peer, request):
        self.requests.append(request)
        if self.about.search(request[1]):
            if callable(self.does):
                return self.does(peer, request)
            peer.sendall(self.does)
            return True
        if "/events" in request[1]:
            return stream()(peer, request)
        if self.name.startswith("inspect") and "/containers/json" in request[1]:
            peer.sendall(value([SUMMARY]))
        elif self.name.startswith("pull") and "/images/" in request[1]:
            peer.sendall(value({"message": "No such image: sample:1"}, 404))
        else:
            peer.sendall(empty(*request))
        return True


def peak_megabytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def observe(binary, name, most_megabytes):
    """Runs Fairlead against one rogue; returns what is wrong, in words."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="fairlead-rogue-") as folder:
        os.mkdir(f"{folder}/manifests")
        with open(f"{folder}/manifests/shop.yaml", "w", encoding="ascii") as manifest:
            manifest.write(MANIFEST)
        rogue = Rogue(name, f"{folder}/s")
        with open(f"{folder}/log", "w+", encoding="utf-8") as log:
            daemon = subprocess.Popen(
                [binary, "run", "--manifests", f"{folder}/manifests", "--state-dir",
                 f"{folder}/state", "--listen", "none", "--docker-host", f"unix://{folder}/s",
                 "--engine", "docker", "--log-format", "logfmt"], stderr=log, stdout=log)
            time.sleep(RUNS)
            if daemon.poll() is not None:
                wrong.append(f"ended by itself with {daemon.returncode}")
            else:
                grown = peak_megabytes(daemon.pid)
                if grown > most_megabytes:
                    wrong.append(f"took {grown:.0f} MB")
                begin = time.monotonic()
                daemon.send_signal(signal.SIGTERM)
                try:
                    daemon.wait(timeout=5.0)
                except subprocess.TimeoutExpired:
                    wrong.append("did not end within 5 s of SIGTERM")
                    daemon.kill()
                    daemon.wait()
                took = time.monotonic() - begin
                if daemon.returncode != 0:
                    wrong.append(f"ended with {daemon.returncode} after {took:.1f} s")
            log.seek(0)
            text = log.read()
        rogue.listener.close()
    rate = len(rogue.requests) / RUNS
    if rate > MOST_REQUESTS:
        wrong.append(f"{rate:.0f} requests a second")
    loud = [line for line in text.splitlines() if "level=error" in line or "level=warn" in line]
    if len(loud) > MOST_LINES:
        wrong.append(f"{len(loud)} lines of warning or error, such as {loud[-1]}")
    if not rogue.requests:
        wrong.append("was asked nothing: " + text[:300])
    odd = [path for _, path in rogue.requests if "//" in path or ".." in path or "null" in path]
    if odd:
        wrong.append(f"was asked for {odd[0]}")
    if "stopping" not in text:
        wrong.append("no word of its end")
    return name, wrong, rate, loud


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--megabytes", type=int, default=MOST_MEGABYTES,
                        help="how much memory it may take; a sanitizer keeps what was freed")
    given = parser.parse_args()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        runs = [pool.submit(observe, given.binary, name, given.megabytes) for name in given.names or ROGUES]
        for run in concurrent.futures.as_completed(runs):
            name, wrong, rate, loud = run.result()
            bad += bool(wrong)
            for each in wrong:
                print(f"{name}: {each}")
            if given.verbose:
                print(f"{name}: {rate:.1f}/s", *loud, sep="\n    ")
    print(f"{len(runs)} rogue engines, {bad} not borne")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
