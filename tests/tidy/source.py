"""What the checks in this folder share: finding sources, blanking comments, the command line."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["base", "model", "watch", "docker", "controller", "metrics", "api", "cmd"]


def files(folders):
    """Every .h and .cpp below `folders`, as paths relative to the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path.relative_to(ROOT)


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def blank(text):
    """`text` without comments and literals; every line keeps its number."""

    def replace(match):
        token = match.group(0)
        kept = "\n" * token.count("\n")
        return kept if token.startswith("/") else '""' + kept

    return _TOKEN.sub(replace, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def main(check, folders, bad, good):
    """Runs `check(path, text) -> [(line, message)]` on the tree, or on its own samples.

    `bad` is a list of (path, text) that must be reported, `good` one that must not.
    """
    if sys.argv[1:] == ["--self-test"]:
        missed = [text for path, text in bad if not check(Path(path), text)]
        wrong = [(text, check(Path(path), text)) for path, text in good if check(Path(path), text)]
        for text in missed:
            print(f"not caught:\n{text}")
        for text, problems in wrong:
            print(f"wrongly reported {problems}:\n{text}")
        sys.exit(1 if missed or wrong else 0)
    found = 0
    seen = 0
    for path in files(folders):
        seen += 1
        for line, message in check(path, (ROOT / path).read_text()):
            print(f"{path}:{line}: {message}")
            found += 1
    if seen == 0:
        print("no sources found")
    sys.exit(1 if found or seen == 0 else 0)
