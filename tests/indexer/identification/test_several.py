"""Relations of a typed number with several constants at once."""

from __future__ import annotations

from indexer.identification.several import identify_with
from tests.helpers.constants import Named, typed

PI, LOG2 = Named("pi", "pi"), Named("log(2)", "log(2)")


def test_a_relation_of_several_constants_is_found() -> None:
    found = identify_with(typed("2*pi - 3*log(2) + 5", 60), [PI, LOG2])
    assert found.relations[0].expression == "5 + 2*pi - 3*log(2)"
    assert found.relations[0].kind == "linear"
    assert identify_with(typed("zeta(3)", 60), [PI, LOG2]).outcome == "excluded"


def test_products_of_constants_come_with_the_order() -> None:
    found = identify_with(typed("pi*log(2) + pi^2", 80), [PI, LOG2], order=2)
    assert found.relations[0].expression == "pi*pi + pi*log(2)"
