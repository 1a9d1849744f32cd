#!/usr/bin/env python3
"""Two sources of a folder give one name one meaning, so that the folder compiles as one unit too.

The sanitizer build is such a unity build: anonymous namespaces of one folder become one there. What
two sources need alike belongs in a header; what differs deserves two names. Overloads are allowed.
"""

import re
import sys
from pathlib import Path

import source

FOLDERS = source.ROOMS + ["tests"]
DEFINITIONS = [
    re.compile(r"^(?:struct|class|enum class|enum) (\w+)[^;]*\{", re.M),
    re.compile(r"^using (\w+) =", re.M),
    re.compile(r"^(?:static |inline )?(?:const|constexpr|constinit)\b[^\n=({]*?\b(k[A-Z]\w*)(?:\[|\s*=|\{)",
               re.M),
    # A function: its name with the types of its parameters, or what stands for them.
    re.compile(r"^(?!using|struct|class|enum|namespace|template|TEST|INSTANTIATE|#)"
               r"\w[\w:<>*&, ]*?[ *&](\w+\([^()]*\))(?: const)?(?: noexcept)? \{", re.M),
]
ALIAS = re.compile(r"^using \w+ = .*$|^namespace \w+ = .*$", re.M)


def anonymous(text):
    """The parts of `text` inside anonymous namespaces, as the house format lays them out."""
    return "\n".join(re.findall(r"^namespace \{\n(.*?)^\}  // namespace$", text, re.M | re.S))


def without_names(parameters):
    """`f(const A& a, int b = 1)` → `f(A,int)`."""
    name, inner = parameters[:-1].split("(", 1)
    types = []
    for each in re.split(r",(?![^<]*>)", inner):
        each = re.sub(r"\s*=.*", "", each.strip())
        each = re.sub(r"\s*\b\w+$", "", each) if " " in each else each
        # By value or by reference, by this alias of a namespace or that: a call can't tell.
        types.append(re.sub(r"\bconst\b|\w+::|[&\s]", "", each))
    return f"{name}({','.join(types)})"


def names(text):
    """Name → the text that defines it; an alias that says the same twice is no clash."""
    inner = source.blank(anonymous(text))
    aliases = {line for line in ALIAS.findall(inner)}
    found = {}
    for pattern in DEFINITIONS:
        for match in pattern.finditer(inner):
            name = match.group(1)
            if "(" in name:
                name = without_names(re.sub(r"\s+", " ", name))
            line = inner[match.start():].split("\n", 1)[0]
            found[name] = line if line in aliases else None
    return found


def unit_of(path):
    """What is compiled as one unit: a room with its inner rooms, a folder of the tests."""
    return path.parts[:2] if path.parts[0] in ("tests", "cmd", "packaging") else path.parts[:1]


def clashes(sources):
    """(path, message) for each name that a source of the same unit defines as well."""
    owners = {}
    for path, text in sources:
        for name, line in names(text).items():
            first, its_line = owners.setdefault((unit_of(path), name), (path, line))
            if first != path and (line is None or line != its_line):
                yield path, f"{name} means something else in {first.name}"


def self_test():
    def sample(*bodies):
        return list(clashes([(Path(f"base/{n}.cpp"), "namespace {\n" + body + "}  // namespace\n")
                             for n, body in enumerate(bodies)]))

    bad = [
        ("struct A {\n};\n", "struct A {\n  int b;\n};\n"),
        ("constexpr int kA = 1;\n", "constexpr const char* kA[] = {};\n"),
        ("using S = int;\n", "using S = long;\n"),
        ("int f(const A& a) {\n}\n", "long f(const A& b) {\n}\n"),
        ("void f() {\n}\n", "std::string f() {\n}\n"),
        ("void f(const A& a) {\n}\n", "void f(A a) {\n}\n"),
    ]
    good = [
        ("struct A {\n};\n", "struct B {\n};\n"),
        ("using S = int;\n", "using S = int;\n"),
        ("int f(const A& a) {\n}\n", "int f(const B& b) {\n}\n"),
        ("void f() {\n  const int kA = 1;\n}\n", "void g() {\n  const int kA = 2;\n}\n"),
        ("// struct A {\n", "struct A {\n};\n"),
    ]
    for pair in bad:
        assert sample(*pair), f"not caught: {pair}"
    inner = [(Path(f"model/{n}/x.cpp"), "namespace {\nvoid f() {\n}\n}  // namespace\n")
             for n in ("yaml", "load")]
    assert list(clashes(inner)), "inner rooms are one unit, too"
    for pair in good:
        assert not sample(*pair), f"wrongly reported: {sample(*pair)}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    sources = [(path, (source.ROOT / path).read_text())
               for path in source.files(FOLDERS) if path.suffix == ".cpp"]
    assert len(sources) > 100, "the sources are no longer found"
    problems = [f"{path}: {message}" for path, message in clashes(sources)]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
