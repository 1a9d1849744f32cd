"""No file over 500 lines, no function over 60."""

import re

import source

FILE_LINES = 500
FUNCTION_LINES = 60
NOT_A_FUNCTION = re.compile(r"\b(?:namespace|class|struct|union|enum)\b[^()]*$|\bextern\s*\"\"\s*$")


def code_of(text):
    """`text` without comments, literals and directives; every line keeps its number."""
    return re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group().count("\n"),
                  source.blank(text), flags=re.MULTILINE)


def functions(code):
    """(first line, last line) of each outermost function, by the depth of braces."""
    inside = []  # one entry per open brace: the offset where a function began, or None
    head = 0
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        if match.group() == "{":
            text = code[head:at]
            in_function = any(begin is not None for begin in inside)
            starts = "(" in text and not in_function and not NOT_A_FUNCTION.search(text)
            begin = head + len(text) - len(text.lstrip())
            inside.append(begin if starts else None)
        elif match.group() == "}" and inside:
            begin = inside.pop()
            if begin is not None:
                yield source.line_of(code, begin), source.line_of(code, at)
        head = match.end()


def check(path, text):
    problems = []
    lines = text.count("\n")
    if lines > FILE_LINES:
        problems.append((1, f"{lines} lines; at most {FILE_LINES}: split by meaning"))
    for first, last in functions(code_of(text)):
        size = last - first + 1
        if size > FUNCTION_LINES:
            problems.append((first, f"function of {size} lines; at most {FUNCTION_LINES}"))
    return problems


def long_function(lines):
    return "namespace a {\nint f(int x) {\n" + "  ++x;\n" * (lines - 2) + "}\n}  // namespace a\n"


BAD = [
    ("a.cpp", long_function(61)),
    ("a.cpp", "int x;\n" * 501),
    ("a.cpp", "struct S {\n  S() : a_(1) {\n" + "    go();\n" * 60 + "  }\n};\n"),
    ("a.cpp", "TEST(A, B) {\n  if (x) {\n" + "    go();\n" * 60 + "  }\n}\n"),
]
GOOD = [
    ("a.cpp", long_function(60)),
    ("a.cpp", "int x;\n" * 500),
    ("a.cpp", "struct S {\n" + "  int f() { return 1; }\n" * 70 + "};\n"),
    ("a.cpp", "const int table[] = {\n" + "  1,\n" * 100 + "};\n"),
]

if __name__ == "__main__":
    source.main(check, source.ROOMS + ["tests", "packaging"], BAD, GOOD)
