"""Limits of formulas on the ladder: what theory and the library do not name, verified with further digits."""

from __future__ import annotations

import pytest

from catalog.constants.library import library
from catalog.formulas.notations import read_formula_text
from catalog.formulas.pcf import parse_formula
from indexer.cli.evaluate import with_written
from indexer.contract.lines import identify_formula
from indexer.identification.climbed import climbed
from indexer.kinds.kind import kind_of
from tests.helpers.contract import validate

LIBRARY = tuple(library().candidates())
LEMNISCATE = "3 + 2*(1^2/(1 + 1^2/(3 + 3^2/(1 + 3^2/(3 + 5^2/(1 + ...))))))"


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("PCF(n^4+(n+1)^4+2n^2+2(n+1)^2, -n^8)", "-90/(60*pi^2 + pi^4 - 720)"),
        ("PCF(8n^2+5, -(2n-1)^4)", "5/2 + gamma(1/4)^8/(128*pi^4)"),
    ],
)
def test_a_limit_without_a_name_is_found_and_verified_with_further_digits(text: str, expression: str) -> None:
    formula = parse_formula(text)
    limit = kind_of(formula).limit(formula, 60)
    assert limit is not None
    found = climbed(formula, limit, LIBRARY)
    assert found is not None
    assert (found.expression, found.proof) == (expression, "verified")
    assert found.digits_verified >= found.digits_used + 20


def test_a_limit_that_nothing_matches_has_no_name() -> None:
    formula = parse_formula("PCF(n^2+3, n^2+1)")
    limit = kind_of(formula).limit(formula, 60)
    assert limit is not None
    assert climbed(formula, limit, LIBRARY) is None


def test_the_value_that_was_written_is_named_beside_its_formula() -> None:
    reading = read_formula_text(LEMNISCATE)
    found = with_written(identify_formula(reading.formula, 60, None, reading=reading), reading)
    validate(found, "formula")
    assert found["outcome"] == "found"
    assert found["relations"][0]["expression"] == "128*pi^4/(320*pi^4 - gamma(1/4)^8)"
    assert found["written"]["relations"][0]["expression"] == "gamma(1/4)^8/(64*pi^4)"
