"""Small mistakes in a document: one place at a time gets another value, goes, or gets a key more."""

VALUES = ["x", "5", "", "yes", 5, -5, 1.5, 99999999999, True, None, [], ["x"], {},
          {"x": "y"}, {"unknown-key": None}]
UNKNOWN = "unknown-key"


def places(value, path=()):
    """Every path in a document, the document itself left out."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in members:
        yield path + (key,)
        if isinstance(each, (dict, list)):
            yield from places(each, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changed(value, path, change):
    """A copy in which `change(container, key)` was applied at `path`; the rest is shared."""
    out = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        change(out, path[0])
    else:
        out[path[0]] = changed(value[path[0]], path[1:], change)
    return out


def _put(new):
    def change(container, key):
        container[key] = new
    return change


def _drop(container, key):
    del container[key]


def _same(a, b):
    return type(a) is type(b) and a == b


def mutations(document):
    """(what was done, path, document) for each mistake."""
    yield "unknown key", (), {**document, UNKNOWN: 1}
    for path in places(document):
        old = at(document, path)
        for new in VALUES:
            if not _same(old, new):
                yield f"= {new!r}", path, changed(document, path, _put(new))
        yield "deleted", path, changed(document, path, _drop)
        if isinstance(old, dict):
            more = {**old, UNKNOWN: 1}
            yield "unknown key", path, changed(document, path, _put(more))


def variables(document):
    """Documents in which a value comes from a variable's default: the same value, as a text."""
    for path in places(document):
        old = at(document, path)
        if isinstance(old, (str, int, float)) and "$" not in str(old) and "}" not in str(old):
            text = str(old).lower() if isinstance(old, bool) else str(old)
            yield "as variable", path, changed(document, path, _put("${NOWHERE:-" + text + "}"))
