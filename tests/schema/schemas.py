"""The schemas of docs/schema/, ready for many thousand judgements."""
import json
from pathlib import Path

from jsonschema import Draft7Validator, RefResolver

# Beside a `$ref` draft-07 ignores everything; only what a reader sees may stand there.
NOTES = {"$ref", "description"}
CHILD = ("items", "additionalProperties", "additionalItems", "propertyNames", "not", "if", "then",
         "else")
CHILDREN = ("properties", "patternProperties", "dependencies", "$defs")
LIST = ("allOf", "anyOf", "oneOf")


class Schemas:
    """All files of a folder. `expanded` has no `$ref` left: resolving them is what takes time."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.files = {path.name: json.loads(path.read_text(encoding="utf-8"))
                      for path in sorted(self.folder.glob("*.schema.json"))}
        self._done = {}

    def at(self, name, pointer=""):
        node = self.files[name]
        for part in pointer.split("/")[1:]:
            node = node[part]
        return node

    def expanded(self, name, pointer=""):
        key = (name, pointer)
        if key not in self._done:
            self._done[key] = self._expand(name, self.at(name, pointer), [key])
        return self._done[key]

    def _expand(self, name, node, trail):
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            assert set(node) <= NOTES, f"{name}: beside $ref: {set(node) - NOTES}"
            file, _, pointer = node["$ref"].partition("#")
            target = (file or name, pointer)
            assert target not in trail, f"{name}: {target} contains itself"
            return self._expand(target[0], self.at(*target), trail + [target])
        out = {}
        for key, value in node.items():
            if key in LIST or (key == "items" and isinstance(value, list)):
                out[key] = [self._expand(name, each, trail) for each in value]
            elif key in CHILD:
                out[key] = self._expand(name, value, trail)
            elif key in CHILDREN and key != "$defs":
                out[key] = {inner: self._expand(name, each, trail) for inner, each in value.items()}
            elif key not in ("$defs", "title", "description"):
                out[key] = value
        return out

    def validator(self, name):
        return Draft7Validator(self.expanded(name))

    def plain_validator(self, name):
        """With references resolved by jsonschema itself, as any other tool would."""
        base = self.folder.resolve().as_uri() + "/" + name
        return Draft7Validator(self.files[name], resolver=RefResolver(base, self.files[name]))

    def problems(self):
        """What is wrong with the schemas themselves."""
        out = []
        for name, schema in self.files.items():
            Draft7Validator.check_schema(schema)
            out += [f"{name}#{where}: no description" for where, node in closed_maps(schema)
                    for key, each in node["properties"].items()
                    if not self._described(name, each) and key != "$schema"]
        return out

    def _described(self, name, node):
        while "description" not in node and "$ref" in node:
            file, _, pointer = node["$ref"].partition("#")
            name = file or name
            node = self.at(name, pointer)
        return "description" in node


def closed_maps(node, where=""):
    """(pointer, schema) of each mapping whose keys are all named."""
    if isinstance(node, dict):
        if node.get("additionalProperties") is False and "properties" in node:
            yield where, node
        for key, value in node.items():
            yield from closed_maps(value, f"{where}/{key}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from closed_maps(value, f"{where}/{at}")


def describe(error):
    """The deepest reason of a refusal, in a line."""
    while error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    where = ".".join(str(part) for part in error.absolute_path)
    return f"{where}: {error.message[:160]}"
