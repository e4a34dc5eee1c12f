"""Planted relations: whatever their coefficients, none is ever said to be excluded, and what fails is an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.formulas.pcf import PCF
from indexer.identification.attempts import LimitAnew, Question, Search
from indexer.identification.identify import identify
from indexer.identification.library import PreparedLibrary
from indexer.identification.outcome import Proposal
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.relations.relation import moebius_image
from indexer.mathematics.relations.search import normal_moebius
from tests.helpers.constants import Named

CONSTANTS = ("pi", "e", "log(2)", "zeta(3)", "catalan", "sqrt(2)*tan(sqrt(2))", "gamma(1/3)")


class Planted(LimitAnew):
    """A limit that is a map of a constant, evaluated to any precision."""

    def __init__(self, value: Callable[[int], arb]) -> None:
        self._value = value

    def __call__(self, bits: int) -> arb:
        return self._value(bits)


def searched(expression: str, coefficients: tuple[int, ...]) -> Search:
    """Return the search for a limit that is planted, known to 110 digits."""

    def value(bits: int) -> arb:
        return moebius_image(coefficients, lambda more: evaluate(expression, more), bits)

    with ctx.workprec(1000):
        asked = Question(PCF((1, 1), (1, 0, 3)), value(400), 110, PreparedLibrary())
    object.__setattr__(asked, "anew", Planted(value))
    return Search(asked)


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, tuple[int, ...]]:
    """A constant and a map of it with coefficients up to 10^40; half of the maps have their pole near the constant."""
    expression = draw(st.sampled_from(CONSTANTS))
    size = 10 ** draw(st.integers(3, 40))
    x, y, z, w = (draw(st.integers(-size, size)) for _ in range(4))
    if draw(st.booleans()) and w:
        with ctx.workprec(600):
            nearest = (-w * evaluate(expression, 500)).floor().mid().unique_fmpz()
        assert nearest is not None
        z = int(nearest)
    if x * w == y * z:
        return expression, (size, 1, 1, size)
    return expression, normal_moebius((x, y, z, w))


@settings(deadline=None, max_examples=2000)
@given(planted())
def test_a_planted_relation_is_never_excluded(plan: tuple[str, tuple[int, ...]]) -> None:
    expression, coefficients = plan
    search = searched(expression, coefficients)
    for longer in (False, True):
        relation = search.test(Proposal(expression, "planted"), longer=longer)
        assert search.trail.errors == []
        if relation is not None:
            assert relation.coefficients == coefficients
            return
    bound = search.trail.bound
    assert not bound or bound < max(map(abs, coefficients))


@pytest.mark.parametrize(
    ("formula", "constant"),
    [(PCF((38, 4), (1,)), "e"), (PCF((75, 6), (-144, -24, -1)), "log(2)"), (PCF((22, 1), (0, 1)), "e")],
)
def test_a_long_relation_that_cancels_is_found(formula: PCF, constant: str) -> None:
    """In (x + y c)/(z + w c) the two terms below agree to as many digits as the coefficients have, and more."""
    found = identify(formula, [Named("e", "e"), Named("log(2)", "log(2)")])
    (relation,) = found.relations
    assert relation.constant == constant
    assert relation.digits_verified >= 100


def test_what_is_excluded_is_excluded_for_every_constant_that_was_tried() -> None:
    """A constant that a neighbour proposes counts as those of the library do."""
    formula = PCF((1, 1), (1, 0, 3))
    known = limit(formula, 110)
    assert known is not None
    assert known.ball is not None
    search = Search(Question(formula, known.ball, 110, PreparedLibrary()))
    search.test(Proposal("10^40*pi", "neighbour"))
    bound = search.trail.bound
    search.test(Proposal("pi", "library"))
    assert bound is not None
    assert search.trail.bound == bound


def test_a_relation_that_does_not_hold_is_an_error_and_excludes_nothing() -> None:
    """A limit that is 4/pi to 60 digits only."""
    search = searched("pi", (4, 0, 0, 1))
    true = search.asked.anew
    object.__setattr__(search.asked, "anew", Planted(lambda bits: true(bits) + arb(10) ** -70))
    assert search.test(Proposal("pi", "planted")) is None
    assert [guess.outcome for guess in search.trail.guesses] == ["budget"]
    assert search.trail.errors == [
        "4/pi, found with 60 digits, could not be verified: the two sides, evaluated anew, differ"
    ]
    assert not search.trail.bound
