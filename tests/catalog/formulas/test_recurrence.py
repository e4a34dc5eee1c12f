from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import FormulaError
from catalog.formulas.recurrence import Recurrence, parse_recurrence, stored_value

POLYNOMIALS = st.lists(st.integers(-50, 50), max_size=4).map(tuple)
ROWS = st.lists(st.lists(POLYNOMIALS, min_size=3, max_size=3).map(tuple), min_size=3, max_size=3).map(tuple)
MATRICES = ROWS.filter(lambda rows: any(c for row in rows for entry in row for c in entry))


@given(MATRICES)
def test_the_text_of_a_recurrence_reads_back(rows: tuple[tuple[tuple[int, ...], ...], ...]) -> None:
    recurrence = Recurrence(rows)
    assert parse_recurrence(str(recurrence)) == recurrence
    assert stored_value({"a": None, "b": None, "definition": str(recurrence)}) == recurrence


@given(MATRICES, st.integers(-20, 20).filter(bool))
def test_a_multiple_of_a_matrix_is_the_same_recurrence(
    rows: tuple[tuple[tuple[int, ...], ...], ...], factor: int
) -> None:
    multiple = tuple(tuple(tuple(factor * c for c in entry) for entry in row) for row in rows)
    assert Recurrence(multiple) == Recurrence(rows)
    assert Recurrence(multiple).key == Recurrence(rows).key


def test_entries_are_polynomials_in_any_form() -> None:
    found = parse_recurrence("recurrence[ [n(n+1), 0, 1], [2n - 2, n, 0], [0, (n-1)^2, 4] ]")
    assert str(found) == "Recurrence[[n^2 + n, 0, 1], [2n - 2, n, 0], [0, n^2 - 2n + 1, 4]]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Recurrence[[n, 1], [1, n]]", "3 to 12 rows"),
        ("Recurrence[[n, 1, 0], [1, n], [0, 1, n]]", "square matrix"),
        ("Recurrence[[0, 0, 0], [0, 0, 0], [0, 0, 0]]", "is 0"),
        ("Recurrence[[n, 1, 0], [1, m, 0], [0, 1, n]]", "the only variable is n"),
        ("Recurrence(n, 1, 0)", "by the rows of its matrix"),
        ("Recurrence[[n, 1, 0] and [1, n, 0], [0, 1, n]]", "by the rows of its matrix"),
    ],
)
def test_what_is_no_recurrence_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        parse_recurrence(text)
