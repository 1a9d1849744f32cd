#!/usr/bin/env python3
"""Fairlead beside Docker Compose and beside bare API calls, in turns on one private engine.

One App of many services on two networks is made from nothing, one of its services is changed, and
all of it is removed. First it is found which order of bare calls, and how many at a time, makes it
soonest; then all three take turns. The time is the engine's own: from the renamed manifest, the
command or the first call, to the last start or removal that the engine tells of. Fairlead's settle
time (0.2 s) is in its times, and "less settle" is without it.

At last Fairlead is watched through a relay, for the time from an edit to its first changing call.

Needs root, and for Compose `scripts/fetch-engines compose`. Without Compose the others are measured.

Examples:
  tests/bench/compare.py --goals               # exit code 1 if a goal is missed
  tests/bench/compare.py                       # 50 services, 3 rounds; some 10 minutes
  tests/bench/compare.py --services 10 --rounds 1 --parallel 16
  tests/bench/compare.py --engine 28.5
  tests/bench/compare.py --calls calls.txt     # every call of Fairlead's cold start, with its time
"""
import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import daemon
import engine
import manifests
import raw_calls
import table

ROOT = Path(__file__).resolve().parents[2]
SETTLE = 0.2
APP = raw_calls.PREFIX
STEPS = ("cold", "change", "removal")
BARE, COMPOSE = "bare calls", "Docker Compose"
GOAL_BARE, GOAL_COMPOSE = 1.05, 1.0  # times their time, less settle
GOAL_CALL = 0.010                    # seconds after the settle time
REST = 5  # seconds before each turn


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--edits", type=int, default=10, help="changes of one service (10)")
    parser.add_argument("--parallel", type=int, nargs="+", default=[1, 4, 8, 16, 32], metavar="N",
                        help="how many bare calls at a time are tried (1 4 8 16 32)")
    parser.add_argument("--engine", default="installed", choices=("installed", "26.1", "28.5"))
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/fairlead")
    parser.add_argument("--image", type=Path, default=ROOT / "build/release/sample-image.tar")
    parser.add_argument("--folder", type=Path, default=ROOT / "build",
                        help="where engine and state are kept: a disk (build/)")
    parser.add_argument("--goals", action="store_true", help="compare with the goals")
    parser.add_argument("--calls", type=Path, metavar="FILE", help="write Fairlead's calls there")
    return parser.parse_args()


def say(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)


class Stage:
    """The engine, its events, and when what is waited for has happened."""

    def __init__(self, private, services):
        self.engine = private
        self.services = services
        self.events = engine.Events(private)

    def made(self, since):
        return self.events.wait({("container start", APP): self.services}, since) - since

    def changed(self, since):
        first = f"{APP}-s0"  # under a temporary name at first, in all three
        return self.events.wait({("container start", first): 1, ("container destroy", first): 1},
                                since) - since

    def removed(self, since):
        wanted = {("container destroy", APP): self.services, ("network destroy", APP): 2}
        try:
            return self.events.wait(wanted, since, 30) - since
        except RuntimeError as problem:
            say(f"{problem}; what the engine has kept of containers that are gone is cut off")
            with raw_calls.Raw(self.engine, 1) as raw:
                raw.cut_off()
            return self.events.wait({("container destroy", APP): self.services}, since) - since


def best_raw(stage, parallels):
    """The order and the number of calls at a time with which a cold start is soonest."""
    rows = []
    for order, phases in raw_calls.ORDERS.items():
        for parallel in parallels:
            with raw_calls.Raw(stage.engine, parallel) as raw:
                begin = time.time()
                raw.cold(stage.services, phases)
                took = stage.made(begin)
                raw.removal(stage.services)
            say(f"bare calls, {order}, {parallel} at a time: {took:.2f} s")
            rows.append((took, order, parallel))
    print(table.show(["order of bare calls"] + [f"{each} at a time, s" for each in parallels],
                     [[order] + [f"{took:.2f}" for took, its, _ in rows if its == order]
                      for order in raw_calls.ORDERS]) + "\n", flush=True)
    return min(rows)[1:]


def raw_round(stage, order, parallel, edits):
    with raw_calls.Raw(stage.engine, parallel) as raw:
        begin = time.time()
        raw.cold(stage.services, raw_calls.ORDERS[order])
        out = {"cold": stage.made(begin), "change": []}
        for edit in range(edits):
            begin = time.time()
            raw.change("s0", str(edit + 1))
            out["change"].append(stage.changed(begin))
        begin = time.time()
        raw.removal(stage.services)
        out["removal"] = stage.removed(begin)
    return out


class Compose:
    def __init__(self, stage, folder):
        self.stage = stage
        self.file = folder / "compose.yaml"
        home = engine.fetched("compose")
        self.program = next(each for each in home.rglob("docker-compose")
                            if each.is_file() and os.access(each, os.X_OK))
        self.env = {**os.environ, "DOCKER_HOST": stage.engine.host()}

    def run(self, *words):
        begin = time.time()
        subprocess.run([self.program, "-p", APP, "-f", self.file, *words], env=self.env,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return begin

    def round(self, edits):
        self.file.write_text(manifests.wide_app(self.stage.services))
        out = {"cold": self.stage.made(self.run("up", "-d")), "change": []}
        for edit in range(edits):
            self.file.write_text(manifests.wide_app(self.stage.services, edit + 1))
            out["change"].append(self.stage.changed(self.run("up", "-d")))
        out["removal"] = self.stage.removed(self.run("down"))
        return out


# Short waits before a removal: they are no part of what is measured.
QUICK_REMOVAL = ["--rescan", "0.5", "--removal-grace", "0.5"]


class Fairlead:
    """One daemon over all rounds."""

    def __init__(self, stage, program, folder, host=None):
        self.stage = stage
        self.daemon = daemon.Daemon(program, folder, ["--engine", "docker", "--docker-host",
                                                      host or stage.engine.host(), *QUICK_REMOVAL])
        self.daemon.start()
        self.program = program
        time.sleep(2)

    def put(self, version):
        begin = time.time()
        self.daemon.put(f"{APP}.yaml", manifests.wide_app(self.stage.services, version))
        return begin

    def settled(self):
        """Waits for the passes that follow a change: the next measure must not meet them."""
        self.daemon.wait(lambda: APP in self.daemon.converged, 60)
        self.daemon.converged.discard(APP)

    def cold(self):
        took = self.stage.made(self.put(0))
        self.settled()
        return took

    def change(self, version):
        took = self.stage.changed(self.put(version))
        self.settled()
        return took

    def removal(self):
        """From consent to a removal that was held back only for want of it."""
        (self.daemon.manifests / f"{APP}.yaml").unlink()
        time.sleep(4)  # three readings, and the grace
        begin = time.time()
        subprocess.run([self.program, "prune", "--confirm", "--state-dir", self.daemon.state, APP],
                       check=True, stdout=subprocess.DEVNULL)
        try:
            took = self.stage.removed(begin)
        except RuntimeError as problem:
            raise RuntimeError("\n".join([str(problem), *self.daemon.errors[-3:]])) from None
        time.sleep(1)
        return took

    def round(self, edits):
        return {"cold": self.cold(), "change": [self.change(edit + 1) for edit in range(edits)],
                "removal": self.removal()}


def first_calls(stage, options, folder):
    """Seconds from each edit to the first call that changes something."""
    relay = engine.Relay(stage.engine)
    watched = Fairlead(stage, options.program, folder, relay.host())
    try:
        begin = time.time()
        watched.cold()
        if options.calls:
            write_calls(options.calls, [each for each in relay.calls if each[0] >= begin], begin)
        waits = []
        for edit in range(options.edits):
            renamed = watched.put(edit + 1)
            stage.changed(renamed)
            watched.settled()
            waits.append(relay.first_mutation(renamed) - renamed)
        watched.removal()
    finally:
        watched.daemon.__exit__()
    return waits


def write_calls(path, calls, begin):
    with open(path, "w") as out:
        for start, end, method, target in sorted(calls):
            out.write(f"{(start - begin) * 1e3:8.0f} ms {(end - start) * 1e3:6.0f} ms  "
                      f"{method:6} {target}\n")


def median(rounds, step):
    """Of all rounds; a step that was done several times counts each time."""
    values = [each[step] for each in rounds]
    return statistics.median(sum(values, []) if isinstance(values[0], list) else values)


def ratios(results, name):
    """Of Fairlead's times less its settle time, by step. A removal waits for no file."""
    return {step: (median(results["Fairlead"], step) - (0 if step == "removal" else SETTLE))
                  / median(results[name], step) for step in STEPS}


def print_comparison(results):
    others = [name for name in results if name != "Fairlead"]
    rows = [[name] + [f"{median(rounds, step):.2f} s" for step in STEPS]
            for name, rounds in results.items()]
    for name in others:
        rows.append([f"Fairlead / {name}"] + [
            f"{median(results['Fairlead'], step) / median(results[name], step):.2f}"
            for step in STEPS])
        rows.append(["the same, less settle"] + [f"{each:.2f}"
                                                 for each in ratios(results, name).values()])
    print(table.show(["median of all rounds", *STEPS], rows))


def goals(results, waits):
    """(what, measured, wanted, reached)."""
    out = []
    for name, most in ((BARE, GOAL_BARE), (COMPOSE, GOAL_COMPOSE)):
        for step, ratio in ratios(results, name).items() if name in results else ():
            out.append((f"{step}, to {name}, less settle", f"{ratio:.2f}", f"≤ {most:.2f}",
                        ratio <= most))
    call = statistics.median(waits)
    out.append(("edit to first call, less settle", f"{call * 1e3:.0f} ms",
                f"≤ {GOAL_CALL * 1e3:.0f} ms", call <= GOAL_CALL))
    return out


def compare(options, stage):
    order, parallel = best_raw(stage, options.parallel)
    print(f"Compared with: {order}, {parallel} at a time.\n", flush=True)
    fairlead = Fairlead(stage, options.program, options.folder)
    turns = {"Fairlead": fairlead.round,
             BARE: lambda edits: raw_round(stage, order, parallel, edits)}
    try:
        turns[COMPOSE] = Compose(stage, fairlead.daemon.folder).round
    except RuntimeError as problem:
        say(f"without Docker Compose: {problem}")
    results = {name: [] for name in turns}
    try:
        names = list(turns)
        for number in range(options.rounds):
            # Not always after the same one: what it removed, the kernel takes apart for seconds.
            first = number % len(names)
            for name in names[first:] + names[:first]:
                time.sleep(REST)
                results[name].append(turns[name](options.edits))
                took = {step: median(results[name][-1:], step) for step in STEPS}
                say(f"round {number + 1}, {name}: " +
                    ", ".join(f"{step} {value:.2f} s" for step, value in took.items()))
        resident = fairlead.daemon.resident()
    finally:
        fairlead.daemon.__exit__()
    print_comparison(results)
    print(f"\nFairlead's memory at the end: {resident / 1e6:.1f} MB")
    return results


def main():
    options = arguments()
    if os.geteuid() != 0:
        sys.exit("compare: a private engine needs root")
    options.folder.mkdir(parents=True, exist_ok=True)
    with engine.PrivateEngine(options.folder, options.image, options.engine) as private:
        print(f"{options.services} services on two networks; Docker Engine "
              f"{private.version['Version']}, API {private.version['ApiVersion']}\n", flush=True)
        stage = Stage(private, options.services)
        results = compare(options, stage)
        waits = [each - SETTLE for each in first_calls(stage, options, options.folder)]
        print(f"First call after an edit, less settle: median {statistics.median(waits) * 1e3:.0f} "
              f"ms, most {max(waits) * 1e3:.0f} ms")
    if not options.goals:
        return 0
    return table.show_goals(goals(results, waits))


if __name__ == "__main__":
    sys.exit(main())
