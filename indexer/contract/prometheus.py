"""`formulary status --prometheus`: figures in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from catalog.server.home import free_bytes
from catalog.store import health
from catalog.store.summaries import NOW, Standing

Samples = Iterable[tuple[dict[str, str], float]]


def exposition(connection: psycopg.Connection, status: dict[str, Any], home: str | None, where: Standing = NOW) -> str:
    """The figures of `status`, and those of the bookkeeping, one gauge after the other.

    Formulas and relations are counted `where` they stand; then the moment of the count is a gauge too.
    """
    figures = health.gauges(connection, where)
    at_work = [run for run in status["runs"] if not run["ended"]]
    plain = {
        "formulas": ("formulas in the catalogue", status["formulas"]),
        "formulas_failed": ("formulas whose evaluation failed", figures["formulas_failed"]),
        "identified": ("canonical formulas with a verified relation", status["identified"]),
        "relations_unverified": ("relations found numerically only", figures["relations_unverified"]),
        "verification_failures": ("relations whose last verification failed", figures["verification_failures"]),
        "ranks_per_second": ("ranks done a second over the last minutes", status["ranks_per_second"]),
        "lease_overdue_seconds": ("since when the oldest lease is not renewed", figures["lease_overdue_seconds"]),
        "index_lag": ("vectors that are not in this host's snapshot", status["index"]["lag"]),
        "database_bytes": ("size of the database", figures["database_bytes"]),
        "free_bytes": ("free disk in the home folder", free_bytes(home)),
    }
    if where.counted_at is not None:
        plain["counted_at_seconds"] = ("when formulas and relations were counted", where.counted_at.timestamp())
    lines = [line for name, (words, value) in plain.items() for line in _gauge(name, words, [({}, value)])]
    chunks = [({"state": state}, figures[f"chunks_{state}"]) for state in ("open", "leased", "failed")]
    lines += _gauge("chunks", "chunks by state", chunks)
    ages = [({"run": str(run["run"]), "host": run["host"]}, run["heartbeat_age"]) for run in at_work]
    lines += _gauge("heartbeat_age_seconds", "since when a daemon was not heard of", ages)
    return "\n".join(lines) + "\n"


def _gauge(name: str, words: str, samples: Samples) -> list[str]:
    lines = [f"# HELP formulary_{name} {words}", f"# TYPE formulary_{name} gauge"]
    for labels, value in samples:
        text = ",".join(f'{key}="{_escaped(label)}"' for key, label in labels.items())
        lines.append(f"formulary_{name}{{{text}}} {value}" if text else f"formulary_{name} {value}")
    return lines


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
