"""What a catalogue holds, in a form that two runs must agree on to the last row and vector; and its index."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from indexer.kinds.vectors import DIMENSION
from indexer.similarity.catalogue_index import CatalogueIndex

FORMULAS = """
select encode(formula.key, 'hex'), formula.status, formula.convergence_class, formula.limit_value,
    formula.limit_digits, formula.bound_kind, formula.delta, formula.family, formula.closed_form,
    formula.evaluation_error, vector, encode(canonical.key, 'hex')
from formula
left join formula_vector on formula_id = formula.id
left join formula as canonical on canonical.id = formula.canonical_id
order by formula.key
"""

RELATIONS = """
select encode(key, 'hex'), relation.kind, proof, count(*)
from relation join formula on formula.id = formula_id
where relation.kind <> 'formula'
group by key, relation.kind, proof
order by key, relation.kind, proof
"""

CHUNKS = "select first_rank, last_rank, state from chunk where first_rank < %s order by first_rank"


@dataclass
class Catalogue:
    """The rows of a catalogue by key."""

    formulas: list[tuple[Any, ...]] = field(default_factory=list)
    relations: list[tuple[Any, ...]] = field(default_factory=list)

    @classmethod
    def read(cls, url: str) -> Catalogue:
        """All of it."""
        with psycopg.connect(url) as connection:
            return cls(connection.execute(FORMULAS).fetchall(), connection.execute(RELATIONS).fetchall())

    @property
    def vectors(self) -> int:
        """Number of vectors."""
        return sum(row[-2] is not None for row in self.formulas)

    def differences(self, other: Catalogue) -> list[str]:
        """Rows that stand in one and not, or otherwise, in the other."""
        return [
            *_unlike("formula", self.formulas, other.formulas, 1),
            *_unlike("relation", self.relations, other.relations, 3),
        ]


def _unlike(what: str, mine: list[tuple[Any, ...]], theirs: list[tuple[Any, ...]], key: int) -> list[str]:
    """Differences of two lists of rows whose first `key` columns identify them."""
    a, b = {row[:key]: row for row in mine}, {row[:key]: row for row in theirs}
    found = [f"{what}: lost {name}" for name in a.keys() - b.keys()]
    found += [f"{what}: surplus {name}" for name in b.keys() - a.keys()]
    for name in a.keys() & b.keys():
        columns = [f"{x!r} became {y!r}" for x, y in zip(a[name], b[name], strict=True) if x != y]
        found += [f"{what}: {name} differs: {', '.join(columns)}"] if columns else []
    return [*found, *([f"{what}: doubled"] if len(theirs) != len(b) else [])]


def chunk_faults(url: str, ranks: int) -> list[str]:
    """Ranks that are not in exactly one chunk that is done."""
    with psycopg.connect(url) as connection:
        chunks = connection.execute(CHUNKS, [ranks]).fetchall()
    faults = [f"chunk: {row}" for row in chunks if row[2] != "done"]
    end = 0
    for first, last, _ in chunks:
        if first != end:
            faults.append(f"chunk: ranks {end} to {first} are in no chunk, or in two")
        end = last
    return faults if end == ranks else [*faults, f"chunk: the ranks end at {end}"]


def index_faults(url: str, home: Path, said: list[str], *, mapped: bool = False) -> list[str]:
    """Where this host's index, opened as a daemon does or `mapped` as a reader does, is not what the database holds."""
    query = "select formula_id, vector from formula_vector order by formula_id"
    with psycopg.connect(url) as connection:
        before = {row[0] for row in connection.execute(query)}
        connection.commit()
        index = CatalogueIndex.open(connection, home, said.append, mapped=mapped).index
        stored: dict[int, list[float]] = dict(connection.execute(query).fetchall())
    held = dict(zip(index.ids.tolist(), index.vectors, strict=True))
    faults = [f"index: formula {number} is missing" for number in before - held.keys()]
    faults += [f"index: formula {number} is not in the database" for number in held.keys() - stored.keys()]
    for number in held.keys() & stored.keys():
        if not np.array_equal(held[number], np.array(stored[number], dtype=np.float32).reshape(DIMENSION)):
            faults.append(f"index: the vector of formula {number} differs")
    if len(held) != len(index):
        faults.append("index: an id stands twice")
    return faults
