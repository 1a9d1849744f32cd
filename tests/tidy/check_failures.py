"""What comments cite by number stands in docs/failures.md, and what stands there is cited.

`F001`, `W17`, ranges too (`F081–F084`, `W1…W30`). Other papers than those of the tree are not named.
"""

import re
import sys

import source

CITED = re.compile(r"\b([FW])(\d{1,3})\b(?:[–…][FW]?(\d{1,3})\b)?")
ENTRY = re.compile(r"^\| ([FW]\d{1,3}) \|", re.M)
NOT_CITED = re.compile(r"# noqa: .*")
ELSEWHERE = re.compile(r"\b(?:DESIGN|STYLE)\b|\b(?:balena|compose|incidents|faults-found)\.md\b|Appendix")
PAGE = "docs/failures.md"
FOLDERS = source.ROOMS + ["tests", "packaging", "scripts", ".ci"]
SUFFIXES = (".h", ".cpp", ".py", ".sh", ".cmake", ".txt", "")


def cited(text):
    """{number} of all that `text` cites, ranges with all between."""
    numbers = set()
    for letter, first, last in CITED.findall(NOT_CITED.sub("", text)):
        digits = len(first)
        numbers |= {f"{letter}{number:0{digits}}" for number in range(int(first), int(last or first) + 1)}
    return numbers


def problems_of(texts, page):
    """`texts`: path → text."""
    entries = set(ENTRY.findall(page))
    everywhere = set()
    for path, text in texts.items():
        for line, each in enumerate(text.splitlines(), 1):
            numbers = cited(each)
            everywhere |= numbers
            for number in sorted(numbers - entries):
                yield f"{path}:{line}: {PAGE} does not explain {number}"
            if match := ELSEWHERE.search(each):
                yield f"{path}:{line}: {match.group()} is nowhere in the tree: say it in words"
    for number in sorted(entries - everywhere):
        yield f"{PAGE}: nothing cites {number}"


def self_test():
    page = "| F001 | x |\n| F002 | x |\n| F003 | x |\n| W1 | x |\n| W2 | x |\n"
    good = {"a.h": "// x (F001–F003)\n", "b.py": "import x  # noqa: F401\n# W1…W2 and UTF8\n"}
    assert not list(problems_of(good, page)), list(problems_of(good, page))
    for bad in ("// (F004)\n", "// W3\n", "// F003–F005\n", '// (DESIGN "Deleting")\n',
                "// compose.md §1.4\n", "// F001, Appendix A\n"):
        assert list(problems_of({**good, "c.cpp": bad}, page)), f"not caught: {bad}"
    assert list(problems_of({"a.h": "// F001–F003, W1\n"}, page)) == [f"{PAGE}: nothing cites W2"]


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    texts = {path.relative_to(source.ROOT): path.read_text()
             for folder in FOLDERS for path in sorted((source.ROOT / folder).rglob("*"))
             if path.is_file() and path.suffix in SUFFIXES and path.name != "check_failures.py"}
    assert len(texts) > 300, "the sources are no longer found"
    problems = list(problems_of(texts, (source.ROOT / PAGE).read_text()))
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
