"""What the rows of table.py are made with."""
import json
import re

SMUGGLED = "x\r\n\r\nPOST /containers/create HTTP/1.1\r\nHost: h\r\n\r\n"
KEYS = ["com.docker.compose." + each for each in (
    "project", "service", "container-number", "oneoff", "config-hash", "version", "network",
    "volume", "project.config_files", "replace")] + ["dev.fairlead." + each for each in (
        "managed", "instance", "app", "component", "spec-hash", "spec-hash-version", "generation",
        "replaces", "hook", "hook-of", "image-ref", "anything")]
ROWS = []


def row(family, manifest, verdict, words="", files=None):
    ROWS.append((family, manifest, verdict, words, files or {}))


def service(family, text, verdict, words="", rest="", files=None):
    row(family, "services:\n  a:\n    image: x\n    " + text.replace("\n", "\n    ") + "\n" + rest,
        verdict, words, files)


def quoted(text):
    return re.sub(r"\\ud[89ab]..\\ud[c-f]..", lambda pair: "\\U000" + format(
        ord(json.loads('"' + pair.group() + '"')), "05x"), json.dumps(text))
