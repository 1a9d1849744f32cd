#!/usr/bin/env python3
"""Every metric, log message and stage of CI is documented.

In docs/metrics.md, docs/logging.md, docs/ci-budget.md; and the last holds no stage that is gone.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
METRIC = re.compile(r'\{Id::\w+,\s*"([a-z_]+)"')
# A message is the first string of a log call; a conditional one is a pair of strings.
MESSAGE = re.compile(
    r'\b(?:log|log_)(?:\.|->)(?:debug|info|warn|error)\(\s*"([^"]+)"'
    r'|\blog\.log\([^"]*"([^"]+)"(?:\s*:\s*"([^"]+)")?')

STAGE = re.compile(r'^stage "([^"]+)"', re.M)
ROW = re.compile(r"^\| ([^|]+?) \| (?:[0-9.]+|–) \|", re.M)


def missing(names, page):
    return sorted(name for name in names if f"`{name}`" not in page)


def messages_in(text):
    return {name for match in MESSAGE.finditer(text) for name in match.groups() if name}


def stage_problems(scripts, page):
    stages, rows = set(STAGE.findall(scripts)), set(ROW.findall(page))
    return ([f"docs/ci-budget.md: no line for the stage {name}" for name in sorted(stages - rows)] +
            [f"docs/ci-budget.md: no stage is called {name}" for name in sorted(rows - stages)])


def self_test():
    code = 'parts_.log.warn(\n "a b", {}); log.log(bad ? kE : kW,\n bad ? "c" : "d", x);'
    assert messages_in(code) == {"a b", "c", "d"}, messages_in(code)
    assert missing({"x", "y"}, "| `x` |") == ["y"]
    assert stage_problems('stage "a b" run\n', "| Stage | Minutes |\n|---|---|\n| a b | 2 | x |\n") == []
    assert len(stage_problems('stage "a"\nstage "b"\n', "| b | – | x |\n| c | 1.5 | x |\n")) == 2


def main():
    if "--self-test" in sys.argv:
        return self_test()
    metrics = set(METRIC.findall((ROOT / "metrics/catalogue.cpp").read_text()))
    messages = set()
    for room in ("watch", "docker", "controller", "metrics", "api", "cmd"):
        for source in (ROOT / room).rglob("*.cpp"):
            messages |= messages_in(source.read_text())
    assert len(metrics) > 50 and len(messages) > 20, "the patterns no longer find them"
    problems = [f"docs/metrics.md: `{name}` is missing"
                for name in missing(metrics, (ROOT / "docs/metrics.md").read_text())]
    problems += [f"docs/logging.md: `{name}` is missing"
                 for name in missing(messages, (ROOT / "docs/logging.md").read_text())]
    scripts = (ROOT / ".ci/run").read_text() + (ROOT / ".ci/full").read_text()
    assert len(STAGE.findall(scripts)) > 10, "the stages are no longer found"
    problems += stage_problems(scripts, (ROOT / "docs/ci-budget.md").read_text())
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


sys.exit(main())
