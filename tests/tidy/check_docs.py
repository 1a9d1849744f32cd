#!/usr/bin/env python3
"""Every metric, log message and stage of CI is documented, and what documents name exists.

In docs/metrics.md, docs/logging.md, docs/ci-budget.md; and the last holds no stage that is gone.
The paths in ARCHITECTURE.md and the other documents about the tree are there, and a newcomer's
question is answered by two of them at most.
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

# Documents about the tree: what they name in backticks or link to must be there.
TREE_PAGES = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "docs/decisions/*.md"]
QUOTED = re.compile(r"`([\w.*-]+(?:/[\w.*-]+)*/?)`")
FILE = re.compile(r"\.(?:h|cpp|py|md|sh|yaml|json)$")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
QUESTIONS = re.compile(r"^## Where is .*?(?=^## |\Z)", re.M | re.S)
MOST_ANSWERS = 2


def paths_in(line):
    return [each for each in QUOTED.findall(line)
            if ("/" in each or FILE.search(each)) and not each.startswith("build/")]


def exists(folder, path):
    return any(folder.glob(path)) if "*" in path else (folder / path).exists()


def dead_paths(page, text, root):
    """Paths that `text` names and that are not there. In a table they may be of the row's folder."""
    problems = []
    for line in FENCE.sub("", text).splitlines():
        paths = paths_in(line)
        folder = root / next((each for each in paths if each.endswith("/")), "")
        problems += [f"{page}: there is no {each}" for each in paths
                     if not exists(root, each) and not exists(folder, each)]
        problems += [f"{page}: there is no {each}" for each in LINK.findall(line)
                     if not exists((root / page).parent, each)]
    return problems


def question_problems(text):
    rows = [line for section in QUESTIONS.findall(text) for line in section.splitlines()
            if line.startswith("| ") and "?" in line]
    if not rows:
        return ["ARCHITECTURE.md: no question is answered"]
    return [f"ARCHITECTURE.md: answered by {len(paths_in(row))} paths, not one or two: {row}"
            for row in rows if not 1 <= len(paths_in(row)) <= MOST_ANSWERS]


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
    page = "`base/` `result.h` [b](base) `word` `build/x`\n```\n`gone/a.h`\n```\n`tests/tidy/*.py`\n"
    assert dead_paths("A.md", page, ROOT) == [], dead_paths("A.md", page, ROOT)
    for gone in ("`base/gone.h`", "`base/` and `gone.h`", "[x](gone.md#y)", "`gone/*.h`", "`result.h`"):
        assert len(dead_paths("A.md", gone, ROOT)) == 1, gone
    assert dead_paths("docs/A.md", "[m](metrics.md), [r](../README.md#x), `base/`", ROOT) == []
    head = "## Where is …\n\n| Question | Answer |\n"
    assert question_problems(head + "| a? | `a/b.h`, `c.h` |\n## Next\n| b? | – |") == []
    for row in ("| a? | somewhere |", "| a? | `a.h`, `b.h`, `c.h` |", ""):
        assert len(question_problems(head + row)) == 1, row


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
    pages = [page for name in TREE_PAGES for page in sorted(ROOT.glob(name))]
    assert len(pages) > len(TREE_PAGES), "the documents are no longer found"
    for page in pages:
        problems += dead_paths(str(page.relative_to(ROOT)), page.read_text(), ROOT)
    problems += question_problems((ROOT / "ARCHITECTURE.md").read_text())
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


sys.exit(main())
