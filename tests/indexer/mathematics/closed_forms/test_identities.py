"""Every identity of the table, to 100 digits at random arguments that meet its hypotheses."""

from __future__ import annotations

import random
from collections.abc import Iterator

import flint
import pytest
from gmpy2 import mpq

from catalog.constants.evaluation import evaluate
from indexer.mathematics.closed_forms.closed_form import Function
from indexer.mathematics.closed_forms.contiguity import Number, Quotient
from indexer.mathematics.closed_forms.identities import Identity, Values, identities
from indexer.mathematics.numbers.surds import Surd

BITS = 400
ARGUMENTS = 20

UNITS = [(2, 1, 1), (3, 2, 1), (5, mpq(1, 2), mpq(1, 2)), (6, 5, 2), (7, 8, 3), (13, mpq(3, 2), mpq(1, 2))]
"""d, a, b of units a + b sqrt(d)."""


def surd(number: Number) -> Surd:
    return number if isinstance(number, Surd) else Surd(number)


def ball(number: Number) -> flint.acb:
    return surd(number).ball()


def value(quotient: Quotient) -> flint.acb:
    """The ball of a quotient of functions."""
    z = surd(quotient.argument)
    above, below = (
        Function(quotient.function, tuple(map(surd, side)), z).ball() for side in (quotient.above, quotient.below)
    )
    return above / below


def variables(identity: Identity) -> set[str]:
    texts = " ".join((*identity.above, *identity.below, identity.argument, identity.first, identity.constant))
    return {c for c in "abcdknpqrstuvxyz" if any(c == word for word in _words(texts))}


def _words(text: str) -> Iterator[str]:
    word = ""
    for character in text + " ":
        if character.isalnum():
            word += character
        else:
            yield word
            word = ""


def chosen(identity: Identity) -> list[Values]:
    """Random variables that meet the hypotheses, as many as are wanted; one set where there are no variables."""
    chooser, names = random.Random(identity.key), variables(identity)
    if identity.key == "artanh-unit":
        return list(filter(identity.holds, map(_unit, range(60))))[:ARGUMENTS]
    if identity.key == "minus-one-third":
        return [{"a": mpq(-chooser.randint(1, 60), 37)} for _ in range(ARGUMENTS)]
    found: list[Values] = []
    while len(found) < (ARGUMENTS if names - {"z"} or identity.argument else 1):
        values: dict[str, Number] = {name: mpq(chooser.randint(1, 60), chooser.choice([7, 11, 19])) for name in names}
        if "k" in names:
            values["k"] = mpq(chooser.randint(2, 5))
        if "n" in names:
            values["n"] = mpq(chooser.randint(0, 9), 20)
        if "z" in names and identity.key in ("bessel-ratio", "incomplete-gamma"):
            values["z"] = values["z"] * chooser.choice([1, -1])
        if identity.holds(values):
            found.append(values)
    return found


def _unit(number: int) -> Values:
    """Variables of `artanh-unit`: s from a unit's power, (1 + s sqrt(d))/(1 - s sqrt(d)) = (a + b sqrt(d))^k."""
    d, a, b = UNITS[number % len(UNITS)]
    k = 1 + number // len(UNITS)
    power = Surd.of(1)
    for _ in range(k):
        power = power * Surd(mpq(a), mpq(b), d)
    s = (power - 1) / (power + 1)
    return {"s": s.q if s.p == 0 else mpq(-1), "d": mpq(d), "a": mpq(a), "b": mpq(b), "k": mpq(k)}


@pytest.mark.parametrize("key", identities())
def test_an_identity_holds_to_a_hundred_digits_at_random_arguments(key: str) -> None:
    identity = identities()[key]
    for values in chosen(identity):
        with flint.ctx.workprec(BITS + 200):
            if identity.function is not None:
                left = value(identity.quotient(values))
            else:
                left = flint.acb(evaluate(identity.first_constant(values), BITS))
            c = flint.acb(evaluate(identity.constant_text(values), BITS))
            p, q, r, s = map(ball, identity.matrix(values))
            assert abs(left - (p * c + q) / (r * c + s)) < flint.arb(10) ** -100 * (1 + abs(left)), values


def test_every_identity_names_its_source() -> None:
    assert all(identity.reference.startswith("DLMF ") for identity in identities().values())
