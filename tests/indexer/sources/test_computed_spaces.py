from __future__ import annotations

import pytest

from catalog.errors import SpaceError
from catalog.formulas.pcf import PCF
from indexer.sources.matrix_fields.spaces import FieldSpace
from indexer.sources.registry import read_space
from indexer.sources.space import Proposed

ZETA2 = "field 3F2(1); direction a* in 0..1, b* in 0..2; start (1,1,1,2,2)"
APERY = PCF((25, 33, 11), (1, 4, 6, 4, 1))


def test_a_space_of_trajectories_holds_a_formula_for_each_direction_that_has_one() -> None:
    space = read_space("zeta2", ZETA2)
    assert isinstance(space, FieldSpace) and space.size == 8 * 9
    items = space.items(0, space.size)
    held = {space.direction_at(rank): item for rank, item in enumerate(items) if item is not None}
    assert len(held) > 10 and (0, 0, 0, 0, 0) not in held and (0, 0, 0, 2, 2) not in held
    known = held[1, 1, 1, 2, 2]
    assert isinstance(known, Proposed) and known.formula == APERY and known.constant == "pi^2"


def test_of_permutations_of_a_direction_one_is_held() -> None:
    space = read_space("zeta2", ZETA2)
    assert isinstance(space, FieldSpace)
    directions = [space.direction_at(rank) for rank in range(space.size) if space.item_at(rank) is not None]
    classes = [(tuple(sorted(d[:3])), tuple(sorted(d[3:]))) for d in directions]
    assert len(set(classes)) == len(classes)


def test_the_rank_of_a_formula_is_found() -> None:
    space = read_space("zeta2", ZETA2)
    rank = space.rank_of(APERY)
    assert rank is not None and space.formula_at(rank) == APERY
    assert space.rank_of(PCF((1,), (7,))) is None


def test_the_columns_of_a_space_are_its_formulas() -> None:
    space = read_space("zeta2", ZETA2)
    A, B = space.coefficient_arrays(40, space.size)
    rows = zip(A.tolist(), B.tolist(), strict=True)
    assert [PCF(tuple(a), tuple(b)) if any(a) and any(b) else None for a, b in rows] == space.formulas(40, space.size)


def test_a_space_of_signed_fractions_knows_its_constant() -> None:
    space = read_space("e", "signed e; maps up to 1; signs up to 1")
    items = [item for item in space.items(0, space.size) if item is not None]
    assert items and all(isinstance(item, Proposed) and item.constant == "e" for item in items)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("field 3F2(1)", "a space of trajectories is written like field"),
        ("field 3F2(1); direction a* in 0..1; start (1,1,1,2,2)", "no range for b0, b1"),
        ("field 3F2(1); direction a* in 0..1, b* in 0..1; start (1,1)", "its start has 2"),
        ("field 3F2(1); direction a* in 1..0, b* in 0..1; start (1,1,1,2,2)", "the range 1..0 is empty"),
        ("field 3F2(1); direction c* in 0..1, b* in 0..1; start (1,1,1,2,2)", "has no axis c"),
        ("field 3F2(1); direction a* in x; start (1,1,1,2,2)", "cannot read the range 'a. in x'"),
        ("field nonsense; direction x in 0..1; start (1)", "there is no field 'nonsense'"),
        ("field 2F1(-1); direction a* in 0..1, b* in 0..1; start (1,1,-2)", "the start is on a pole"),
        ("signed e; maps", "is written like signed e"),
        ("signed e; maps up to 9; signs up to 3", "maps up to 1 to 6"),
        ("signed nonsense; maps up to 1; signs up to 1", "unknown constant nonsense"),
    ],
)
def test_what_is_no_space_is_refused_with_one_sentence(text: str, message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        read_space("mine", text)
