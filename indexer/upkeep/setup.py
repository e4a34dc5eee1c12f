"""What a catalogue begins with: the library of constants, well-known formulas with their source, the first space."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from catalog.constants.library import library
from catalog.errors import SpaceError
from catalog.store.constants import ConstantRow, any_constant, store_constants
from catalog.store.findings import SourceRow
from catalog.store.formulas import ids_by_key
from catalog.store.leases import CHUNK_RANKS, add_space
from indexer.identification.values import with_value
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, library_version
from indexer.pipeline.storing import store
from indexer.sources.registry import QUADRATIC_5
from indexer.sources.seeds import seeds
from indexer.sources.space import Space

MAX_CHUNKS = 10_000_000
"""Chunks of a space at most: a gigabyte of rows."""


@dataclass(frozen=True)
class Seeded:
    """What `seed` brought into the catalogue."""

    constants: int
    formulas: int
    space: bool


def seed(connection: psycopg.Connection) -> Seeded:
    """Library, well-known formulas and, in a new catalogue, the quadratic box; what is there stays. Safe to repeat.

    A catalogue is new until it has constants, so that a space which was removed does not come back.
    """
    space = not any_constant(connection) and add(connection, QUADRATIC_5)
    return Seeded(seed_constants(connection), seed_formulas(connection), space)


def add(connection: psycopg.Connection, space: Space, priority: int = 0) -> bool:
    """Add a space with its chunks; False where its name is known. Raises SpaceError where there are too many."""
    if space.size > MAX_CHUNKS * CHUNK_RANKS:
        raise SpaceError(
            f"the space {space.name} has {space.size:,} ranks, more than the {MAX_CHUNKS * CHUNK_RANKS:,} that are"
            " handed out in chunks; give its parameters smaller ranges, and the rest as further spaces"
        )
    return add_space(connection, space.name, space.template, space.size, chunk_size=CHUNK_RANKS, priority=priority)


def seed_constants(connection: psycopg.Connection) -> int:
    """Store the library; returns how many constants were new or changed."""
    version = library_version()
    return store_constants(
        connection,
        [
            with_value(
                ConstantRow(
                    name=constant.name,
                    expression=constant.expression,
                    likelihood=likelihood,
                    latex=constant.latex,
                    constant_group=constant.group,
                    reference=constant.source,
                    oeis=constant.oeis,
                    equivalents=constant.equivalents,
                    library_version=version,
                )
            )
            for likelihood, constant in enumerate(library(), 1)
        ],
    )


def seed_formulas(connection: psycopg.Connection) -> int:
    """Evaluate, identify and store the well-known formulas that are missing; returns how many were new."""
    wanted = seeds()
    known = ids_by_key(connection, [item.formula.key for item in wanted])
    missing = [item for item in wanted if item.formula.key not in known]
    batch = Batch.of([compute(item.formula, identified=True) for item in missing])
    sources = [SourceRow(row, item.work, item.equation, item.author) for row, item in enumerate(missing)]
    return int(store(connection, batch, sources=sources).new.sum())
