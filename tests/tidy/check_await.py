"""GCC 12 miscompiles many uses of co_await; only three forms are allowed.

co_await may be a whole statement, the sole initialiser of a named variable (if-init included), or
follow co_return. Its operand holds no brace, no capturing lambda and no second co_await. A lambda
that is itself a coroutine captures nothing, and asio::detached (it swallows exceptions) is banned.
"""

import re

import source

WORD = re.compile(r"\bco_await\b")
TYPE = r"(?:const\s+)?[A-Za-z_][\w:]*(?:<[^;{}]*>)?\s*(?:const\s*)?[&*]*"
BEFORE = re.compile(
    r"^(?:else\s+)?(?:"
    r"(?:\(void\)\s*)?|co_return\s*|"
    rf"(?:if\s*\(\s*)?{TYPE}\s*(?:\s[A-Za-z_]\w*|[&*]\s*[A-Za-z_]\w*|\[[\w\s,]+\])\s*=\s*"
    r")$"
)
# `if (…) statement`, `for (…) statement`: what stands before the statement itself.
HEAD = re.compile(r"^(?:else\s+)?(?:if|for|while)\s*(?:constexpr\s*)?\(")


def skip_head(text):
    """`text` without a leading `if (…)`, when that parenthesis is closed."""
    match = HEAD.match(text)
    while match:
        depth = 0
        for at in range(match.end() - 1, len(text)):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            if depth == 0:
                break
        else:
            return text
        text = text[at + 1 :].strip()
        match = HEAD.match(text)
    return text


def statement_before(text, at):
    """What stands between the start of the statement and `at`."""
    start = at
    depth = 0
    while start > 0:
        character = text[start - 1]
        if character == ")":
            depth += 1
        elif character == "(":
            depth = max(0, depth - 1)
        elif character in "{};" and depth == 0:
            break
        start -= 1
    before = text[start:at].strip()
    before = re.sub(r"^(?:case\s[^:]+|default|public|private|protected)\s*:(?!:)\s*", "", before)
    # An initialiser of for(;…;…) would begin after its `;` and look like a statement.
    return skip_head(before).strip()


def operand(text, at):
    """The operand that begins at `at`: up to `;` or the parenthesis that closes around it."""
    depth = 0
    for end in range(at, len(text)):
        character = text[end]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth < 0:
                return text[at:end], character
        elif character == ";" and depth == 0:
            return text[at:end], character
    return text[at:], ""


def check(path, text):
    code = re.sub(r"^\s*#[^\n]*", "", source.blank(text), flags=re.MULTILINE)
    problems = []
    for match in WORD.finditer(code):
        line = source.line_of(code, match.start())
        before = statement_before(code, match.start())
        after, end = operand(code, match.end())
        if not BEFORE.match(before):
            problems.append((line, f"co_await inside an expression, after `{before[-40:]}`"))
        elif end != ";" or re.search(r"\?|(?<!&)&&(?!&)|\|\|", after):
            problems.append((line, "co_await is not the whole expression"))
        if "{" in after:
            problems.append((line, "brace or lambda in the operand of co_await"))
    for match in re.finditer(r"\[[^\]\[]+\]\s*\([^()]*\)[^;{}]*->\s*(?:Task|\S*awaitable)\s*<", code):
        problems.append((source.line_of(code, match.start()), "a capturing lambda is a coroutine"))
    for match in re.finditer(r"\basio::detached\b", code):
        problems.append((source.line_of(code, match.start()), "asio::detached swallows exceptions"))
    return problems


def body(statement):
    return ("a.cpp", "Task<void> f() {\n  " + statement + "\n}\n")


BAD = [
    body("if (co_await ready()) go();"),
    body("x = co_await next();"),
    body("int y = 1 + co_await next();"),
    body("return_value(co_await next());"),
    body("auto r = ok ? co_await a() : co_await b();"),
    body("auto r = co_await a(Options{.x = 1});"),
    body("co_await a([&] { go(); });"),
    body("auto r = co_await a(co_await b());"),
    body("while (co_await more()) go();"),
    body("co_return 1 + co_await a();"),
    body("auto r = co_await a() || b();"),
    body("switch (co_await a()) {}"),
    ("a.cpp", "auto l = [this]() -> Task<void> { co_return; };"),
    ("a.cpp", "asio::co_spawn(executor, f(), asio::detached);"),
]
GOOD = [
    body("co_await sleep_for(clock, seconds(1));"),
    body("const auto reply = co_await engine.ping();"),
    body("Result<std::vector<int>> all = co_await list();"),
    body("if (auto made = co_await create(spec); !made) co_return made;"),
    body("co_return co_await inner(a, b);"),
    body("if (late) co_await stop(id);"),
    body("auto [error, size] = co_await read(socket);"),
    body("for (const auto& id : ids) co_await stop(id);"),
    body("// if (co_await nothing())\n  go(\"co_await x\");"),
    ("a.cpp", "auto l = []() -> Task<void> { co_return; };"),
]

if __name__ == "__main__":
    source.main(check, source.ROOMS + ["tests"], BAD, GOOD)
