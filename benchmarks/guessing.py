"""First guesses on a catalogue indexed here, in memory: by theory, by neighbours, by family key, by what is commonest.

`identification.py` prints the tables. A formula never sees itself, its mirror and inflations, its index shifts and
deflations ("shifts left out"), and in the hardest column no member of its family either. A guess is right where it is
the constant that identification has verified; since no two constants of the library are Moebius maps of each other,
names can be compared.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.neighbour_vector import SHIFTS, orbit, reduced
from catalog.formulas.pcf import PCF
from indexer.identification.identify import LIBRARY_BUDGET, begin, finish
from indexer.identification.library import prepared_library
from indexer.identification.screen import Begun, screen
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.families import family_key
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.relations.relation import Relation
from indexer.workers.pool import in_order

SPAN = range(-5, 6)
BATCH = 100
EXAMPLES = 20
"""Formulas shown that theory does not name."""
NEIGHBOURS = 8
"""Distinct constants that neighbours may propose before the library is swept, as in `identification.identify`."""


@dataclass(frozen=True)
class Indexed:
    """A formula of the catalogue with what identification found, on its own, without neighbours."""

    formula: PCF
    status: str
    outcome: str
    relation: Relation | None
    first_guess: str | None
    attempts: int
    family: str | None
    has_closed_form: bool

    @property
    def constant(self) -> str | None:
        return self.relation.constant if self.relation else None


def linear_box() -> list[PCF]:
    """Return the formulas of the quadratic box with deg a <= 1, one of each mirror pair."""
    heads = [(A0, A1) for A1 in range(6) for A0 in SPAN if A1 or A0 > 0]
    tails = [(B0, B1, B2) for B2 in SPAN for B1 in SPAN for B0 in SPAN if B0 or B1 or B2]
    return [PCF(a, b) for a in heads for b in tails]


def quadratic_sample(count: int, chance: random.Random) -> list[PCF]:
    """Return random formulas of the box with deg a = 2."""
    drawn: set[PCF] = set()
    while len(drawn) < count:
        a = (chance.choice(SPAN), chance.choice(SPAN), chance.randint(1, 5))
        b = tuple(chance.choice(SPAN) for _ in range(3))
        if any(b):
            drawn.add(PCF(a, b))
    return sorted(drawn)


def reference_quadratics(path: Path) -> list[PCF]:
    """Return the reference formulas with deg a = 2 and a name, which a random sample hardly meets."""
    rows = (json.loads(line) for line in path.read_text().splitlines())
    return [
        PCF(tuple(row["a"]), tuple(row["b"]))
        for row in rows
        if row["kind"] == "named" and len(row["a"]) == 3 and row["a"][-1] > 0
    ]


def indexed(formulas: Sequence[PCF], workers: int | None) -> list[Indexed]:
    """Evaluate and identify formulas, each on its own; the whole library is swept."""
    return list(in_order(_index, formulas, _failed, workers=workers, batch=BATCH))


def _index(formulas: Sequence[PCF]) -> list[Indexed]:
    """Identify formulas as bulk indexing does; their metrics are not wanted here."""
    screened = screen([_begun(formula) for formula in formulas], LIBRARY_BUDGET)
    rows = []
    for formula, each in zip(formulas, screened, strict=True):
        assert each is not None
        found = finish(each, LIBRARY_BUDGET)
        relation = found.relations[0] if found.relations else None
        guess = found.guesses[0] if found.guesses else None
        verdict = classify(formula)
        rows.append(
            Indexed(
                formula,
                verdict.status,
                found.outcome,
                relation,
                guess.constant if guess and guess.why != "library" else None,
                found.attempts,
                family_key(formula) if verdict.status == "converges" else None,
                closed_form(formula) is not None,
            )
        )
    return rows


def _begun(formula: PCF) -> Begun:
    return begin(formula, prepared_library(), known=limit(formula))


def _failed(formula: PCF, reason: str) -> Indexed:
    return Indexed(formula, "undetermined", "failed", None, None, 0, None, False)


class Catalogue:
    """The named formulas as anchors: vectors, constants, keys, in arrays."""

    def __init__(self, rows: Sequence[Indexed]) -> None:
        self.rows = [row for row in rows if row.constant is not None]
        self.constants = [str(row.constant) for row in self.rows]
        self.vectors = np.array([neighbour_vector(row.formula) for row in self.rows])
        self.families = [family_key(row.formula) for row in self.rows]
        self.reduced = [reduced(row.formula, True) for row in self.rows]
        self.commonest = Counter(self.constants).most_common(1)[0][0]
        self.places = {name: place for place, (name, _) in enumerate(prepared_library(), 1)}

    def seen(self, query: int, *, family: bool) -> npt.NDArray[np.bool_]:
        """Return which anchors a query may see: no shift of itself, and, unless `family`, nobody of its family."""
        out = orbit(self.rows[query].formula, SHIFTS)
        own = self.families[query]
        return np.array(
            [
                form not in out and (family or own is None or key != own)
                for form, key in zip(self.reduced, self.families, strict=True)
            ]
        )

    def proposed(self, query: int, seen: npt.NDArray[np.bool_]) -> list[str]:
        """Return the distinct constants of the nearest anchors, nearest first."""
        distances = ((self.vectors - self.vectors[query]) ** 2).sum(axis=1)
        order = [int(i) for i in np.argsort(distances, kind="stable") if seen[i]]
        return list(dict.fromkeys(self.constants[i] for i in order[: 4 * NEIGHBOURS]))[:NEIGHBOURS]

    def by_key(self, query: int, seen: npt.NDArray[np.bool_]) -> str | None:
        """Return the constant of the first anchor with the query's family key."""
        key = self.families[query]
        if key is None:
            return None
        return next((c for c, k, s in zip(self.constants, self.families, seen, strict=True) if s and k == key), None)

    def sweep_place(self, name: str, before: Sequence[str] = ()) -> int:
        """Return the attempts until `name` is tried, after the constants `before`; all of them where it never is."""
        if name in before:
            return before.index(name) + 1
        return len(before) + self.places.get(name, len(self.places))


@dataclass
class Shares:
    """What a method did on a group of queries."""

    queries: int = 0
    theory: int = 0
    neighbour: int = 0
    without_family: int = 0
    key: int = 0
    commonest: int = 0
    to_be_had: int = 0
    attempts: int = 0
    neighbour_attempts: int = 0
    sweep_attempts: int = 0


def shares(catalogue: Catalogue, wanted: Callable[[Indexed], bool], limit: int, chance: random.Random) -> Shares:
    """Return the first guesses for at most `limit` random queries among the named formulas that are wanted."""
    queries = [i for i, row in enumerate(catalogue.rows) if wanted(row)]
    result = Shares()
    for query in chance.sample(queries, min(limit, len(queries))):
        row, right = catalogue.rows[query], catalogue.constants[query]
        seen, strangers = catalogue.seen(query, family=True), catalogue.seen(query, family=False)
        proposed = catalogue.proposed(query, seen)
        result.queries += 1
        result.theory += row.first_guess == right
        result.neighbour += proposed[:1] == [right]
        result.without_family += catalogue.proposed(query, strangers)[:1] == [right]
        result.key += catalogue.by_key(query, seen) == right
        result.commonest += catalogue.commonest == right
        result.to_be_had += any(s and c == right for s, c in zip(seen, catalogue.constants, strict=True))
        result.attempts += row.attempts
        result.neighbour_attempts += catalogue.sweep_place(right, proposed)
        result.sweep_attempts += catalogue.sweep_place(right)
    return result


def report(rows: Sequence[Indexed], queries: int) -> Iterator[str]:
    """Yield the tables of what the catalogue holds and of first guesses, line by line."""
    yield "| formulas indexed | converge | rational or quadratic | named | infinite | no name found |"
    yield "|---|---|---|---|---|---|"
    for label, degree in (("deg a <= 1", (0, 1)), ("deg a = 2", (2,))):
        part = [row for row in rows if row.formula.deg_a in degree]
        converge = sum(row.status == "converges" for row in part)
        exact = sum(row.relation is not None and row.constant is None for row in part)
        named = sum(row.constant is not None for row in part)
        infinite = sum(row.outcome == "found" and row.relation is None for row in part)
        nameless = sum(row.outcome in ("excluded", "budget", "too_few_digits") for row in part)
        yield f"| {len(part)} {label} | {converge} | {exact} | {named} | {infinite} | {nameless} |"
    catalogue = Catalogue(rows)
    ways = Counter(row.relation.method.removeprefix("lll, ") for row in catalogue.rows if row.relation)
    yield ""
    yield "named by " + ", ".join(f"{way} {count}" for way, count in ways.most_common())
    examples = [row.formula for row in catalogue.rows if row.relation and row.relation.method.endswith("library")]
    if examples:
        yield "by the library alone: " + ", ".join(map(str, examples[:EXAMPLES]))
    yield ""
    yield (
        "| named formulas | queries | theory first | nearest anchor | same, family left out | family key | commonest"
        " | to be had | attempts: all | neighbours, then sweep | plain sweep |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    groups: list[tuple[str, Callable[[Indexed], bool]]] = [
        ("deg a <= 1", partial(_has_degree, 1)),
        ("deg a = 2", lambda row: row.formula.deg_a == 2),
        ("no closed form, no key", lambda row: not row.has_closed_form and row.family is None),
    ]
    for label, wanted in groups:
        s = shares(catalogue, wanted, queries, random.Random(7))
        if s.queries:
            percents = (s.theory, s.neighbour, s.without_family, s.key, s.commonest, s.to_be_had)
            means = (s.attempts, s.neighbour_attempts, s.sweep_attempts)
            cells = [f"{x / s.queries:.1%}" for x in percents] + [f"{x / s.queries:.1f}" for x in means]
            yield f"| {label} | {s.queries} | {' | '.join(cells)} |"


def _has_degree(most: int, row: Indexed) -> bool:
    return row.formula.deg_a <= most
