"""A `fairlead run` that is measured: its log as it comes, and what the kernel counts of it."""
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

CONVERGED = re.compile(r'msg="app converged" app=(\S+)')
CHANGED = re.compile(r'msg="change applied" app=(\S+)')

# Processor seconds; bytes that went to the disk, and that were handed to write() at all (the log
# and what was written twice in one page included).
Used = collections.namedtuple("Used", "cpu disk written")


class Daemon:
    """Runs until closed; its manifests and state are in a folder of its own.

    `root` must be on a disk: a tmpfs counts no bytes. The log goes to a pipe, so none of the bytes
    that go to the disk are the log's.
    """

    def __init__(self, program, root, arguments=()):
        self.program = str(program)
        self.folder = Path(tempfile.mkdtemp(prefix="bench-", dir=root))
        self.manifests = self.folder / "manifests"
        self.manifests.mkdir()
        self.state = self.folder / "state"
        self.arguments = list(arguments)
        self.converged = set()
        self.first_change = {}  # App → when its first change since forget_changes() was logged
        self.errors = []
        self.news = threading.Condition()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "run", "--manifests", self.manifests, "--state-dir", self.state,
             "--listen", "none", "--log-format", "logfmt", *self.arguments],
            stderr=subprocess.PIPE, text=True, errors="replace")
        threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True).start()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self, lines):
        for line in lines:
            now = time.monotonic()
            with self.news:
                if found := CONVERGED.search(line):
                    self.converged.add(found[1])
                elif found := CHANGED.search(line):
                    self.first_change.setdefault(found[1], now)
                elif "level=error" in line:
                    self.errors.append(line.strip())
                self.news.notify_all()

    def put(self, name, text):
        """Writes a manifest whole; returns when it got its name."""
        part = self.folder / "part"
        part.write_text(text)
        os.rename(part, self.manifests / name)
        return time.monotonic()

    def wait(self, condition, limit):
        """Seconds until `condition()`, asked after each line of the log; None if it took longer."""
        begin = time.monotonic()
        with self.news:
            true = self.news.wait_for(lambda: condition() or self._dead(), limit)
        if self._dead():
            raise RuntimeError("fairlead ended: " + "\n".join(self.errors[-3:]))
        return time.monotonic() - begin if true else None

    def _dead(self):
        return self.process.poll() is not None

    def ready(self):
        """How many Apps the API calls Ready."""
        reply = subprocess.run(
            [self.program, "get", "apps", "-o", "json", "--state-dir", self.state],
            capture_output=True, text=True, check=True)
        return sum(_is_ready(app) for app in json.loads(reply.stdout))

    def used(self):
        pid = self.process.pid
        io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
        # What /proc/PID/stat has, but not in steps of 10 ms: clock_getcpuclockid(3).
        cpu = time.clock_gettime(~pid << 3 | 2)
        return Used(cpu, int(io["write_bytes"]), int(io["wchar"]))

    def resident(self):
        """Bytes in memory now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def inventory(self):
        """Bytes of all files of the state directory that tell what was created."""
        return sum(path.stat().st_size for path in self.state.glob("inventory*"))


def _is_ready(app):
    return any(each["type"] == "Ready" and each["status"] == "True"
               for each in app["conditions"])
