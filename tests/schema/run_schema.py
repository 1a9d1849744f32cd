#!/usr/bin/python3
"""The schemas of docs/schema/ accept and reject the same documents as Fairlead's decoder.

Usage: run_schema.py FAIRLEAD ROOT [--self-test] [-v]

Every manifest of the tree is taken as it is, and then with one small mistake at a time (mutations.py).
A schema can't say everything that the decoder checks: exceptions.py holds the differences that are
allowed. --self-test breaks the schemas on purpose, and wants each break to be found.
"""
import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

try:
    import jsonschema  # noqa: F401
    import yaml  # noqa: F401
except ImportError as missing:
    sys.exit(f"{sys.executable}: {missing}; install python3-jsonschema and python3-yaml")

import tables
from coverage import Coverage
from decoder import Decoder
from exceptions import BEYOND_SCHEMA, DECODER_FAULTS, MERGED
from mutations import mutations, variables
from samples import (COMPOSE, MANIFEST, POLICY, Sample, collect, is_tolerant, refused_samples)
from schemas import Schemas, describe

AS_IT_IS, REFUSED = "as it is", "is to be refused"


@dataclass
class Trial:
    sample: Sample
    path: str
    what: str
    place: tuple
    document: dict
    one_way: bool = False
    refused: bool = False
    errors: list = field(default_factory=list)

    def __str__(self):
        place = ".".join(map(str, self.place)) or "(document)"
        return f"{self.sample.name}: {place} {self.what}"


# ---- Judging ----

def trials_of(samples):
    """As they are, with a mistake, and with values from variables; the same text is tried once."""
    seen = set()
    for number, sample in enumerate(samples):
        document = sample.documents[sample.index]
        if is_tolerant(document):
            continue
        several = [(AS_IT_IS, (), document, False)]
        several += [(*each, False) for each in mutations(document)]
        if sample.schema != POLICY:
            several += [(*each, True) for each in variables(document)]
        for count, (what, place, changed, one_way) in enumerate(several):
            # A file that a document names is another one in another folder.
            text = json.dumps(changed)
            if re.search("file|include|extends", text):
                text += sample.folder
            if what == AS_IT_IS or (sample.schema, text) not in seen:
                seen.add((sample.schema, text))
                path = f"{sample.folder}/t{number}-{count}.yaml"
                yield Trial(sample, path, what, place, changed, one_way)


def refused_trials(samples):
    for number, sample in enumerate(samples):
        path = f"{sample.folder}/r{number}.yaml"
        yield Trial(sample, path, REFUSED, (), sample.documents[0])


_shared = {}  # with the processes that judge: a fork copies nothing


def _is_refused(at):
    trial = _shared["trials"][at]
    return not _shared[trial.sample.schema].is_valid(trial.document)


def judge_by_schema(schemas, trials):
    _shared.update({name: schemas.validator(name) for name in (MANIFEST, COMPOSE, POLICY)},
                   trials=trials)
    with multiprocessing.get_context("fork").Pool() as pool:
        for trial, refused in zip(trials, pool.imap(_is_refused, range(len(trials)), 250)):
            trial.refused = refused


def reason(trial):
    return describe(next(_shared[trial.sample.schema].iter_errors(trial.document)))


def judge_by_decoder(decoder, trials):
    manifests, policies = [], []
    for trial in trials:
        whole = list(trial.sample.documents)
        whole[trial.sample.index] = trial.document
        (policies if trial.sample.schema == POLICY else manifests).append((trial.path, whole))
    found = {**decoder.errors(manifests), **decoder.policy_errors(policies)}
    for trial in trials:
        trial.errors = found.get(trial.path, [])


# ---- Comparing ----

class Differences:
    def __init__(self):
        self.lines = []
        self.used = Counter()

    def add(self, trial):
        if bool(trial.errors) == trial.refused:
            return
        if trial.refused:
            if not self._allowed(MERGED + DECODER_FAULTS, str(trial)):
                self.lines.append(f"{trial}: only the schema refuses it: {reason(trial)}")
        elif not trial.one_way:
            bad = [text for text in trial.errors
                   if not self._allowed(BEYOND_SCHEMA, f"{trial} | {text}")]
            if bad:
                self.lines.append(f"{trial}: only the decoder refuses it: {bad[0]}")

    def _allowed(self, entries, text):
        for pattern, _ in entries:
            if re.search(pattern, text):
                self.used[pattern] += 1
                return True
        return False

    def not_needed(self):
        return [f"exceptions.py: nothing needs `{pattern}`"
                for pattern, _ in BEYOND_SCHEMA + MERGED + DECODER_FAULTS if not self.used[pattern]]


def compare(schemas, trials):
    """Of trials that the decoder has judged."""
    judge_by_schema(schemas, trials)
    differences = Differences()
    for trial in trials:
        if trial.what == AS_IT_IS and (trial.errors or trial.refused):
            differences.lines.append(f"{trial}: {trial.errors or reason(trial)}")
        elif trial.what == REFUSED and not (trial.errors or trial.refused):
            differences.lines.append(f"{trial}: both accept it")
        else:
            differences.add(trial)
    return differences


def check_coverage(schemas, samples):
    coverage = Coverage(schemas)
    out = []
    for sample in samples:
        document = sample.documents[sample.index]
        coverage.add(sample.schema, document)
        if not schemas.plain_validator(sample.schema).is_valid(document):
            out.append(f"{sample.name}: refused once references are resolved as usual")
    return out + [f"no document uses {each}" for each in coverage.missing()]


def run(decoder, root, folder, verbose):
    begin = time.monotonic()
    schemas = Schemas(root / "docs/schema")
    samples, files, left_out = collect(root, folder)
    problems = schemas.problems() + tables.problems(schemas, root / "model")
    problems += check_coverage(schemas, samples)
    manifests = [path for path in files if not path.endswith("/policy.yaml")]
    problems += [f"{path}: {errors}" for path, errors in decoder.errors_of_files(manifests).items()]
    refused = refused_samples(root / "tests/schema/refused.yaml", str(folder / "documents"))
    trials = list(trials_of(samples)) + list(refused_trials(refused))
    judge_by_decoder(decoder, trials)
    differences = compare(schemas, trials)
    problems += differences.lines + differences.not_needed()
    for line in problems if verbose else problems[:60]:
        print(line)
    for pattern, count in differences.used.most_common() if verbose else ():
        print(f"{count:6} × {pattern}")
    print(f"{len(samples)} documents (left out: {', '.join(left_out) or 'none'}), {len(trials)} "
          f"trials, {len(problems)} problems, {time.monotonic() - begin:.1f} s")
    return 1 if problems else 0


# ---- Breaking the schemas ----

SERVICE = "service.schema.json"
# (what is broken, where, how)
BREAKS = [
    ("a key is missing", (SERVICE, "/properties"), lambda node: node.pop("cpus")),
    ("a key is there that the decoder does not know", (SERVICE, "/properties"),
     lambda node: node.update(cpuz=node["cpus"])),
    ("a key is there that the decoder refuses", (SERVICE, "/properties"),
     lambda node: node.update(build={"description": "x"})),
    ("unknown keys are accepted", (SERVICE, ""), lambda node: node.pop("additionalProperties")),
    ("a required key is not", (SERVICE, "/$defs/deviceRate"), lambda node: node.pop("required")),
    ("a range is too wide", ("values.schema.json", "/$defs/percent"),
     lambda node: node.pop("maximum")),
    ("a range is too narrow", ("values.schema.json", "/$defs/shares"),
     lambda node: node.update(maximum=4)),
    ("a type is too wide", ("values.schema.json", "/$defs/flag"),
     lambda node: node.update(type=["boolean", "string", "null"])),
    ("a variable has no place", ("values.schema.json", "/$defs/flag"),
     lambda node: node.pop("pattern") and node.update(type="boolean")),
    ("a text has the wrong form", ("values.schema.json", "/$defs/bytes"),
     lambda node: node.pop("pattern")),
]


def self_test(decoder, root, folder):
    samples, _, _ = collect(root, folder)
    samples = [each for each in samples if each.name == "documents/limits.yaml"]
    refused = refused_samples(root / "tests/schema/refused.yaml", str(folder / "documents"))
    trials = list(trials_of(samples)) + list(refused_trials(refused))
    judge_by_decoder(decoder, trials)
    missed = []
    for what, place, change in [("nothing is broken", (SERVICE, ""), lambda node: None), *BREAKS]:
        schemas = Schemas(root / "docs/schema")
        change(schemas.at(*place))
        found = compare(schemas, trials).lines + tables.problems(schemas, root / "model")
        print(f"{what}: {len(found)} differences")
        if bool(found) == (what == "nothing is broken"):
            missed.append(what)
    print(f"{len(BREAKS)} breaks, {len(missed)} not told rightly: {missed}")
    return 1 if missed else 0


def main():
    program, root = sys.argv[1], Path(sys.argv[2]).resolve()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fairlead-schema-", dir=memory) as name:
        folder = Path(name).resolve()
        decoder = Decoder(program, str(folder))
        if "--self-test" in sys.argv:
            return self_test(decoder, root, folder)
        return run(decoder, root, folder, "-v" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
