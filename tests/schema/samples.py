"""The documents that schema and decoder are compared on."""
import shutil
from dataclasses import dataclass

from core_yaml import Tagged, documents

MANIFEST, COMPOSE, POLICY = "manifest.schema.json", "compose.schema.json", "policy.schema.json"


@dataclass
class Sample:
    """An accepted document, in the file that it stands in."""
    name: str
    folder: str
    documents: list
    index: int = 0
    schema: str = MANIFEST


def read_samples(path, folder):
    """The documents of one file: each alone, but plain ones, which are one Compose file together."""
    found = documents(path.read_text(encoding="utf-8"))
    name = str(path.relative_to(path.parents[1]))
    if path.name == "policy.yaml":
        return [Sample(name, folder, found, schema=POLICY)]
    plain = [each for each in found if "kind" not in each and "apiVersion" not in each]
    whole = MANIFEST if len(plain) < 2 else COMPOSE
    return ([Sample(name, folder, [each]) for each in found if each not in plain] +
            [Sample(name, folder, plain, at, whole) for at in range(len(plain))])


def collect(root, into):
    """Copies what the documents stand among, and reads them: samples, files, names left out."""
    samples, files, left_out = [], [], []
    cases = root / "tests/conformance/cases"
    folders = [root / "manifests", root / "tests/schema/documents",
               *sorted(each for each in cases.iterdir() if not (each / "expect.error").exists())]
    for folder in folders:
        copy = into / folder.name
        shutil.copytree(folder, copy)
        for path in sorted(folder.glob("*.yaml")):
            try:
                samples += read_samples(path, str(copy))
                files.append(str(copy / path.name))
            except Tagged:
                left_out.append(path.parent.name)
    return samples, files, left_out


def is_tolerant(document):
    """Whether the decoder only warns of what the schema refuses."""
    own = document.get("spec") or document.get("x-fairlead") or {}
    return own.get("unsupported") == "warn"


def laid_onto(base, over):
    out = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        out[key] = laid_onto(base[key], value) if both else value
    return out


def refused_samples(path, folder):
    """Documents that both sides must refuse."""
    [entries] = documents(path.read_text(encoding="utf-8"))
    for over in entries:
        base = {"apiVersion": "fairlead.dev/v1", "kind": "App", "metadata": {"name": "refused"}}
        if over.get("kind") != "Network":
            base["spec"] = {"services": {"a": {"image": "x"}}}
        yield Sample(f"refused.yaml {over}", folder, [laid_onto(base, over)])
