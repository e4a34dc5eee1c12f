"""One line in, one object out: whatever is wrong with a line becomes the `error` of its object."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from catalog.errors import FormularyError
from indexer.sources.files.lines import NumberedLine

Object = dict[str, Any]

BATCH = 8
"""Lines a worker takes at a time: few, since one hard formula may take as long as a thousand easy ones."""

SHOWN = 60
"""Characters of a bad line that its error repeats."""


def guarded(line: NumberedLine, function: Callable[[Any], Object], read: Callable[[str], Any] = json.loads) -> Object:
    """Return the object of what is read in a line; whatever is wrong with it becomes the object's error."""
    number, text = line
    try:
        return function(read(text))
    except FormularyError as error:
        return {"error": str(error), "line": number}
    except (ValueError, RecursionError):
        shown = text.strip()
        shown = shown if len(shown) <= SHOWN else shown[: SHOWN - 3] + "..."
        return {"error": f"the line {shown!r} is not JSON", "line": number}
    except Exception as error:
        return {"error": f"the line cannot be used ({type(error).__name__}: {error})", "line": number}


def is_bad(result: Object) -> bool:
    """Say whether an object stands for a line that could not be used."""
    return "error" in result and not {"formula", "first"} & result.keys()
