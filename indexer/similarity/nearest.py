"""The formulas of a catalogue nearest to a formula, a number of one, or a vector, with conditions that never starve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from catalog.errors import BadSnapshot, NotFound, NotPlacedError, VectorTextError
from catalog.formulas.pcf import PCF
from catalog.store import formulas as queries
from catalog.store.search import Filter, passing
from catalog.syntax import plain_signs
from indexer.kinds.kind import kind_of, vectors_of
from indexer.kinds.vectors import DIMENSION
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.similarity.vector_index import Neighbour

Query = PCF | int | npt.NDArray[np.float32]
"""A formula, the number of one in the catalogue, or a neighbour vector."""

FIRST_FACTOR = 8
"""How many times k candidates are fetched before the conditions are asked of the whole catalogue."""


@dataclass(frozen=True)
class Similar:
    """A formula near the query, its Euclidean distance, and its best relation to a named constant, if any."""

    formula: str
    id: int
    distance: float
    constant: str | None
    expression: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the object of the JSON contract."""
        return asdict(self)


def read_vector(text: str) -> npt.NDArray[np.float32]:
    """Read a neighbour vector from numbers with commas or blanks, in brackets or not. Raises VectorTextError."""
    try:
        numbers = np.array(
            [float(part) for part in plain_signs(text).strip(" []{}()").replace(",", " ").split()], np.float32
        )
    except ValueError:
        numbers = np.array([np.nan], np.float32)
    if len(numbers) != DIMENSION or not np.isfinite(numbers).all():
        raise VectorTextError(f"a neighbour vector is {DIMENSION} finite numbers with commas between them")
    return numbers


def require_convergent(formula: PCF) -> None:
    """Raise NotPlacedError for a formula that has no place among the convergent ones."""
    verdict = kind_of(formula).classify(formula)
    if verdict.status in ("diverges", "terminates"):
        raise NotPlacedError(f"{formula} {verdict.status} and has no place among the convergent formulas")


_Asked = tuple[str | None, npt.NDArray[np.float32], set[int]]
"""A query's text, its vector, and the formulas that are the query itself."""


def nearest(
    connection: psycopg.Connection,
    query: Query,
    k: int = 10,
    wanted: Filter | None = None,
    *,
    home: Path | str | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[str | None, list[Similar]]:
    """Return the text of the formula asked for (None for a vector), and the k nearest others that pass `wanted`.

    Fewer than k only where no more formulas pass. Raises NotFound for a number that the catalogue does not hold,
    NotPlacedError for a formula that does not converge.
    """
    asked = _query(connection, query)  # before the index is opened, or built: what is not there has no neighbours
    index = CatalogueIndex.open(connection, home, say, mapped=True)
    try:
        found = _found(connection, index, asked, k, wanted)
    except BadSnapshot as error:
        say(f"{error}; building the index from the database")
        index = CatalogueIndex.rebuilt(connection, home)
        found = _found(connection, index, asked, k, wanted)
    index.save_first(connection)
    return asked[0], found


def nearest_in(
    connection: psycopg.Connection, index: CatalogueIndex, query: Query, k: int, wanted: Filter | None = None
) -> tuple[str | None, list[Similar]]:
    """Return the same from an index that is open, and reads only; raises BadSnapshot where the database disagrees."""
    asked = _query(connection, query)
    return asked[0], _found(connection, index, asked, k, wanted)


def _found(
    connection: psycopg.Connection, index: CatalogueIndex, asked: _Asked, k: int, wanted: Filter | None
) -> list[Similar]:
    _, vector, own = asked
    return _described(connection, _passing_hits(connection, index, vector, k, wanted or Filter(canonical=False), own))


def _query(connection: psycopg.Connection, query: Query) -> _Asked:
    """Return the query's text and vector, and the formulas that are the query itself."""
    if isinstance(query, np.ndarray):
        return None, query, set()
    if isinstance(query, int):
        row = queries.formula_by_id(connection, query)
        if row is None:
            raise NotFound(f"the catalogue has no formula number {query}")
        query = PCF(row["a"], row["b"])
    require_convergent(query)
    own = set(queries.ids_by_key(connection, [query.key]).values())
    return str(query), vectors_of([query])[0], own


def _passing_hits(
    connection: psycopg.Connection,
    index: CatalogueIndex,
    vector: npt.NDArray[np.float32],
    k: int,
    wanted: Filter,
    own: set[int],
) -> list[Neighbour]:
    """Return the nearest that pass: among the first candidates where they suffice, else among all that pass."""
    if wanted.empty:
        return [hit for hit in index.nearest(connection, vector, k + len(own)) if hit.id not in own][:k]
    candidates = index.nearest(connection, vector, FIRST_FACTOR * k + len(own))
    passed = set(passing(connection, wanted, [hit.id for hit in candidates])) - own
    if len(passed) >= k:
        return [hit for hit in candidates if hit.id in passed][:k]
    allowed = np.array(sorted(set(passing(connection, wanted)) - own), np.int64)
    return index.index.search(vector, k, among=allowed)


def _described(connection: psycopg.Connection, hits: Sequence[Neighbour]) -> list[Similar]:
    rows = queries.coefficients_of(connection, [hit.id for hit in hits])
    labels = queries.labels_of(connection, [hit.id for hit in hits])
    found = []
    for hit in hits:
        row, label = rows[hit.id], labels.get(hit.id)
        constant, expression = (label["constant"], label["expression"]) if label else (None, None)
        found.append(Similar(str(PCF(row["a"], row["b"])), hit.id, hit.distance, constant, expression))
    return found
