"""Many formulas screened at once: a sweep finds what it finds for each alone, in the order of the library."""

from __future__ import annotations

from catalog.constants.library import Constant, library
from catalog.formulas.pcf import PCF
from catalog.store.constants import OWN
from indexer.identification.attempts import Search
from indexer.identification.identify import begin, finish, identify
from indexer.identification.library import PreparedLibrary, prepared_library
from indexer.identification.screen import screen
from indexer.mathematics.relations.screening import (
    SCREENED_BOUND,
)
from indexer.pipeline.compute import compute_all, compute_pairs
from tests.helpers.constants import Named


def test_formulas_that_converge_fast_try_values_of_entire_functions_first() -> None:
    terms = prepared_library()
    fast, slow = ([name for name, _ in terms.members(entire=flag)] for flag in (True, False))
    assert sorted(fast) == sorted(slow) == sorted(name for name, _ in terms)
    groups = {constant.name: constant.group for constant in library()}
    count = sum(group in library().entire for group in groups.values())
    assert {groups[name] for name in fast[:count]} == set(library().entire) == {groups[n] for n in slow[-count:]}
    assert len({groups[name] for name in fast[: len(library().entire)]}) == len(library().entire)
    own = Constant("mine", "pi^7", OWN)
    assert all(prepared_library((own,)).members(entire=flag)[0] == ("mine", "pi^7") for flag in (True, False))


def test_a_screened_sweep_finds_what_a_plain_one_finds() -> None:
    constants = [Named("pi", "pi"), Named("z", "zeta(3)"), Named("1/phi", "hyp1f1(1/2, 2, 1/3)/hyp1f1(1/2, 1, 1/3)")]
    formulas = [PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1)), PCF((1, 1), (1, 0, 3)), PCF((1, 0, 1), (2, 1))]
    terms = PreparedLibrary(constants)
    screened = screen([begin(formula, terms) for formula in formulas], budget=10)
    sweeps = [search.screening.sweep for search in screened if isinstance(search, Search)]
    assert any(sweep is not None and sweep.excluded for sweep in sweeps)
    for formula, found in zip(formulas, screened, strict=True):
        assert found is not None
        ended = finish(found)
        plain = identify(formula, terms)
        assert (ended.outcome, ended.relations, ended.attempts) == (plain.outcome, plain.relations, plain.attempts)
        if ended.exclusion is not None:
            assert plain.exclusion is not None
            assert SCREENED_BOUND <= ended.exclusion.bound <= plain.exclusion.bound


def test_many_formulas_at_once_give_what_each_gives_alone() -> None:
    formulas = [PCF((1, 2), (0, 0, 1)), PCF((-1, -2), (0, 0, 1)), PCF((3, 0, 1), (1, 0, 1)), PCF((1,), (-5,))]
    together = compute_pairs(formulas)
    assert [done.formula for done in together] == formulas
    for done in together:
        alone = compute_all([done.formula])[0]
        assert done.identification is not None
        assert alone.identification is not None
        assert done.identification.outcome == alone.identification.outcome
        if done.evaluation.limit is not None:
            assert alone.evaluation.limit is not None
            assert done.evaluation.limit.value == alone.evaluation.limit.value
