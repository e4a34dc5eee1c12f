"""Formulas that are stored without a name, searched again: with a constant that is new, or with a library that is.

Both go through the catalogue in pages and can end at any time. A search with the library leaves an exclusion of its
version behind, so that the next one goes on where it ended; one with a new constant is quick and leaves the rest to it.
What is found names mirrors, inflations and families too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import numpy as np
import psycopg

from catalog.constants.evaluation import known_digits
from catalog.constants.library import Constant
from catalog.store import clusters, locks
from catalog.store.clusters import Event
from catalog.store.findings import ExclusionRow, Findings, GuessRow
from catalog.store.limits import Unnamed, Wanted, count_unnamed, unnamed
from catalog.store.storing_findings import next_guess_place, store_findings
from catalog.version import __version__
from catalog.vocabulary import CHECKED_PROOFS, UNSUCCESSFUL_OUTCOMES
from indexer.clusters.labels import constant_detail
from indexer.clusters.naming import name_formula
from indexer.identification.attempts import MIN_DIGITS, Question, Search
from indexer.identification.identify import begin, finish
from indexer.identification.library import PreparedLibrary, scaled_constant
from indexer.identification.outcome import Identification, Proposal
from indexer.identification.screen import screen
from indexer.identification.typed import parse_number
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.relations.screening import SCREENED_BOUND, Constants, Numbers, moebius_bounds
from indexer.mathematics.relations.search import DIGITS
from indexer.pipeline.batch import relation_row
from indexer.pipeline.compute import BULK_BUDGET
from indexer.pipeline.storing import add_copies, name_constants
from indexer.similarity.anchors import NearestAnchors
from indexer.upkeep.families import sweep_families

PAGE = 1_000
"""Formulas that are read, searched and stored at a time with the library."""

CONSTANT_PAGE = 10_000
"""The same with one constant."""

FAMILY_SECONDS = 60.0
"""Time for the members of the families of what was named."""

CLUSTER_SECONDS = 5.0
"""Time for the members of the family of a cluster's representative; the daemon goes on with what is left."""

MOST_COUNTED = 10_000_000
"""Formulas left that are counted."""


@dataclass
class Searched:
    """What a search did: formulas looked at, those it named, and how many are left."""

    searched: int = 0
    named: int = 0
    left: int = 0

    def to_json(self) -> dict[str, int]:
        """The object of the JSON contract."""
        return {"searched": self.searched, "named": self.named, "left": self.left}


Stop = Callable[[], bool]

Found = TypeVar("Found")
Given = ParamSpec("Given")


def search_with_library(
    connection: psycopg.Connection,
    library: PreparedLibrary,
    anchors: NearestAnchors | None = None,
    *,
    constants: int = BULK_BUDGET,
    seconds: float | None = None,
    stop: Stop = lambda: False,
    say: Callable[[Searched], None] = lambda searched: None,
) -> Searched:
    """Search the formulas that were not searched yet with so many constants of this version of the library.

    Two such searches do not run at a time: the second does nothing. The connection must be idle.
    """
    wanted = Wanted(MIN_DIGITS, library.version, min(constants, len(library)))

    def look(page: Sequence[Unnamed]) -> list[Identification | None]:
        return _identified(page, library, anchors, constants)

    with locks.alone(connection, locks.SEARCH) as held:
        if not held:
            return Searched(left=count_unnamed(connection, wanted, 0, MOST_COUNTED))
        return _through(connection, wanted, PAGE, look, _limit(seconds, stop), say)


def search_anew(connection: psycopg.Connection, library: PreparedLibrary, formulas: Mapping[int, int]) -> Searched:
    """Search formulas, given by number, each with so many constants of the library, as if it had not been searched.

    What is excluded for them must have been withdrawn before. The connection must be idle.
    """
    done = Searched()
    for constants in sorted(set(formulas.values())):
        ids = tuple(number for number, tried in formulas.items() if tried == constants)
        wanted = Wanted(MIN_DIGITS, library.version, min(constants, len(library)), ids)

        def look(page: Sequence[Unnamed], constants: int = constants) -> list[Identification | None]:
            return _identified(page, library, None, constants)

        part = _through(connection, wanted, PAGE, look, lambda: False)
        done.searched += part.searched
        done.named += part.named
    return done


def search_with_constant(
    connection: psycopg.Connection, constant: Constant, library: PreparedLibrary, *, seconds: float | None = None
) -> Searched:
    """Compare the limits of all formulas without a name with one constant."""

    def look(page: Sequence[Unnamed]) -> list[Identification | None]:
        return _compared(page, constant, library)

    return _through(connection, Wanted(MIN_DIGITS), CONSTANT_PAGE, look, _limit(seconds, lambda: False))


def _limit(seconds: float | None, stop: Stop) -> Stop:
    deadline = None if seconds is None else time.monotonic() + seconds
    return lambda: stop() or (deadline is not None and time.monotonic() > deadline)


def _through(
    connection: psycopg.Connection,
    wanted: Wanted,
    count: int,
    look: Callable[[Sequence[Unnamed]], list[Identification | None]],
    stop: Stop,
    say: Callable[[Searched], None] = lambda searched: None,
) -> Searched:
    """Look at all formulas that are wanted, page by page, until there are no more or it is time to stop."""
    searched, after, families = Searched(), 0, set()
    while page := unnamed(connection, wanted, after, count):
        if stop():
            searched.left = count_unnamed(connection, wanted, after, MOST_COUNTED)
            break
        found = look(page)
        for row, identification in zip(page, found, strict=True):
            if identification is not None and identification.relations:
                _name(connection, row, identification)
                searched.named += 1
                families.add(row.family)
        if wanted.version is not None:
            _exclude(connection, page, found, wanted)
        searched.searched += len(page)
        after = page[-1].id
        say(searched)
    for family in sorted(family for family in families if family is not None):
        sweep_families(connection, family=family, seconds=FAMILY_SECONDS)
    return searched


# ------------------------------------------------------------------ looking


def _identified(
    page: Sequence[Unnamed], library: PreparedLibrary, anchors: NearestAnchors | None, constants: int
) -> list[Identification | None]:
    """What `identify` says of formulas, all of a page screened at once; None where it fails."""
    begun = [_guarded(begin, row.formula, library, anchors, known=_known(row)) for row in page]
    return [None if each is None else _guarded(finish, each, constants) for each in screen(begun, constants)]


def _guarded(work: Callable[Given, Found], *given: Given.args, **options: Given.kwargs) -> Found | None:
    """Return None for a formula whose limit cannot be evaluated anew: the others go on."""
    try:
        return work(*given, **options)
    except (ArithmeticError, ValueError):
        return None


def _compared(page: Sequence[Unnamed], constant: Constant, library: PreparedLibrary) -> list[Identification | None]:
    """What one constant says of formulas."""
    found: list[Identification | None] = [None] * len(page)
    searches = [_search(row, library) for row in page]
    value = scaled_constant(constant.expression, DIGITS)
    by_digits = known_digits(constant.expression) is not None
    if value is None and not by_digits:
        return found
    left = list(range(len(page)))
    if value is not None and not by_digits:
        limits = Numbers.of([search.asked.scaled(search.asked.at_digits) for search in searches])
        one = Constants.of(Numbers.of([value]))
        bounds = moebius_bounds(limits, one[np.zeros(len(page), dtype=np.int64)])
        left = np.flatnonzero(bounds < SCREENED_BOUND).tolist()
    proposal = Proposal(constant.expression, f"new constant {constant.name}")
    for row in left:
        search = searches[row]
        relation = _guarded(search.test, proposal, constant.name)
        if relation is not None:
            found[row] = Identification(page[row].formula, "found", (relation,), tuple(search.trail.guesses))
    return found


def _search(row: Unnamed, library: PreparedLibrary) -> Search:
    return Search(Question(row.formula, parse_number(row.value).ball, row.digits, library))


def _known(row: Unnamed) -> Limit:
    """The limit as it is stored; what is found is verified with the limit evaluated anew."""
    return Limit(row.value, row.digits, None, "agreement", None, parse_number(row.value).ball)


# ------------------------------------------------------------------ clusters


def name_clusters(connection: psycopg.Connection, library: PreparedLibrary) -> dict[int, str]:
    """Rename the unnamed clusters whose representative is a Moebius map of one of these constants: number, label.

    The connection must be idle.
    """
    renamed = {}
    waiting = clusters.unnamed_clusters(connection)
    formulas = clusters.formulas_by_id(connection, [row["representative_id"] for row in waiting])
    for row in waiting:
        number = row["representative_id"]
        found = name_formula(connection, number, formulas[number], library)
        if found is None:
            continue
        detail = constant_detail(found.name, 1, 1)
        detail |= {"before": row["label"], "why": "the constant turned up: its representative is a Moebius map of it"}
        with connection.transaction():
            clusters.relabel_cluster(connection, row["id"], found.name, found.constant_id)
            clusters.add_events(connection, None, [(row["id"], Event("relabelled", detail, found.relation_id))])
        renamed[row["id"]] = found.name
        if row["family"] is not None:
            sweep_families(connection, family=row["family"], seconds=CLUSTER_SECONDS)
    return renamed


# ------------------------------------------------------------------ storing


def _name(connection: psycopg.Connection, row: Unnamed, found: Identification) -> None:
    """Store the relation of a formula, those of its mirrors and inflations, and the guess that led to it."""
    (relation,) = found.relations
    name_constants(connection, dict(zip(relation.constants, relation.terms, strict=True)))
    findings = Findings(__version__, [relation_row(0, relation)])
    guess = next((guess for guess in found.guesses if guess.outcome == "found"), None)
    with connection.transaction(), connection.cursor() as cursor:
        if guess is not None:
            findings.guesses.append(
                GuessRow(
                    0,
                    next_guess_place(cursor, row.id),
                    guess.why,
                    guess.outcome,
                    guess.constant,
                    guess.neighbour,
                    guess.distance,
                    relation=0,
                )
            )
        numbers = [row.id]
        if relation.constant is not None:
            numbers += add_copies(cursor, row.id, row.formula, findings.relations[0], findings)
        store_findings(cursor, findings, numbers)


def _exclude(
    connection: psycopg.Connection, page: Sequence[Unnamed], found: Sequence[Identification | None], wanted: Wanted
) -> None:
    """Store that formulas were searched with this version of the library, also where the search failed."""
    assert wanted.version is not None
    findings = Findings(__version__)
    for place, (row, each) in enumerate(zip(page, found, strict=True)):
        if each is not None and any(relation.proof in CHECKED_PROOFS for relation in each.relations):
            continue
        exclusion = each.exclusion if each is not None else None
        bound, digits = (exclusion.bound, exclusion.digits) if exclusion else (1, min(DIGITS, row.digits))
        outcome = each.outcome if each is not None and each.outcome in UNSUCCESSFUL_OUTCOMES else "budget"
        needed = each.digits_needed if each is not None else None
        findings.exclusions.append(
            ExclusionRow(
                place, wanted.version, "moebius", len(str(bound)) - 1, digits, outcome, wanted.constants, needed
            )
        )
    with connection.transaction(), connection.cursor() as cursor:
        store_findings(cursor, findings, [row.id for row in page])
