"""Formulas that were designed into the catalogue: with the constant that they are known to have, placed."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from indexer.clusters.placement import OnlineClusters
from indexer.design.designs import Design
from indexer.design.targets import Target
from indexer.identification.identify import LIBRARY_BUDGET
from indexer.identification.outcome import Proposal
from indexer.identification.own_constants import read_library
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute_all
from indexer.pipeline.storing import store


def add_designs(connection: psycopg.Connection, found: Sequence[Design], target: Target) -> int:
    """Add formulas that were designed, evaluated anew and placed; returns how many were new."""
    library = read_library(connection)
    proposals = {
        design.formula: Proposal(target.expression, f"the field {design.candidate.origin.field.name}")
        for design in found
    }
    computed = compute_all(
        [design.formula for design in found], budget=LIBRARY_BUDGET, library=library, expected=proposals
    )
    ingested = store(connection, Batch.of(computed, library.version))
    OnlineClusters.place_once(connection, ingested.ids[ingested.new].tolist())
    return int(ingested.new.sum())
