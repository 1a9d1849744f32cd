#!/usr/bin/env python3
"""Every hostile manifest of table.py gets the verdict that the table gives it, from the program.

Usage: run_hostile.py FAIRLEAD [--list]

All go through `fairlead validate` in one run, and through `fairlead plan --offline` on the engine
in memory: both must agree on what the policy denies. No byte that a terminal would obey may come
out of either.
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

from rows import ROWS
import table  # it fills ROWS

LEAST = 300
LINE = re.compile(r"m/(?P<row>r\d{4})[./][^:\n]*:\d+:\d+: error: (?P<text>.*)")
WHOLE_FILE = re.compile(r"error: m/(?P<row>r\d{4})\.yaml: (?P<text>.*)")
# Between Apps: not what a row is about, with hundreds of them in one directory.
BETWEEN = re.compile(r"(DuplicateApp|NameTaken|PortConflict|SubnetOverlap): ")
UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                   "\ufeff\U000e0000-\U000e007f]")


def manifest_of(number, text):
    """With its own name and the paths of its files."""
    name = f"r{number:04}"
    for file in ROWS[number][4]:
        text = text.replace(file, f"{name}/{file}")
    return text.replace("NAME", name)


def write(path, content):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(content)


def lay_out(root):
    for number, (_, text, _, _, files) in enumerate(ROWS):
        row = f"r{number:04}"
        write(os.path.join(root, f"{row}.yaml"), manifest_of(number, text))
        for name, content in files.items():
            if name == "override":
                write(os.path.join(root, f"{row}.override.yaml"), content)
            else:
                os.makedirs(os.path.join(root, row), exist_ok=True)
                write(os.path.join(root, row, name), content)
    write(os.path.join(root, ".env"), f"ENV_PRIVILEGED=true\nENV_LONG={'y' * 1000}\n")


def run(command, root):
    done = subprocess.run(command, capture_output=True, cwd=root, timeout=120,
                          env={"PATH": os.environ["PATH"], "HOME": root, "XDG_STATE_HOME": root})
    out, err = (bytes_.decode("utf-8", "strict") for bytes_ in (done.stdout, done.stderr))
    return done.returncode, out, err


def unfit(what, text):
    found = UNFIT.search(text)
    return [] if found is None else [
        f"{what}: {found.group()!r} reaches the terminal: "
        f"{text[max(0, found.start() - 60):found.end() + 20]!r}"]


def verdict(number, errors, denials):
    """What is wrong with what the program said of one row; nothing if all is as the table says."""
    family, text, wanted, words, _ = ROWS[number]
    where = f"r{number:04} {family} {text[:100]!r}"
    if wanted == "harmless" and (errors or denials):
        return [f"{where}: wanted harmless, got {(errors + denials)[0]}"]
    if wanted == "refused" and not any(words in each for each in errors):
        return [f"{where}: wanted refused ({words}), got {(errors + denials + ['nothing'])[0]}"]
    if wanted == "denied":
        rule = f"`{words}`" if words else "policy"
        if errors or not any(rule in each for each in denials):
            return [f"{where}: wanted denied ({words}), got {(errors + denials + ['nothing'])[0]}"]
    return []


def by_validate(fairlead, root):
    # In one run: a bomb that hangs or ends the program fails them all.
    code, out, err = run([fairlead, "validate", "--policy", "none.yaml", "m"], root)
    problems = unfit("validate", out) + unfit("validate", err)
    if code != 1:
        problems.append(f"validate ended with {code}: {err[-500:]}")
    errors, denials = collections.defaultdict(list), collections.defaultdict(list)
    for line in err.split("\n"):
        match = LINE.match(line) or WHOLE_FILE.match(line)
        if not match or BETWEEN.match(match["text"]):
            continue
        denied = match["text"].startswith("PolicyDenied: ")
        (denials if denied else errors)[match["row"]].append(match["text"])
    for number in range(len(ROWS)):
        row = f"r{number:04}"
        problems += verdict(number, errors[row], denials[row])
    return problems


def by_plan(fairlead, root):
    code, out, err = run([fairlead, "plan", "--offline", "--engine", "embedded", "-o", "json",
                          "--manifests", "m", "--policy", "none.yaml"], root)
    problems = unfit("plan", out) + unfit("plan", err)
    if code != 0:
        return problems + [f"plan ended with {code}: {err[-500:]}"]
    denied = {each["app"] for each in json.loads(out)
              if any(refusal["reason"] == "PolicyDenied" for refusal in each["refusals"])}
    planned = {each["app"] for each in json.loads(out)}
    for number, (family, text, wanted, _, _) in enumerate(ROWS):
        name = f"r{number:04}"
        where = f"{name} {family} {text[:100]!r}"
        if wanted == "denied" and name not in denied:
            problems.append(f"{where}: `plan` does not deny it")
        if wanted != "denied" and name in denied:
            problems.append(f"{where}: `plan` denies it")
        if wanted == "refused" and name in planned:
            problems.append(f"{where}: `plan` would run it")
    return problems


def main():
    if "--list" in sys.argv:
        for family, text, wanted, words, _ in ROWS:
            print(f"{family:13} {wanted:9} {words:18} {text[:100]!r}")
        return 0
    fairlead = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(os.path.join(root, "m"))
        lay_out(os.path.join(root, "m"))
        descriptor = os.open(os.path.join(root, "none.yaml"), os.O_CREAT | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("apiVersion: fairlead.dev/v1\nkind: Policy\nallow: []\n")
        problems = by_validate(fairlead, root) + by_plan(fairlead, root)
    for line in problems:
        print(line)
    counts = collections.Counter(wanted for _, _, wanted, _, _ in ROWS)
    print(f"{len(ROWS)} manifests ({dict(counts)}), {len(problems)} problems")
    return 1 if problems or len(ROWS) < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
