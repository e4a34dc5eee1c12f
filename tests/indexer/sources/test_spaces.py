"""Formula spaces: the order and size of the quadratic box, the bijection, templates and what they refuse."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SpaceError
from catalog.formulas.pcf import PCF, parse_formula
from indexer.sources import registry
from indexer.sources.boxes import Box
from indexer.sources.registry import QUADRATIC_5, read_space
from indexer.sources.seeds import seeds
from indexer.sources.space import Space
from indexer.sources.template import Parameter
from indexer.sources.template_spaces import TemplateSpace

APERY = "a = (2n+1)(k n(n+1) + c); b = -n^6; k in 1..40, c in 1..40"


def box(deg_a: int, deg_b: int, bound: int) -> Space:
    a = "+".join(f"A{k} n^{k}" for k in range(deg_a + 1))
    b = "+".join(f"B{k} n^{k}" for k in range(deg_b + 1))
    return read_space("small", f"a = {a}; b = {b}; A*, B* in -{bound}..{bound}")


def test_the_quadratic_box_has_its_size_and_begins_with_the_simplest() -> None:
    assert (QUADRATIC_5.name, QUADRATIC_5.size) == ("quadratic-5", 1_768_900)
    assert [str(f) for f in QUADRATIC_5.formulas(0, 6)] == [
        "PCF(1, 1)",
        "PCF(-1, 1)",
        "PCF(1, -1)",
        "PCF(-1, -1)",
        "PCF(1, 2)",
        "PCF(-1, 2)",
    ]
    assert str(QUADRATIC_5.formula_at(1_768_899)) == "PCF(-5n^2 + 5n + 5, -5n^2 - 5n - 5)"


def test_the_quadratic_box_is_ordered_by_its_digits() -> None:
    """A2, B2, A1, B1, A0, B0 in the order 0, 1, -1, 2, ..., mirrors adjacent: by an independent enumeration."""
    order = [0, 1, -1, 2, -2]
    expected = []
    for a1, b1, a0, b0 in product(order, repeat=4):
        a, b = (a0, a1), (b0, b1)
        if any(a) and any(b) and (a1 or a0) > 0:
            expected += [PCF(a, b), PCF(a, b).mirror()]
    assert box(1, 1, 2).formulas(0, 576) == expected


@pytest.mark.parametrize(("deg_a", "deg_b", "bound"), [(0, 0, 1), (2, 0, 2), (0, 3, 1), (1, 2, 1), (2, 1, 1)])
def test_small_boxes_hold_each_formula_once(deg_a: int, deg_b: int, bound: int) -> None:
    space = box(deg_a, deg_b, bound)
    formulas = space.formulas(0, space.size)
    assert isinstance(space, Box)
    assert len(set(formulas)) == space.size == len(formulas)
    assert None not in formulas
    assert [space.rank_of(f) for f in formulas if f] == list(range(space.size))


@given(st.integers(0, QUADRATIC_5.size - 1))
def test_rank_to_formula_and_back(rank: int) -> None:
    formula = QUADRATIC_5.formula_at(rank)
    assert formula is not None
    assert QUADRATIC_5.rank_of(formula) == rank
    assert QUADRATIC_5.rank_of(formula.mirror()) == rank ^ 1
    assert (formula.a[-1] > 0) == (rank % 2 == 0)


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any),
    st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any),
)
def test_formula_to_rank_and_back(a: list[int], b: list[int]) -> None:
    formula = PCF(tuple(a), tuple(b))
    rank = QUADRATIC_5.rank_of(formula)
    assert rank is not None
    assert QUADRATIC_5.formula_at(rank) == formula


def test_arrays_agree_with_single_formulas_across_the_box() -> None:
    starts = np.linspace(0, QUADRATIC_5.size - 7, 50).astype(int)
    for start in starts:
        A, B = QUADRATIC_5.coefficient_arrays(start, start + 7)
        assert A.shape == B.shape == (7, 3) and A.dtype == B.dtype == np.int64
        for row in range(7):
            assert QUADRATIC_5.formula_at(int(start) + row) == PCF(tuple(A[row]), tuple(B[row]))


def test_the_whole_quadratic_box_is_distinct() -> None:
    A, B = QUADRATIC_5.coefficient_arrays(0, QUADRATIC_5.size)
    code = np.hstack([A, B]) @ (11 ** np.arange(6))
    assert len(np.unique(code)) == QUADRATIC_5.size
    assert A.any(axis=1).all() and B.any(axis=1).all()


def test_formulas_outside_the_box_have_no_rank() -> None:
    for text in ("PCF(6, 1)", "PCF(n^3, 1)", "PCF(1, -n^6)"):
        assert QUADRATIC_5.rank_of(parse_formula(text)) is None


def test_ranks_outside_a_space_are_refused() -> None:
    for start, stop in ((-1, 1), (0, QUADRATIC_5.size + 1), (5, 4)):
        with pytest.raises(SpaceError, match="outside the space quadratic-5"):
            QUADRATIC_5.coefficient_arrays(start, stop)


def test_a_family_runs_through_its_parameters() -> None:
    space = read_space("apery-like", APERY)
    assert isinstance(space, TemplateSpace) and space.size == 1600
    assert str(space.formula_at(0)) == "PCF(2n^3 + 3n^2 + 3n + 1, -n^6)"
    apery = parse_formula("PCF((2n+1)(17n(n+1)+5), -n^6)")
    assert space.rank_of(apery) == 16 * 40 + 4
    assert space.rank_of(parse_formula("PCF((2n+1)(41n(n+1)+5), -n^6)")) is None
    assert space.rank_of(parse_formula("PCF(n, -n^6)")) is None


@given(st.integers(0, 1599))
def test_linear_families_are_bijections(rank: int) -> None:
    space = read_space("apery-like", APERY)
    formula = space.formula_at(rank)
    assert formula is not None
    assert space.rank_of(formula) == rank


def test_families_that_are_not_linear_are_searched() -> None:
    space = read_space("squares", "a = (k n + m)^2; b = k m n^2 + 1; k, m in -3..3")
    ranks = [space.rank_of(f) for f in space.formulas(0, space.size) if f]
    assert space.size == 49 and len(ranks) == 48
    assert all(space.formula_at(r) == space.formula_at(r) for r in ranks if r is not None)
    assert None not in ranks
    assert space.rank_of(PCF((1,), (2,))) is None


def test_a_rank_with_a_zero_polynomial_holds_no_formula() -> None:
    space = read_space("line", "a = k; b = n; k in -1..1")
    assert space.formulas(0, 3) == [None, PCF((1,), (0, 1)), PCF((-1,), (0, 1))]
    assert space.rank_of(PCF((1,), (0, 1))) == 1


def test_a_template_without_parameters_is_one_formula() -> None:
    assert read_space("one", "a = 2n+1; b = n^2").formulas(0, 1) == [PCF((1, 2), (0, 0, 1))]


def test_large_coefficients_stay_exact() -> None:
    space = read_space("large", "a = n + k^5; b = k; k in 1000000000000..1000000000009")
    assert space.formula_at(3) == PCF(((10**12 + 3) ** 5, 1), (10**12 + 3,))


@given(st.integers(-20, 20), st.integers(0, 20), st.data())
def test_a_parameter_visits_each_value_once_by_size(low: int, width: int, data: st.DataObject) -> None:
    parameter = Parameter("k", low, low + width)
    values = [parameter.value(i) for i in range(parameter.size)]
    assert sorted(values) == list(range(low, low + width + 1))
    assert values == sorted(values, key=lambda v: (abs(v), v < 0))
    assert [parameter.index(v) for v in values] == list(range(parameter.size))
    assert parameter.index(low - 1) is None


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "does not give a and b"),
        ("a = n", "does not give a and b"),
        ("a = n; a = 1; b = n", "gives a twice"),
        ("a = k n; b = n", "the parameter k has no range; add for example k in 1..10"),
        ("a = k n; b = n; k in 1..3, k in 2..4", "the parameter k has two ranges"),
        ("a = k n; b = n; k in 3..1", "the range 3..1 is empty"),
        ("a = k n; b = n; k in 1..2, m in 1..2", "has no parameter m"),
        ("a = k n; b = n; k between 1 and 2", "cannot read the range 'k between 1 and 2'"),
        ("a = k n; b = n; k in 0.5..2", "cannot read the range"),
        ("a = k n; b = 0 n; k in 1..2", "b(n) is the zero polynomial"),
        ("a = n^k; b = n; k in 1..2", "not a polynomial with integer parameters at position 3"),
        ("a = n/k; b = n; k in 1..2", "not a polynomial with integer parameters"),
        ("a = k n/2; b = n; k in 1..2", "non-integer coefficients"),
        ("a = sin(n); b = n", "the parameter sin has no range"),
        ("a = (n; b = n", "bracket at position 2 of a(n) is not closed"),
        ("a = n^65; b = n", "beyond the supported degree 64"),
        ("a = (n+k)^1000000000; b = n; k in 1..2", "not supported"),
        ("a = 9^9^9^9; b = n", "not supported"),
        ("a = (A+B+C+D+E+F+G+H)^60; b = n; A,B,C,D,E,F,G,H in 1..2", "terms"),
        ("a = (k n)^64; b = n; k in 1..1" + "0" * 30, "more than the supported 1000 digits"),
        ("a = k n + m; b = n; k, m in 1..10000000000", "has more than 2^63 formulas"),
        ("a = k; b = n; k in 1..1" + "0" * 3000, "digits"),
        ("a = " + "n" * 100_000, "characters"),
    ],
)
def test_unreadable_templates_are_refused_in_one_sentence(template: str, reason: str) -> None:
    with pytest.raises(SpaceError) as caught:
        read_space("bad", template)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 250 and "\n" not in str(caught.value)


def test_a_large_family_that_is_not_linear_cannot_be_searched() -> None:
    space = read_space("large", "a = k m n; b = n; k, m in 1..10000")
    with pytest.raises(SpaceError, match="too large to look for a formula in"):
        space.rank_of(PCF((0, 1), (0, 1)))


def test_a_source_reads_the_templates_that_begin_with_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_odd(name: str, text: str) -> Space:
        return read_space(name, text.removeprefix("odd:"))

    monkeypatch.setattr(registry, "SOURCES", {"odd": read_odd})
    assert read_space("mine", "odd: a = 2k + 1; b = 1; k in 0..2").formulas(0, 2) == [PCF((1,), (1,)), PCF((3,), (1,))]
    with pytest.raises(SpaceError):
        read_space("mine", "even: a = 2k; b = 1; k in 0..2")


def test_the_seeds_are_formulas_with_where_they_were_published() -> None:
    published = {seed.formula: seed for seed in seeds()}
    assert len(published) == len(seeds())
    assert published[PCF((6,), (4,))].author == "Bombelli"
    assert published[PCF((6,), (4,))].work == "L'algebra, 1572"
    assert all(seed.work for seed in seeds())
