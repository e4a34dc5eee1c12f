"""Searching: conditions and orders against the same written in Python."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from catalog.errors import FilterError, NotFound
from catalog.formulas.pcf import PCF
from catalog.store.search import SORTS, Filter, constant_name, find, passing
from catalog.vocabulary import CHECKED_PROOFS
from indexer.mathematics.closed_forms.closed_form import closed_form


@pytest.fixture(scope="module")
def rows(reading: psycopg.Connection) -> list[dict[str, Any]]:
    return find(reading, Filter(canonical=False), limit=None)


def test_without_conditions_all_are_found(reading: psycopg.Connection, rows: list[dict[str, Any]]) -> None:
    counted = reading.execute("select count(*), count(*) filter (where is_canonical) from formula").fetchone()
    assert counted == (len(rows), len(find(reading, Filter(), limit=None)))
    assert Filter(canonical=False).empty
    assert not Filter().empty


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        (Filter(constant="pi"), lambda r: r["constant"] == "pi"),
        (Filter(statuses=("diverges", "terminates")), lambda r: r["status"] in ("diverges", "terminates")),
        (Filter(classes=("exponential",)), lambda r: r["convergence_class"] == "exponential"),
        (Filter(degrees=(1, 2)), lambda r: (len(r["a"]), len(r["b"])) == (2, 3)),
        (Filter(degrees=(None, 0)), lambda r: len(r["b"]) == 1),
        (Filter(min_delta=0.0), lambda r: r["delta"] is not None and r["delta"] >= 0),
        (Filter(max_delta=-0.5), lambda r: r["delta"] is not None and r["delta"] <= -0.5),
        (Filter(max_height=2), lambda r: PCF(r["a"], r["b"]).height <= 2),
        (Filter(max_complexity=6), lambda r: PCF(r["a"], r["b"]).complexity <= 6),
        (Filter(family="quadratic:5"), lambda r: r["family"] == "quadratic:5"),
        (Filter(identified=True), lambda r: r["proof"] in CHECKED_PROOFS),
        (
            Filter(identified=False),
            lambda r: (
                r["status"] == "converges"
                and r["proof"] not in CHECKED_PROOFS
                and closed_form(PCF(r["a"], r["b"])) is None
            ),
        ),
        (Filter(near="1.27"), lambda r: 1.26 <= float(r["limit_value"] or 0) <= 1.28),
        (Filter(constant="pi", classes=("logarithmic",)), lambda r: False),
    ],
)
def test_a_condition_finds_what_it_says(
    reading: psycopg.Connection, rows: list[dict[str, Any]], wanted: Filter, passes: Any
) -> None:
    everything = Filter(**{**wanted.__dict__, "canonical": False})
    found = {row["id"] for row in find(reading, everything, limit=None)}
    assert found == {row["id"] for row in rows if passes(row)}
    assert found == set(passing(reading, everything))
    some = [row["id"] for row in rows[::3]]
    assert set(passing(reading, everything, some)) == found & set(some)


@pytest.mark.parametrize("sort", SORTS)
def test_orders_are_orders_and_pages_are_parts(reading: psycopg.Connection, sort: str) -> None:
    ordered = [row["id"] for row in find(reading, Filter(), sort=sort, limit=None)]
    assert [row["id"] for row in find(reading, Filter(), sort=sort, reverse=True, limit=None)] == ordered[::-1]
    pages = [row["id"] for start in (0, 7) for row in find(reading, Filter(), sort=sort, limit=7, offset=start)]
    assert pages == ordered[:14]


def test_complexity_of_the_catalogue_is_that_of_the_formula(rows: list[dict[str, Any]]) -> None:
    assert all(row["complexity"] == PCF(row["a"], row["b"]).complexity for row in rows)


def test_constants_by_other_spellings_and_near_misses(reading: psycopg.Connection) -> None:
    assert constant_name(reading, "ln(2)") == "log(2)"
    with pytest.raises(NotFound, match="the nearest names are pi"):
        constant_name(reading, "pii")
    with pytest.raises(FilterError, match="decimal number"):
        Filter(near="one").conditions()


def test_a_number_that_is_too_long_is_said_to_be() -> None:
    with pytest.raises(FilterError, match="the number has 1002 characters, beyond the supported 1000"):
        Filter(near="1." + "3" * 1000).conditions()
