"""Each heavy library has one home, so that a change elsewhere builds in seconds."""

import re

import source

# (what is included, where it may be, as beginnings of paths)
HOMES = [
    (r"boost/beast", ("docker/", "api/", "base/boost_impl.cpp")),
    (r"yaml-cpp/", ("model/",)),
    (r"uv\.h|uv/", ("watch/",)),
    (r"prometheus/", ("metrics/",)),
    (r"CLI/", ("cmd/",)),
    (r"boost/url", ("base/target.cpp",)),
]


def check(path, text):
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        for library, homes in HOMES:
            if re.match(rf'\s*#\s*include\s*[<"](?:{library})', line) and not str(path).startswith(
                homes
            ):
                problems.append((number, f"{line.strip()} belongs in {', '.join(homes)}"))
        # A text from outside that is printed as it is moves the cursor of who reads it.
        if re.search(r"\b(printf|puts|fputs|fwrite|std::cout|std::cerr)\b", line.split("//")[0]):
            if str(path).startswith("cmd/") and path.name != "print.cpp":
                problems.append((number, "say(), complain() and put_document() of print.h write"))
        if path.suffix == ".h" and "beast::" in line.split("//")[0]:
            problems.append((number, "beast:: may not appear in a header"))
    return problems


BAD = [
    ("controller/plan/plan.cpp", "#include <boost/beast/core.hpp>\n"),
    ("base/log.cpp", "#include <boost/beast/http.hpp>\n"),
    ("api/server.cpp", "#include <yaml-cpp/yaml.h>\n"),
    ("controller/loop.cpp", "#include <uv.h>\n"),
    ("api/server.cpp", '#include "prometheus/registry.h"\n'),
    ("api/routes.cpp", "#include <boost/url/parse.hpp>\n"),
    ("docker/http/engine.h", "  beast::flat_buffer buffer_;\n"),
    ("cmd/fairlead/query.cpp", '  std::printf("%s", name.c_str());\n'),
    ("cmd/fairlead/plan.cpp", '  fputs(name.c_str(), stderr);\n'),
]
GOOD = [
    ("docker/http/engine.cpp", "#include <boost/beast/http.hpp>\n"),
    ("base/boost_impl.cpp", "#include <boost/beast/src.hpp>\n"),
    ("watch/directory.cpp", "#include <uv.h>\n"),
    ("cmd/fairlead/print.cpp", "  std::fwrite(text.data(), 1, text.size(), file);\n"),
    ("docker/http/engine.h", "// Hides beast:: from the rest.\n"),
]

if __name__ == "__main__":
    source.main(check, source.ROOMS, BAD, GOOD)
