"""Which new cluster is which old one, and whether members without a name are related."""

from __future__ import annotations

from catalog.formulas.pcf import parse_formula
from indexer.clusters.labels import match, related


def test_an_old_cluster_is_the_new_one_with_most_of_its_members() -> None:
    assert match([(0, 7, 6), (1, 7, 4), (2, 8, 1)], {7: 10, 8: 9}, {0: 6, 1: 4, 2: 5}) == {0: 7}


def test_members_are_related_or_not() -> None:
    first, same, other = map(parse_formula, ("PCF(n, 3n + 1)", "PCF(n + 1, 3n + 4)", "PCF(n, 5n + 1)"))
    assert [e.relation is not None for e in related(first, [same])] == [True]
    assert [e.relation is not None for e in related(first, [other, same])] == [False]
