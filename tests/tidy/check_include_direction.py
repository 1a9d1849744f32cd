"""Data flows one way: a room may include only the rooms named here (ARCHITECTURE.md)."""

import re

import source

ALLOWED = {
    "base": set(),
    "model": {"base"},
    "watch": {"base"},
    "docker": {"base", "model"},
    "controller": {"base", "model", "watch", "docker"},
    "metrics": {"base", "model", "watch", "docker", "controller"},
    "api": {"base", "model", "watch", "docker", "controller", "metrics"},
    "cmd": {"base", "model", "watch", "docker", "controller", "metrics", "api"},
}


def check(path, text):
    room = path.parts[0]
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if not match:
            continue
        parts = match.group(1).split("/")
        if len(parts) == 1 or ".." in parts:
            problems.append((number, f'include "{match.group(1)}" by its path from the root'))
        elif parts[0] == "tests" or (
            parts[0] in ALLOWED and parts[0] != room and parts[0] not in ALLOWED[room]
        ):
            problems.append((number, f"{room}/ may not include {parts[0]}/"))
    return problems


BAD = [
    ("model/app.cpp", '#include "docker/engine.h"\n'),
    ("base/log.h", '#include "model/app.h"\n'),
    ("docker/engine.h", '  #  include "controller/plan/plan.h"\n'),
    ("docker/engine.h", '#include "watch/scan.h"\n'),
    ("api/server.cpp", '#include "tests/support/builders.h"\n'),
    ("api/server.cpp", '#include "server.h"\n'),
]
GOOD = [
    ("api/server.cpp", '#include "api/server.h"\n#include "metrics/metrics.h"\n'),
    ("model/manifest.cpp", '#include <vector>\n#include "base/result.h"\n'),
]

if __name__ == "__main__":
    source.main(check, source.ROOMS, BAD, GOOD)
