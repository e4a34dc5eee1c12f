"""Neighbour vectors of a new version for the formulas of an older catalogue; no limit is evaluated."""

from __future__ import annotations

import psycopg

from catalog.progress import Tell, silent
from catalog.store.vectors import add_vectors, drop_older_vectors, without_vector
from indexer.kinds.kind import vectors_of
from indexer.kinds.vectors import VECTOR_VERSION

PAGE = 5_000
"""Formulas of one transaction."""


def renew_vectors(connection: psycopg.Connection, tell: Tell = silent) -> int:
    """Give every convergent formula the vector of today, drop those of older versions; return how many were lacking.

    Safe to repeat and to end.
    """
    done = after = 0
    while page := without_vector(connection, VECTOR_VERSION, after=after, count=PAGE):
        vectors = vectors_of([formula for _, formula in page]).tolist()
        numbers = [number for number, _ in page]
        add_vectors(connection, VECTOR_VERSION, list(zip(numbers, vectors, strict=True)))
        done, after = done + len(page), numbers[-1]
        tell("neighbour vectors", done)
    drop_older_vectors(connection, VECTOR_VERSION)
    return done
