"""Which keys and words of the schema the accepted documents use."""
from jsonschema import Draft7Validator

from schemas import closed_maps

# Words there are conditions, no choices.
_CONDITIONS = ("if", "not", "dependencies")


class Coverage:
    def __init__(self, schemas):
        self.schemas = schemas
        self.seen = set()

    def wanted(self):
        """(file, pointer, key) of every key, (file, pointer, word) of every word in an enum."""
        for name, schema in self.schemas.files.items():
            for where, node in closed_maps(schema):
                yield from ((name, where, key) for key in node["properties"])
            yield from ((name, where, word) for where, words in _enums(schema) for word in words)

    def missing(self):
        return sorted(map(str, set(self.wanted()) - self.seen))

    def add(self, name, document):
        self._walk(name, "", self.schemas.files[name], document)

    def _holds(self, name, where, value):
        return Draft7Validator(self.schemas.expanded(name, where)).is_valid(value)

    def _walk(self, name, where, node, value):
        if not isinstance(node, dict):
            return
        if "$ref" in node:
            file, _, pointer = node["$ref"].partition("#")
            name = file or name
            self._walk(name, pointer, self.schemas.at(name, pointer), value)
            return
        if value in node.get("enum", ()):
            self.seen.add((name, where + "/enum", value))
        for key in ("allOf", "anyOf"):
            for at, each in enumerate(node.get(key, ())):
                self._walk(name, f"{where}/{key}/{at}", each, value)
        if "if" in node:
            branch = "then" if self._holds(name, where + "/if", value) else "else"
            self._walk(name, f"{where}/{branch}", node.get(branch), value)
        self._walk_members(name, where, node, value)

    def _walk_members(self, name, where, node, value):
        if isinstance(value, dict):
            known = node.get("properties", {})
            for key, each in value.items():
                if key in known:
                    self.seen.add((name, where, key))
                    self._walk(name, f"{where}/properties/{key}", known[key], each)
                elif not key.startswith("x-"):
                    more = node.get("additionalProperties")
                    self._walk(name, where + "/additionalProperties", more, each)
        elif isinstance(value, list):
            items = node.get("items")
            for at, each in enumerate(value):
                if isinstance(items, list):
                    inside = at < len(items)
                    kind = f"/items/{at}" if inside else "/additionalItems"
                    self._walk(name, where + kind, items[at] if inside else
                               node.get("additionalItems"), each)
                else:
                    self._walk(name, where + "/items", items, each)


def _enums(node, where=""):
    if isinstance(node, dict):
        if "enum" in node:
            yield where + "/enum", node["enum"]
        for key, value in node.items():
            if key not in _CONDITIONS:
                yield from _enums(value, f"{where}/{key}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _enums(value, f"{where}/{at}")
