#!/usr/bin/env python3
"""Every case: `fairlead config` of input.yaml gives expect.json.

Usage: run_cases.py FAIRLEAD CASES_FOLDER [NAME…]

The inputs go through compose-go's keys one by one (loader/tests, override, include and extends at
e70e961), in our own words; expect.json is what Docker Compose 2.40.3 makes of them, after
compare_with_compose.normalise. An `expect.error` stands for a refusal: a part of the diagnostic.
"""
import json
import os
import sys

import compare_with_compose as compare


def check(fairlead, folder):
    ours, error = compare.model_of([fairlead, "config", "-o", "json", "input.yaml"], folder)
    refusal = os.path.join(folder, "expect.error")
    if os.path.exists(refusal):
        with open(refusal, encoding="utf-8") as text:
            wanted = text.read().strip()
        return [] if ours is None and wanted in error else [f"wanted `{wanted}`, got {error or ours}"]
    if ours is None:
        return [error]
    with open(os.path.join(folder, "expect.json"), encoding="utf-8") as text:
        wanted = json.loads(text.read().replace("$CASE", folder))
    return compare.differences(compare.normalise(ours, folder), wanted)


def main():
    fairlead, cases = map(os.path.abspath, sys.argv[1:3])
    names = sys.argv[3:] or sorted(os.listdir(cases))
    bad = 0
    for name in names:
        found = check(fairlead, os.path.join(cases, name))
        bad += bool(found)
        for line in found:
            print(f"{name}: {line}")
    print(f"{len(names)} cases, {bad} failed")
    return 1 if bad or not names else 0


if __name__ == "__main__":
    sys.exit(main())
