"""The value of a formula as somebody wrote it, where that is a Moebius map of the limit: its digits and its names."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any

from flint import arb, ctx, fmpz_poly

from catalog.formulas.notations import Reading
from indexer.mathematics.numbers.decimals import bits_for, round_ball
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.text import moebius_text, rational_text
from indexer.mathematics.relations.writing import value_text

LINEAR = 2
"""Coefficients of a polynomial whose root is rational, which the value says itself."""


def written_object(result: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """The object of the value that was written, from the object of its formula.

    `value` has as many digits as the limit's bound leaves, null where there is none; `relations` are those of the
    limit, mapped exactly.
    """
    limit = result["limit"]
    ball = None if limit is None else _ball(limit, reading)
    return {
        "understood": reading.understood,
        "guessed_from": reading.guessed_from,
        "map": list(reading.map),
        "value": None if limit is None else _value(limit, ball, reading),
        "relations": [
            {"constant": relation["constant"], "proof": relation["proof"], "expression": _mapped(relation, reading)}
            for relation in result["relations"]
            if relation["kind"] == "moebius" and relation.get("constant")
        ]
        + [
            {
                "constant": relation["kind"],
                "proof": relation["proof"],
                "expression": algebraic_text(_mapped_polynomial(relation["polynomial"], reading), ball),
            }
            for relation in result["relations"]
            if ball is not None and len(relation.get("polynomial") or ()) > LINEAR
        ]
        + [
            {
                "constant": relation["kind"],
                "proof": relation["proof"],
                "expression": moebius_text(reading.map, relation["expression"]),
            }
            for relation in result["relations"]
            if relation["kind"] in ("quotient", "product", "expression")
        ],
    }


def _value(limit: dict[str, Any], ball: arb | None, reading: Reading) -> str | None:
    x, y, z, w = reading.map
    if limit["exact"] is not None and _is_fraction(limit["exact"]):
        exact = Fraction(limit["exact"])
        return rational_text((x + y * exact) / (z + w * exact)) if z + w * exact else None
    return None if ball is None else round_ball(ball, limit["digits"])[0]


def _ball(limit: dict[str, Any], reading: Reading) -> arb | None:
    """An enclosure of the value from the digits of the limit; None where they give none."""
    x, y, z, w = reading.map
    if limit["error_log10"] is None or limit["digits"] is None:
        return None
    with ctx.workprec(bits_for(limit["digits"]) + 64):
        shown = arb(limit["value"])
        ball = arb(shown, arb(10) ** limit["error_log10"] + abs(shown) * arb(10) ** -limit["digits"])
        below = z + w * ball
        return None if below.contains(0) else (x + y * ball) / below


def _mapped_polynomial(polynomial: list[Any], reading: Reading) -> list[int]:
    """The polynomial of V = (x + y L)/(z + w L) from that of L, constant first: L is (z V - x)/(y - w V)."""
    x, y, z, w = reading.map
    above, below = fmpz_poly([-x, z]), fmpz_poly([y, -w])
    degree = len(polynomial) - 1
    total = sum((int(c) * above**k * below ** (degree - k) for k, c in enumerate(polynomial)), fmpz_poly([]))
    common = int(total.content()) * (1 if total.leading_coefficient() > 0 else -1)
    return [int(c) // common for c in total.coeffs()]


def _is_fraction(text: str) -> bool:
    try:
        Fraction(text)
    except ValueError:
        return False
    return True


def _mapped(relation: dict[str, Any], reading: Reading) -> str:
    """The written value as a Moebius map of the constant: one map after the other."""
    x, y, z, w = reading.map
    a, b, c, d = (int(entry) for entry in relation["coefficients"])
    row = (x * c + y * a, x * d + y * b, z * c + w * a, z * d + w * b)
    return value_text(tuple(entry // gcd(*row) for entry in row), relation["constant"])
