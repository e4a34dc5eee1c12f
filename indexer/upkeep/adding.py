"""Formulas into the catalogue: a few in this process, or a stream of lines, evaluated by workers, stored in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import psycopg

from catalog.constants.library import Constant
from catalog.errors import FormularyError
from catalog.formulas.notations import Reading
from catalog.formulas.pcf import PCF
from catalog.store.constants import own_constants
from catalog.store.formulas import ids_by_key
from indexer.clusters.placement import OnlineClusters
from indexer.contract.guarded import BATCH
from indexer.identification.identify import LIBRARY_BUDGET
from indexer.identification.library import prepared_library
from indexer.identification.own_constants import read_library
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, compute_all, failed
from indexer.pipeline.storing import store
from indexer.similarity.anchors import Anchors, AnchorsWhenAsked, read_anchors
from indexer.sources.files.lines import numbered, reading_of_line
from indexer.upkeep.classes import sweep_classes
from indexer.upkeep.families import sweep_families
from indexer.upkeep.interlacing import add_fraction
from indexer.workers.pool import in_order

SWEEP_SECONDS = 60.0
"""Time for naming families of what was added; the next sweep goes on."""

FAMILY_SECONDS = 5.0
"""Time for naming the other members of one new formula's family."""

CLASS_SECONDS = 5.0
"""Time for finding a few new formulas' classes and for naming those."""

STORED_TOGETHER = 200
"""Formulas of one transaction."""


@dataclass
class Added:
    """What became of the lines."""

    added: int = 0
    known: int = 0
    refused: int = 0


def add_formulas(connection: psycopg.Connection, formulas: Iterable[PCF]) -> int:
    """Add a few formulas in this process, place them, name their families and classes; returns how many were new."""
    anchors, library = AnchorsWhenAsked(connection), read_library(connection)
    computed = [compute(formula, identified=True, anchors=anchors, library=library) for formula in formulas]
    ingested = store(connection, Batch.of(computed, library.version))
    for family in {done.evaluation.family for done in computed} - {None}:
        sweep_families(connection, family=family, seconds=FAMILY_SECONDS)
    sweep_classes(connection, ids=ingested.ids[ingested.new].tolist(), seconds=CLASS_SECONDS)
    OnlineClusters.place_once(connection, ingested.ids[ingested.new].tolist())
    return int(ingested.new.sum())


def add_lines(
    connection: psycopg.Connection, lines: Iterable[str], workers: int | None, say: Callable[[str], None]
) -> Added:
    """Add the formulas of JSON lines or of lines such as PCF(2n+1, n^2); a line that is refused is said and counted.

    Fractions with a rule of their own are stored beside their formulas, also of formulas that are known.
    """
    counts, fractions = Added(), list[Reading]()
    wanted = _unknown(connection, _read(lines, counts, fractions, say), counts)
    own = own_constants(connection)
    work = partial(_batch, read_anchors(connection), own)
    batches = in_order(work, wanted, _failed, workers=workers, batch=BATCH)
    clusters = OnlineClusters()
    while together := list(islice(batches, STORED_TOGETHER // BATCH)):
        ingested = store(connection, Batch.joined(together))
        clusters.place_new(connection, ingested.ids[ingested.new].tolist())
        counts.added += int(ingested.new.sum())
        fractions[:] = _without_formula(connection, fractions)
    _without_formula(connection, fractions)
    if counts.added:
        sweep_families(connection, seconds=SWEEP_SECONDS)
        classed = sweep_classes(connection, seconds=SWEEP_SECONDS, workers=workers)
        clusters.place_new(connection, classed.ids)
    return counts


def _read(lines: Iterable[str], counts: Added, fractions: list[Reading], say: Callable[[str], None]) -> Iterator[PCF]:
    """Yield the formulas of lines, and collect those that are written as fractions with a rule of their own."""
    for number, text in numbered(lines):
        try:
            reading = reading_of_line(text)
            if reading.fraction is not None:
                fractions.append(reading)
            yield reading.formula
        except (FormularyError, ValueError, RecursionError) as error:
            reason = error if isinstance(error, FormularyError) else "it is neither JSON nor a formula"
            counts.refused += 1
            say(f"line {number}: {reason}")


def _without_formula(connection: psycopg.Connection, fractions: Sequence[Reading]) -> list[Reading]:
    """Store fractions beside their formulas; return those whose formula the catalogue has not, as it comes later."""
    known = ids_by_key(connection, [reading.formula.key for reading in fractions])
    for reading in fractions:
        if reading.fraction is not None and reading.formula.key in known:
            add_fraction(connection, reading.formula, reading.fraction, reading.map, guessed_from=reading.guessed_from)
    return [reading for reading in fractions if reading.formula.key not in known]


def _unknown(connection: psycopg.Connection, formulas: Iterator[PCF], counts: Added) -> Iterator[PCF]:
    """Those that are not in the catalogue yet, each once."""
    seen: set[bytes] = set()
    while part := list(islice(formulas, STORED_TOGETHER)):
        known = ids_by_key(connection, [formula.key for formula in part])
        for formula in part:
            if formula.key in known or formula.key in seen:
                counts.known += 1
            else:
                seen.add(formula.key)
                yield formula


def _batch(anchors: Anchors, own: tuple[Constant, ...], formulas: Sequence[PCF]) -> list[Batch]:
    """Evaluate and identify formulas; runs in workers. Return one batch for all of them."""
    library = prepared_library(own)
    return [Batch.of(compute_all(formulas, anchors=anchors, budget=LIBRARY_BUDGET, library=library), library.version)]


def _failed(formula: PCF, reason: str) -> Batch:
    return Batch.of([failed(formula, reason)])
