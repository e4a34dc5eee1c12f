"""What finds out: enumeration, evaluation, identification, the neighbour index and the daemon.

>>> import indexer
>>> from catalog import parse_formula
>>> indexer.evaluate(parse_formula("PCF(2n+1, n^2)"), 20).limit.value
'1.2732395447351626862'
>>> [relation.expression for relation in indexer.identify(parse_formula("PCF(2n+1, n^2)")).relations]
['4/pi']
>>> indexer.identify("0.577215664901532860606512090082402431042").relations[0].expression
'euler_gamma'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.catalogue import Catalogue
    from catalog.formulas.pcf import PCF
    from catalog.store.search import Filter
    from indexer.identification.numbers import NumberIdentification
    from indexer.identification.outcome import Identification
    from indexer.kinds.evaluation import Evaluation
    from indexer.similarity.nearest import Query, Similar

__all__ = ["evaluate", "identify", "similar"]


def evaluate(formula: PCF | str, digits: int = 110) -> Evaluation:
    """Status, class, limit with its bound and metrics of a formula, or of its text; needs no catalogue."""
    from indexer.kinds.kind import kind_of

    chosen = _formula(formula)
    return kind_of(chosen).evaluate(chosen, digits)


def identify(what: PCF | str, digits: int = 110) -> Identification | NumberIdentification:
    """The constants behind a formula, or behind a number given as its decimal digits; needs no catalogue.

    A formula may be given by its text, PCF(a, b).
    """
    if isinstance(what, str) and not what.lstrip().upper().startswith("PCF"):
        from catalog.constants.library import library
        from indexer.identification.ladder.climb import EFFORT, MAX_DEGREE
        from indexer.identification.numbers import identify_number

        return identify_number(what, library().candidates(), MAX_DEGREE, effort=EFFORT)
    from indexer.pipeline.compute import compute

    found = compute(_formula(what), digits, identified=True).identification
    assert found is not None
    return found


def similar(catalogue: Catalogue, query: Query | str, k: int = 10, wanted: Filter | None = None) -> list[Similar]:
    """The k formulas of a catalogue nearest to a formula, its text, its number there, or a neighbour vector.

    With `wanted` the nearest that pass; fewer than k only where no more do.
    """
    from indexer.similarity.nearest import nearest

    asked = _formula(query) if isinstance(query, str) else query
    with catalogue.database.connect() as connection:
        return nearest(connection, asked, k, wanted)[1]


def _formula(given: PCF | str) -> PCF:
    from catalog.formulas.pcf import parse_formula

    return parse_formula(given) if isinstance(given, str) else given
