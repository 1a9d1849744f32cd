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

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)

# Rooms have walls: an inner room may include only inner rooms before it, and of its own room's files
# only those named under "base". All others may include any inner room.
INNER = {
    "controller": {
        "order": ["objects", "record", "observed", "guard", "desired", "pass", "request", "access",
                  "diff", "plan", "execute", "report"],
        "base": [],
    },
    "model": {
        "order": ["yaml", "form", "load", "decode", "check"],
        "base": ["app", "block_map", "cidr", "diagnostic", "image_reference", "masks", "options",
                 "setting_keys", "sources", "words"],
    },
    "docker": {
        "order": ["http", "embedded"],
        "base": ["api_features", "classify", "container_fields", "decode", "encode", "engine", "types"],
    },
}


def inner_problem(path, included):
    """What an include has against the walls inside a room; None if nothing."""
    room = path.parts[0]
    if room not in INNER or included[0] != room or len(path.parts) < 3:
        return None
    order, base = INNER[room]["order"], INNER[room]["base"]
    here = path.parts[1]
    if here not in order:
        return f"{room}/{here}/ has no place in the order of check_include_direction.py"
    if len(included) == 2:
        name = included[1].rsplit(".", 1)[0]
        return None if name in base else f"{room}/{here}/ may not include {room}/{included[1]}"
    there = included[1]
    if there not in order or order.index(there) > order.index(here):
        return f"{room}/{here}/ may not include {room}/{there}/"
    return None


def check(path, text):
    room = path.parts[0]
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        parts = match.group(1).split("/")
        if len(parts) == 1 or ".." in parts:
            problems.append((number, f'include "{match.group(1)}" by its path from the root'))
        elif parts[0] == "tests" or (
            parts[0] in ALLOWED and parts[0] != room and parts[0] not in ALLOWED[room]
        ):
            problems.append((number, f"{room}/ may not include {parts[0]}/"))
        elif problem := inner_problem(path, parts):
            problems.append((number, problem))
    return problems


BAD = [
    ("model/app.cpp", '#include "docker/engine.h"\n'),
    ("base/log.h", '#include "model/app.h"\n'),
    ("docker/engine.h", '  #  include "controller/plan/plan.h"\n'),
    ("docker/engine.h", '#include "watch/scan.h"\n'),
    ("api/server.cpp", '#include "tests/support/builders.h"\n'),
    ("api/server.cpp", '#include "server.h"\n'),
    ("controller/diff/network.cpp", '#include "controller/plan/planner.h"\n'),
    ("controller/plan/plan.cpp", '#include "controller/controller.h"\n'),
    ("controller/attic/old.cpp", '#include "controller/plan/plan.h"\n'),
    ("model/yaml/reader.h", '#include "model/manifest.h"\n'),
]
GOOD = [
    ("api/server.cpp", '#include "api/server.h"\n#include "metrics/metrics.h"\n'),
    ("controller/plan/plan.cpp", '#include "controller/diff/network.h"\n'),
    ("controller/reconcile.cpp", '#include "controller/plan/plan.h"\n'),
    ("docker/http/engine.h", '#include "docker/engine.h"\n'),
    ("model/manifest.cpp", '#include <vector>\n#include "base/result.h"\n'),
]

if __name__ == "__main__":
    source.main(check, source.ROOMS, BAD, GOOD)
