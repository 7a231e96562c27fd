"""What the fuzzer schemathesis is to know that neither JSON Schema nor its configuration can say."""

import json

import schemathesis
from schemathesis import GenerationMode

# Beyond it a whole number has digits that a double does not give back.
WIDEST = 2**53

# The coverage phase writes headers in letters and digits alone, and takes what lacks all signs here for one that fits.
SIGNS = {
    "X-Actor": (":", "user:sam"),
    "X-Sparkgate-Revision": (".", "0.1.0"),
    "If-Match": ('".*', '"0"'),
}


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """An import: the document describes one line of it."""
    return json.dumps(value).encode() + b"\n"


@schemathesis.hook
def map_case(context, case):
    """Makes requests that are to fit fit in what schemas cannot say."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return case
    for name, (signs, fitting) in SIGNS.items():
        if not set(signs) & set((case.headers or {}).get(name, signs)):
            case.headers[name] = fitting
    if isinstance(case.body, (dict, list)):
        case.body = plain(case.body)
    return case


def plain(value):
    """JSON of numbers that doubles give back, and without `__proto__` and U+0000."""
    if isinstance(value, dict):
        return {name.replace("\0", "0"): plain(it) for name, it in value.items() if name != "__proto__"}
    if isinstance(value, list):
        return [plain(it) for it in value]
    if isinstance(value, str):
        return value.replace("\0", "0")
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-WIDEST, min(WIDEST, value))
    return value
