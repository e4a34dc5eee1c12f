"""Infinite families: fits, lines, laws that stand and laws that do not, the board of pi and ln 2, the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF, parse_formula
from indexer.laws.checkerboard import RATIONAL, boards, constant_of, formula_at, sort_of, square_of, squares
from indexer.laws.curves import Curve, bends, lines, padded
from indexer.laws.lines import Law, agrees, at, check, law_text, laws
from indexer.laws.planes import Plane, plane_key, through
from indexer.laws.planes import check as check_plane
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.rational_functions import (
    RationalFunction,
    fit,
    fit_plane,
    fit_up_to_scale,
    polynomial_text,
    value_at,
)
from tests.helpers.catalogues import add_formulas as add
from tests.helpers.catalogues import new_database
from tests.helpers.command import SENTENCE, formulary, json_of
from tests.helpers.contract import validate

LOGARITHMS = Curve((1, 0, 0, 0, 0, 1), (0, 1, 0, 0, 0, 0))
"""PCF(k n + 1, n^2)."""
EULER = [PCF((k, 1), (0, -1)) for k in range(2, 7)]

# Fits


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=3), st.lists(st.integers(-9, 9), min_size=1, max_size=3))
def test_a_rational_function_is_found_from_its_values(above: list[int], below: list[int]) -> None:
    values = {
        k: Fraction(value_at(tuple(above), k), value_at(tuple(below), k))
        for k in range(1, 20)
        if value_at(tuple(below), k)
    }
    found = fit(values)
    if len(values) > 8:
        assert found is not None
        assert all(found.at(k) == value for k, value in values.items())


def test_factorials_are_no_rational_function() -> None:
    assert fit({k: Fraction(2**k) for k in range(1, 15)}) is None


def test_vectors_up_to_scale() -> None:
    found = fit_up_to_scale({k: (2 * k, 0, 6, 2 * k * k) for k in range(1, 12)})
    assert found is not None
    assert [str(f) for f in found] == ["1", "0", "3/k", "k"]


def test_texts() -> None:
    assert polynomial_text((1, -1, 2)) == "2*k^2 - k + 1"
    assert str(RationalFunction((1,), (0, 2))) == "1/(2*k)"
    assert at("exp(2/k)*k", -3) == "exp(2/(-3))*(-3)"
    assert Curve((1, 2, 0, 0, 0, 0), (1, 0, 0, 0, 0, -1)).template == "a = 2*n + k + 1; b = -k*n^2"


@pytest.mark.parametrize(
    ("coefficients", "text"),
    [
        (((1,), (1,), (-1,), (1,)), "(1 + pi)/(pi - 1)"),
        (((), ((0, 1), (1,)), (1,), ()), "k*pi"),
        (((1,), ((-1, 1), (1, 1)), ((-1,), (1, 1)), ((-1,), (1, 1))), "(-(k + 1) - (k - 1)*pi)/(1 + pi)"),
        (((), (1,), ((1,), (0, 1)), ()), "k*pi"),
        (((2,), (), (), ((0, 1), (3,))), "6/(k*pi)"),
    ],
)
def test_laws_are_written_without_quotients_in_quotients(coefficients: tuple[Any, ...], text: str) -> None:
    functions = [RationalFunction(*c) if c and isinstance(c[0], tuple) else RationalFunction(c) for c in coefficients]
    assert law_text(functions, "pi") == text
    x, y, z, w = (function.at(7) or 0 for function in functions)
    value = evaluate(f"(({x}) + ({y})*pi)/(({z}) + ({w})*pi)", 100)
    assert evaluate(at(text, 7), 100).overlaps(value)


# Lines and laws


def test_a_line_is_found_among_members() -> None:
    found = dict(lines({padded(formula): formula for formula in EULER}))  # type: ignore[misc]
    assert Curve((0, 1, 0, 0, -1, 0), (1, 0, 0, 0, 0, 0)) in found


def test_the_family_of_e_is_found_and_checked_far_outside() -> None:
    law = next(laws(EULER))
    assert (law.curve.template, law.constant, law.expression) == ("a = n + k; b = -n", "e", None)
    assert law.values_checked >= 50
    assert law.largest_checked > 10**5
    assert law.latex().startswith(r"\mathrm{PCF}\left(n + k,\ -n\right)")


def test_a_law_in_closed_form_is_found() -> None:
    law = check(Curve((0, 0, 0, 1, 0, 0), (1, 2, 0, 0, 0, 0)), 3)  # PCF(2 k n + k, 1) = coth(1/k)
    assert law is not None
    assert law.expression is not None
    found = limit(parse_formula("PCF(14n + 7, 1)"), 60)
    assert found is not None
    assert found.ball.overlaps(evaluate(at(law.expression, 7), 200))


def test_a_law_that_cannot_be_evaluated_far_outside_stands_by_its_cores() -> None:
    line = Curve((0, 1, 0, 0, 0, 0), (0, 0, 0, 1, 0, 0))  # PCF(n, k) = k 0F1(;2;k)/0F1(;1;k)
    assert agrees(line.at(10**5), "hyp0f1(2, 10^5)", recurred=False) is None
    law = check(line, 3)
    assert law is not None
    assert law.expression is not None
    assert law.largest_checked > 10**5


def test_a_wrong_law_does_not_agree() -> None:
    formula = parse_formula("PCF(4n + 2, 1)")
    assert agrees(formula, "(exp(1) + 1)/(exp(1) - 1)", recurred=True)
    assert not agrees(formula, "(exp(1) + 1)/(exp(1) - 1) + 10^(-90)", recurred=False)
    assert not agrees(None, "1", recurred=False)


def test_a_curve_quadratic_in_k_is_found_and_checked() -> None:
    squares_of_pi = [PCF((2,), (k * k, 2 * k, 1)) for k in range(3)]  # PCF(2, (n + k)^2)
    found = dict(bends({padded(formula): formula for formula in squares_of_pi}))  # type: ignore[misc]
    line = Curve((2, 0, 0, 0, 0, 1), (0, 0, 0, 0, 2, 0), (0, 0, 0, 1, 0, 0))
    assert found == {line: 3}
    assert line.template == "a = 2; b = n^2 + 2*k*n + k^2"
    law = check(line, 3)
    assert law is not None
    assert law.constant == "pi"


def test_formulas_of_degree_two_in_a_are_on_lines_too() -> None:
    line = Curve((0, 1, 2, 0, 0, 0), (1, 0, 0, 1, 0, 0))
    assert line.template == "a = 2*n^2 + n + k; b = k"
    assert line.at(3) == parse_formula("PCF(2n^2 + n + 3, 3)")


def test_a_plane_is_checked_far_outside() -> None:
    law = check_plane(Plane((0, 0, 0, 0, 0, 0), (0, 1, 0, 0, 0, 0), (0, 0, 0, 1, 0, 0)), 9)  # PCF(k n, m)
    assert law is not None
    assert law.plane.template == "a = k*n; b = m"
    assert law.constant == "hyp0f1(2, m/k^2)/hyp0f1(1, m/k^2)"
    assert law.largest_checked > 10**5
    assert law.latex().endswith(r"\quad k, m \ge 1")


def test_a_plane_of_different_constants_is_no_family() -> None:
    board = Plane((0, 0, 0, 0, 0, 1), (1, 0, 0, 0, 0, 0), (0, 0, 0, 0, 1, 0))  # PCF(k, n^2 + m n): pi and ln 2 in turn
    assert check_plane(board, 9) is None


def test_two_lines_that_meet_suggest_one_plane() -> None:
    one, other = (
        Law(Curve((0,) * 6, step), 1, "e", None, 3, 53, 10**6, "") for step in ((0, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, 0))
    )
    assert through(one, other) == Plane((-1, 0, 0, 0, -1, 0), (0, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, 0))
    assert through(other, one) is None
    assert plane_key(Plane((0,) * 6, (0, 1, 0, 0, 0, 0), (0, 2, 0, 0, 0, 0))) is None
    shifted = Plane((4, 0, 0, 0, -7, 0), (0, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, 0))
    assert plane_key(shifted) == plane_key(Plane((-1, 0, 0, 0, -1, 0), (1, 0, 0, 0, 0, 0), (1, 0, 0, 0, 1, 0)))


def test_a_rational_function_of_two_parameters_is_found_from_its_values() -> None:
    values = {(k, m): Fraction(k * k - 2 * m, k + 3 * m) for k in range(1, 7) for m in range(1, 7)}
    assert str(fit_plane(values)) == "(k^2 - 2*m)/(k + 3*m)"
    assert fit_plane({place: value + place[0] ** 3 for place, value in values.items()}) is None


def test_a_line_of_different_constants_is_no_family() -> None:
    board = Curve((0, 0, 0, 0, 0, 1), (1, 0, 0, 0, 0, 0))  # PCF(k, n^2): pi and ln 2 in turn
    assert check(board, 5) is None


# The board


@pytest.mark.parametrize(
    ("square", "sort", "constant"),
    [
        ((1, 0, 1), "even", "pi"),
        ((2, 0, 0), "even", "pi"),
        ((1, 0, 0), "below", "log(2)"),
        ((5, 3, 5), "below", "log(2)"),
        ((1, 0, 2), "above", RATIONAL),
        ((2, 10, 51), "above", RATIONAL),
    ],
)
def test_squares(square: tuple[int, int, int], sort: str, constant: str) -> None:
    assert square_of(formula_at(square)) == square
    assert sort_of(square) == sort
    assert constant_of(square) == constant


def test_what_is_not_on_the_board() -> None:
    assert square_of(parse_formula("PCF(n, n^2)")) is None
    assert square_of(parse_formula("PCF(1, n^2 + 1)")) is None
    assert square_of(parse_formula("PCF(1, n^2 - n)")) is None


def test_the_whole_law_of_the_board_is_rediscovered() -> None:
    members = [formula_at((A, r, s)) for A in range(1, 4) for r in range(3) for s in range(r, 5)]
    found = {board.sort: board for board in boards(members)}
    assert {sort: board.constant for sort, board in found.items()} == {
        "even": "pi", "below": "log(2)", "above": RATIONAL,
    }  # fmt: skip
    assert all(max(map(max, squares(sort, 1))) > 10**5 for sort in found)
    assert sum(board.values_checked for board in found.values()) > 150
    assert found["even"].relations > 40


# The commands


@pytest.fixture(scope="module")
def catalogue(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    for url in new_database(server_url, "formulary"):
        with open_database(url) as database:
            database.upgrade()
            with database.connect() as connection:
                add(connection, [*EULER, *(PCF((k,), (0, 0, 1)) for k in (2, 4, 6))])
        place = {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": str(tmp_path_factory.mktemp("home"))}
        assert formulary("family", "list", **place).returncode == 1
        assert formulary("family", "find", **place).returncode == 0
        yield place


def test_families_are_listed_shown_and_exported(catalogue: dict[str, str], tmp_path: Path) -> None:
    listed = json_of("family", "list", **catalogue)
    for row in listed:
        validate(row, "family")
    assert {"e", "pi"} <= {row["constant"] for row in listed}
    shown = json_of("family", "show", str(listed[0]["id"]), **catalogue)
    assert shown == listed[0]
    assert shown["proof"] == "closed_form"
    file = tmp_path / "families.tex"
    assert formulary("family", "export", "-o", str(file), **catalogue).returncode == 0
    assert file.read_text().count("\\mathrm{PCF}") == len(listed)
    lines = formulary("family", "export", "--format", "json", **catalogue).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in listed]
    assert "Moebius map of e" in formulary("family", "list", "--constant", "e", **catalogue).stdout


@pytest.mark.slow
def test_seeking_again_adds_nothing(catalogue: dict[str, str]) -> None:
    before = json_of("family", "list", **catalogue)
    assert formulary("family", "find", **catalogue).returncode == 0
    assert len(json_of("family", "list", **catalogue)) == len(before)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "9999"], 1, "there is no family 9999"),
        (["list", "--constant", "zeta(3)"], 1, "no families of zeta(3)"),
        (["export", "--format", "pdf"], 2, "latex"),
        (["export", "-o", "/nonexistent/x.tex"], 2, "cannot write /nonexistent/x.tex"),
    ],
)
def test_bad_input_is_one_sentence(catalogue: dict[str, str], arguments: list[str], code: int, words: str) -> None:
    done = formulary("family", *arguments, **catalogue)
    assert (done.returncode, done.stdout) == (code, "")
    assert SENTENCE.fullmatch(done.stderr)
    assert words in done.stderr
