#!/usr/bin/env python3
"""What Fairlead costs with N Apps of two services and two networks each, on the embedded engine.

For each N: a start from nothing until every App is Ready; rest; one changed file at a time. The
engine is a model in the same process and is measured with it. Processor time and bytes are the
kernel's counts of that process, so other load on the machine changes them little; seconds and the
time to the first call it does change.

The table ends with the growth of each number per doubling of N: 1 is none, 2 as N, 4 as N squared.

Examples:
  tests/bench/cost.py                        # N = 10 100 200 500 1000 2000; 10 to 30 minutes
  tests/bench/cost.py --apps 10 100 --rest 20
  tests/bench/cost.py --goals                # exit code 1 if a goal is missed
  tests/bench/cost.py --json out.json        # the numbers, for other programs
"""
import argparse
import json
import math
import sys
import tempfile
import time
from pathlib import Path

import daemon
import manifests
import table

ROOT = Path(__file__).resolve().parents[2]
SETTLE = 0.2  # seconds: the daemon's default
MEGA, MILLI = 1e6, 1e-3

# Key, head, unit. In the order of the table.
COLUMNS = [
    ("start_s", "start s", 1),
    ("start_cpu", "start CPU s", 1),
    ("start_disk", "start to disk MB", MEGA),
    ("start_written", "start write() MB", MEGA),
    ("inventory", "inventory MB", MEGA),
    ("resident", "RSS MB", MEGA),
    ("rest_percent", "rest % of a core", 1),
    ("rest_disk", "rest to disk MB", MEGA),
    ("call_s", "edit to first change ms", MILLI),
    ("change_cpu", "CPU per change ms", MILLI),
    ("change_disk", "change to disk kB", 1e3),
]
CALL_SLACK = 0.010  # seconds over the settle time


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, nargs="+", metavar="N",
                        default=[10, 100, 200, 500, 1000, 2000])
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/fairlead")
    parser.add_argument("--rest", type=float, default=40, metavar="SECONDS",
                        help="how long rest, and then changes, are watched (40: four resyncs)")
    parser.add_argument("--limit", type=float, default=300, metavar="SECONDS",
                        help="a start that takes longer is given up, and so is N (300)")
    parser.add_argument("--folder", type=Path, default=ROOT / "build",
                        help="where the state is kept: a disk, no tmpfs (build/)")
    parser.add_argument("--goals", action="store_true", help="compare with the goals")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    return parser.parse_args()


def say(text):
    print(f"cost: {text}", file=sys.stderr, flush=True)


def start(running, apps, limit):
    """Adds what the start cost; False if not all were Ready in time."""
    for number in range(apps):
        running.put(f"{manifests.name_of(number)}.yaml", manifests.small_app(number))
    begin = time.monotonic()
    running.start()
    took = running.wait(lambda: len(running.converged) == apps, limit)
    used = running.used()
    row = {"apps": apps, "start_s": took, "start_cpu": used.cpu, "start_disk": used.disk,
           "start_written": used.written, "inventory": running.inventory()}
    if took is None:
        row["given_up"] = f"{len(running.converged)} of {apps} Ready after {limit:.0f} s"
        return row
    row["start_s"] = time.monotonic() - begin
    if running.ready() != apps:
        raise RuntimeError(f"{running.ready()} of {apps} Apps are Ready, and all have converged")
    return row


def rest(running, seconds):
    # A whole resync interval: the passes that follow convergence are over by then.
    time.sleep(min(seconds, 10))
    before = running.used()
    time.sleep(seconds)
    after = running.used()
    return {"rest_percent": 100 * (after.cpu - before.cpu) / seconds,
            "rest_disk": after.disk - before.disk, "resident": running.resident()}


def one_change(running, number, version):
    """Seconds from the rename of a changed file to the line that its first change has been made."""
    app = manifests.name_of(number)
    with running.news:
        running.first_change.pop(app, None)
        running.converged.discard(app)
    renamed = running.put(f"{app}.yaml", manifests.small_app(number, version))
    if running.wait(lambda: app in running.converged, 60) is None:
        raise RuntimeError(f"{app} did not converge within 60 s of its change")
    return running.first_change[app] - renamed


def changes(running, apps, seconds, resting):
    """One changed file a second. What rest costs over the same time is taken off."""
    begin, before = time.monotonic(), running.used()
    calls = []
    while time.monotonic() - begin < seconds:
        calls.append(one_change(running, len(calls) % apps, len(calls) // apps + 1))
        time.sleep(max(0.0, begin + len(calls) - time.monotonic()))
    after, took = running.used(), time.monotonic() - begin
    at_rest = resting["rest_percent"] / 100 * took
    disk_at_rest = resting["rest_disk"] * took / seconds
    return {"call_s": sorted(calls)[len(calls) // 2], "calls": len(calls),
            "change_cpu": (after.cpu - before.cpu - at_rest) / len(calls),
            "change_disk": (after.disk - before.disk - disk_at_rest) / len(calls)}


def measure(options, apps, folder):
    with daemon.Daemon(options.program, folder, ["--engine", "embedded"]) as running:
        say(f"{apps} Apps: start")
        row = start(running, apps, options.limit)
        if "given_up" in row:
            row["resident"] = running.resident()
            say(row["given_up"])
            return row
        say(f"{apps} Apps: Ready after {row['start_s']:.1f} s; rest for {options.rest:.0f} s")
        row |= rest(running, options.rest)
        say(f"{apps} Apps: changes for {options.rest:.0f} s")
        return row | changes(running, apps, options.rest, row)


def growth(less, more, key):
    """Factor per doubling of N, or None."""
    a, b = less.get(key), more.get(key)
    if not a or not b or a <= 0 or b <= 0 or "given_up" in less or "given_up" in more:
        return None
    return (b / a) ** (1 / math.log2(more["apps"] / less["apps"]))


def print_table(rows):
    heads = ["Apps"] + [head for _, head, _ in COLUMNS]
    lines = [[row["apps"]] + [table.number(row.get(key), unit) for key, _, unit in COLUMNS]
             for row in rows]
    for less, more in zip(rows, rows[1:]):
        ratios = [table.number(growth(less, more, key)) for key, _, _ in COLUMNS]
        lines.append([f"{less['apps']} → {more['apps']}, per doubling"] + ratios)
    print(table.show(heads, lines))
    for row in rows:
        if "given_up" in row:
            print(f"\n{row['apps']} Apps: given up: {row['given_up']}. Its numbers are those until then.")


def goals(rows):
    """(what, measured, wanted, reached) for the smallest and the largest N."""
    small, large = rows[0], rows[-1]
    if "given_up" in large:
        return [(f"{large['apps']} Apps are Ready in time", large["given_up"], "all", False)]
    most = f"at {large['apps']} Apps"
    out = []

    def at_most(what, value, wanted, unit, name):
        out.append((f"{what} {most}", f"{value / unit:.3g} {name}", f"< {wanted / unit:g} {name}",
                    value < wanted))

    at_most("the start writes", large["start_disk"], 20 * MEGA, MEGA, "MB")
    at_most("at rest", large["rest_percent"], 0.5, 1, "% of a core")
    at_most("in memory", large["resident"], 60 * MEGA, MEGA, "MB")
    for row in (small, large):
        out.append((f"edit to first change at {row['apps']} Apps", f"{row['call_s'] * 1e3:.0f} ms",
                    f"≤ {(SETTLE + CALL_SLACK) * 1e3:.0f} ms",
                    row["call_s"] <= SETTLE + CALL_SLACK))
    for key, what in (("change_cpu", "processor time per change"), ("call_s", "edit to first change")):
        ratio = large[key] / small[key] if small[key] > 0 else math.inf
        out.append((f"{what}, {large['apps']} to {small['apps']} Apps", f"{ratio:.2f}",
                    "0.8 to 1.2", 0.8 <= ratio <= 1.2))
    return out


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="cost-", dir=options.folder) as folder:
        for apps in sorted(options.apps):
            rows.append(measure(options, apps, folder))
    print_table(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    if not options.goals:
        return 0
    return table.show_goals(goals(rows))


if __name__ == "__main__":
    sys.exit(main())
