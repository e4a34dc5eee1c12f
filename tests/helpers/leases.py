"""Runs to claim chunks by."""

from __future__ import annotations

import psycopg

from catalog.database.opening import SCHEMA_VERSION
from catalog.store import leases


def start_run(connection: psycopg.Connection) -> int:
    """A run of this program, as a daemon enters it."""
    return leases.start_run(
        connection,
        host="here",
        process_id=1,
        program_version="0.1",
        schema_version=SCHEMA_VERSION,
        evaluator_version=1,
        vector_version=1,
        worker_count=2,
    )
