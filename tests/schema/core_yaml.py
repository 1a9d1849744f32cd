"""YAML as the decoder and editors read it: the core schema of YAML 1.2, keys as texts.

PyYAML's own loader reads YAML 1.1: `yes` would be a boolean, 0755 octal, 1:30 a number, 2001-01-01
a date. Any disagreement about such a value would be the loader's, not the schema's.
"""
import re

import yaml


class Tagged(Exception):
    """The file has a tag, `!reset` or `!override`: JSON, and so a schema, has no such thing."""


class CoreLoader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}

    def construct_integer(self, node):
        return int(node.value, 0 if node.value[:2] in ("0o", "0x") else 10)

    def construct_map(self, node):
        return self.construct_mapping(node)

    def construct_tagged(self, node):
        raise Tagged(node.tag)


def _resolve(kind, pattern, first):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(pattern), first)


_resolve("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF"))
_resolve("int", r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789"))
_resolve("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", list("-+.0123456789"))
_resolve("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""])
_resolve("merge", r"^<<$", ["<"])
CoreLoader.add_constructor("tag:yaml.org,2002:int", CoreLoader.construct_integer)
CoreLoader.add_constructor("tag:yaml.org,2002:map", CoreLoader.construct_map)
CoreLoader.add_constructor(None, CoreLoader.construct_tagged)


def documents(text):
    return [each for each in yaml.load_all(text, Loader=CoreLoader) if each is not None]
