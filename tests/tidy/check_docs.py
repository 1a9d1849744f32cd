#!/usr/bin/env python3
"""Every metric and every log message is documented: docs/metrics.md, docs/logging.md."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
METRIC = re.compile(r'\{Id::\w+,\s*"([a-z_]+)"')
# A message is the first string of a log call; a conditional one is a pair of strings.
MESSAGE = re.compile(
    r'\b(?:log|log_)(?:\.|->)(?:debug|info|warn|error)\(\s*"([^"]+)"'
    r'|\blog\.log\([^"]*"([^"]+)"(?:\s*:\s*"([^"]+)")?')


def missing(names, page):
    return sorted(name for name in names if f"`{name}`" not in page)


def messages_in(text):
    return {name for match in MESSAGE.finditer(text) for name in match.groups() if name}


def self_test():
    code = 'parts_.log.warn(\n "a b", {}); log.log(bad ? kE : kW,\n bad ? "c" : "d", x);'
    assert messages_in(code) == {"a b", "c", "d"}, messages_in(code)
    assert missing({"x", "y"}, "| `x` |") == ["y"]


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
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


sys.exit(main())
