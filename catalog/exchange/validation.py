"""What a record of an export must be before anything of it is stored: one sentence with the field for what is wrong.

The shapes below are those that `export` writes, with the bounds of the columns that they go to. `reading` asks for
every record of a file, whatever its format. Whether a record is true is another question: `indexer.upkeep.claims`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from catalog.errors import FormulaError, RecordError
from catalog.exchange.export import KINDS, LATER, Record
from catalog.formulas.pcf import PCF, parse_formula
from catalog.formulas.recurrence import parse_recurrence
from catalog.vocabulary import (
    BOUND_KINDS,
    CONVERGENCE_CLASSES,
    FACTORIAL_REDUCTIONS,
    OUTCOMES,
    PROOFS,
    RELATION_KINDS,
    STATUSES,
    UNSUCCESSFUL_OUTCOMES,
)

LONGEST_TEXT = 100_000
"""Characters of a text; limits of 10,000 digits and closed forms fit."""

LONGEST_INTEGER = 10_000
"""Digits of a coefficient of a relation."""

MOST_OBJECTS = 1_000
"""Entries of a list in a record."""

SHOWN = 40
"""Characters of a wrong value that are shown."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]{1,9})?", re.ASCII)
_FRACTION = re.compile(r"-?[0-9]+/[0-9]+", re.ASCII)

Check = Callable[[Any], str | None]
"""What is wrong with a value, to follow the name of its field; None where nothing is."""


def checked(record: object) -> Record:
    """Return the fields of a record that an export has, all of them as they can be stored.

    Raises RecordError with the field and what is wrong with it.
    """
    if not isinstance(record, dict):
        raise RecordError(f"it is {_shown(record)}, not an object")
    filled: Record = {name: [] for name in LATER} | record
    return _checked(filled)


def _checked(record: Record) -> Record:
    if missing := sorted(KINDS.keys() - record.keys()):
        raise RecordError(f"it has no {missing[0]}, so it is of no export of formulary")
    _check_fields(record, _RECORD, "")
    found: Record = {name: record[name] for name in KINDS} | _coefficients(record)
    for name, shape in _OBJECTS.items():
        found[name] = [_object(item, shape, f"{name}[{place}]") for place, item in enumerate(record[name])]
    _check_together(found)
    return found


def _check_fields(value: dict[str, Any], shape: dict[str, Check], where: str) -> None:
    for name, check in shape.items():
        if name not in value:
            raise RecordError(f"{where} has no {name}")
        if reason := check(value[name]):
            raise RecordError(f"{where}{'.' if where else ''}{name} {reason}")


def _object(value: Any, shape: dict[str, Check], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError(f"{where} is {_shown(value)}, not an object")
    _check_fields(value, shape, where)
    found = {name: value[name] for name in shape}
    if shape is _OBJECTS["relations"]:
        found["terms"] = [_object(term, _TERM, f"{where}.terms[{place}]") for place, term in enumerate(value["terms"])]
        _check_relation(found, where)
    return found


# Checks of one value


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int) and value.bit_length() > SHOWN:
        return f"an integer of {value.bit_length()} bits"
    text = ascii(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def _or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _anything(value: Any) -> None:
    """Take what is not read: it follows from the other fields."""


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"is {_shown(value)}, not a text"
    if len(value) > LONGEST_TEXT:
        return f"has {len(value)} characters, more than {LONGEST_TEXT}"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "has characters that are no Unicode text"
    if found := _CONTROL.search(value):
        return f"has the control character {found[0]!a}"
    return None


def _some_text(value: Any) -> str | None:
    return "is empty" if value == "" else _text(value)


def _one_of(words: Collection[str]) -> Check:
    return lambda value: (
        None if isinstance(value, str) and value in words else f"is {_shown(value)}, none of {', '.join(words)}"
    )


def _matching(pattern: re.Pattern[str], what: str) -> Check:
    return lambda value: _text(value) or (None if pattern.fullmatch(value) else f"is {_shown(value)}, not {what}")


def _integer(low: int, high: int) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return f"is {_shown(value)}, not an integer"
        return None if low <= value <= high else f"is {_shown(value)}, not between {low} and {high}"

    return check


def _number(value: Any) -> str | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"is {_shown(value)}, not a number"
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    return None if finite else f"is {_shown(value)}, not a number of double precision"


def _moment(value: Any) -> str | None:
    """Check a moment in ISO 8601 with its time zone."""
    try:
        known = isinstance(value, str) and value.isascii() and datetime.fromisoformat(value).utcoffset() is not None
    except ValueError:
        known = False
    return None if known else f"is {_shown(value)}, not a moment such as 2026-01-31T12:00:00+00:00"


def _long_integer(value: Any) -> str | None:
    """Check an integer of any size, which an export writes as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return None if value.bit_length() < 3 * LONGEST_INTEGER else f"has more than {LONGEST_INTEGER} digits"
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        return f"is {_shown(value)}, not an integer"
    return None if len(value) <= LONGEST_INTEGER else f"has more than {LONGEST_INTEGER} digits"


def _term_coefficient(value: Any) -> str | None:
    return _long_integer(value) or ("is 0" if int(value) == 0 else None)


def _list(value: Any) -> str | None:
    if not isinstance(value, list):
        return f"is {_shown(value)}, not a list"
    return None if len(value) <= MOST_OBJECTS else f"has {len(value)} entries, more than {MOST_OBJECTS}"


def _some(value: Any) -> str | None:
    return _list(value) or (None if value else "is empty")


def _integers(value: Any) -> str | None:
    return _some(value) or next(filter(None, map(_long_integer, value)), None)


def _texts(value: Any) -> str | None:
    return _some(value) or next(filter(None, map(_some_text, value)), None)


def _matrices(value: Any) -> str | None:
    return None if isinstance(value, dict) else f"is {_shown(value)}, no matrices by axis"


def _formula(value: Any) -> str | None:
    if reason := _text(value):
        return reason
    try:
        parse_formula(value)
    except FormulaError as error:
        return f"is no formula: {error}"
    return None


# Shapes

_SMALL = 2**15 - 1
_LARGE = 2**31 - 1
_COUNT = _integer(0, _LARGE)

_LIMIT = _matching(re.compile(rf"inf|{_DECIMAL.pattern}", re.ASCII), "a decimal number or inf")

_RECORD: dict[str, Check] = {
    name: _or_null(_number) if kind == "float" else _list if kind == "objects" else _or_null(_text)
    for name, kind in KINDS.items()
    if kind in ("float", "text", "objects")
} | {
    "a": _anything,  # `_coefficients` reads both
    "b": _anything,
    "status": _one_of(STATUSES),
    "convergence_class": _or_null(_one_of(CONVERGENCE_CLASSES)),
    "bound_kind": _or_null(_one_of(BOUND_KINDS)),
    "factorial_reduction": _or_null(_one_of(FACTORIAL_REDUCTIONS)),
    "limit_value": _or_null(_LIMIT),
    "limit_exact": _or_null(_matching(_FRACTION, "a fraction such as 4/3")),
    "limit_digits": _or_null(_COUNT),
    "evaluator_version": _COUNT,
    "evaluated_at": _moment,
}
"""The fields of a record that are stored, and its text; others follow from them and are not read."""

_OBJECTS: dict[str, dict[str, Check]] = {
    "relations": {
        "kind": _one_of(RELATION_KINDS),
        "constant": _or_null(_some_text),
        "coefficients": _integers,
        "expression": _some_text,
        "method": _text,
        "proof": _one_of(PROOFS),
        "theorem": _or_null(_text),
        "digits_used": _COUNT,
        "digits_verified": _or_null(_COUNT),
        "code_version": _text,
        "found_at": _moment,
        "terms": _some,
    },
    "guesses": {
        "place": _integer(1, _SMALL),
        "proposer": _text,
        "outcome": _one_of(OUTCOMES),
        "constant": _or_null(_text),
        "digits_used": _or_null(_COUNT),
        "digits_needed": _or_null(_COUNT),
        "relation_kind": _or_null(_one_of(RELATION_KINDS)),
        "relation_expression": _or_null(_text),
        "code_version": _text,
        "guessed_at": _moment,
    },
    "exclusions": {
        "library_version": _text,
        "kind": _one_of(RELATION_KINDS),
        "coefficient_digits": _integer(0, _SMALL),
        "digits_used": _COUNT,
        "outcome": _one_of(UNSUCCESSFUL_OUTCOMES),
        "constants_tried": _COUNT,
        "digits_needed": _or_null(_COUNT),
        "code_version": _text,
        "sought_at": _moment,
    },
    "sources": {
        "paper": _text,
        "equation": _text,
        "author": _or_null(_text),
        "link": _or_null(_text),
        "stated_limit": _or_null(_text),
    },
    "trajectories": {
        "field": _some_text,
        "matrices": _or_null(_matrices),
        "direction": _integers,
        "start": _texts,
        "delta_limit": _or_null(_number),
        "code_version": _text,
        "found_at": _moment,
    },
    "interlaced": {
        "fraction": _some_text,
        "signs": _or_null(_integers),
        "value": _or_null(_some_text),
        "guessed_from": _or_null(_COUNT),
        "code_version": _text,
        "found_at": _moment,
    },
    "limits": {"place": _integer(1, _SMALL), "limit_value": _LIMIT, "limit_digits": _COUNT},
    "notes": {"note_text": _some_text, "author": _text, "written_at": _moment},
    "rejections": {
        "kind": _one_of(RELATION_KINDS),
        "expression": _some_text,
        "reason": _text,
        "author": _text,
        "rejected_at": _moment,
    },
}

_TERM: dict[str, Check] = {
    "coefficient": _term_coefficient,
    "limit_exponent": _integer(0, _SMALL),
    "constant": _or_null(_some_text),
    "constant_expression": _or_null(_some_text),
    "constant_exponent": _integer(0, _SMALL),
    "other": _or_null(_formula),
    "other_exponent": _integer(0, _SMALL),
}


# What fields say together: the CHECKs of the tables


def _coefficients(record: Record) -> dict[str, list[int] | None]:
    """Return a and b as integers, once they are those of a formula, and of its text where that is given.

    A recurrence has neither; its text must be one.
    """
    if record["a"] is None and record["b"] is None and isinstance(record["formula"], str):
        try:
            parse_recurrence(record["formula"])
        except FormulaError as error:
            raise RecordError(f"formula is no recurrence, and a and b are null: {error}") from error
        return {"a": None, "b": None}
    for name in "ab":
        if not isinstance(record[name], list):
            raise RecordError(f"{name} is {_shown(record[name])}, not a list of coefficients")
    try:
        formula = PCF.from_json(record)
    except FormulaError as error:
        raise RecordError(f"a and b are no formula: {error}") from error
    text = record["formula"]
    if text is not None and text != str(formula) and (_formula(text) or parse_formula(text) != formula):
        raise RecordError(f"formula is {_shown(text)}, but a and b are those of {_shown(str(formula))}")
    return {"a": list(formula.a), "b": list(formula.b)}


def _check_together(record: Record) -> None:
    status = record["status"]
    if record["convergence_class"] is not None and status in ("terminates", "diverges"):
        raise RecordError(f"convergence_class is given, but status is {status}")
    if record["limit_value"] is not None and status in ("diverges", "undetermined"):
        raise RecordError(f"limit_value is given, but status is {status}")
    if record["limit_exact"] is not None and record["bound_kind"] != "ball":
        raise RecordError("limit_exact is given, but bound_kind is not ball")
    if record["limit_exact"] is not None and int(record["limit_exact"].partition("/")[2]) == 0:
        raise RecordError("limit_exact is divided by 0")
    if record["evaluation_error"] is not None and status != "undetermined":
        raise RecordError(f"evaluation_error is given, but status is {status}")


_COEFFICIENTS = {"moebius": 4, "formula": 4, "rational": 2, "quadratic": 3}
"""How many a relation of these kinds has."""


def _check_relation(relation: dict[str, Any], where: str) -> None:
    kind, coefficients = relation["kind"], relation["coefficients"]
    if len(coefficients) != _COEFFICIENTS.get(kind, max(2, len(coefficients))):
        raise RecordError(f"{where}.coefficients has {len(coefficients)} of them, which is no {kind} relation")
    if relation["proof"] == "verified" and relation["digits_verified"] is None:
        raise RecordError(f"{where}.digits_verified is null, but proof is verified")
    for place, term in enumerate(relation["terms"]):
        for name, exponent in (("constant", "constant_exponent"), ("other", "other_exponent")):
            if (term[name] is None) != (term[exponent] == 0):
                raise RecordError(f"{where}.terms[{place}].{exponent} is {term[exponent]}, but {name} says otherwise")
        if (term["constant"] is None) != (term["constant_expression"] is None):
            raise RecordError(f"{where}.terms[{place}].constant_expression says other than constant")
    named = {term["constant"] for term in relation["terms"]}
    if relation["constant"] is not None and relation["constant"] not in named:
        raise RecordError(f"{where}.constant is {_shown(relation['constant'])}, which is in none of its terms")
    if kind == "moebius" and relation["constant"] is None:
        raise RecordError(f"{where}.constant is null, but its kind is moebius")
