"""The object of the indexer's status: how far it is, who works, what was found."""

from __future__ import annotations

from typing import Any

import psycopg

from catalog.store.progress import summary as read_summary
from catalog.store.summaries import NOW, Standing
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.similarity.catalogue_index import snapshot_manifest


def status(connection: psycopg.Connection, home: str | None, where: Standing = NOW) -> dict[str, Any]:
    """Counts of formulas, spaces, runs and the index of this host's home folder, as the contract has them.

    Formulas, findings and vectors are counted `where` they stand; the rest is of this moment.
    """
    summary = read_summary(connection, where)
    vectors = summary.findings["vectors"].get(str(VECTOR_VERSION), 0)
    manifest = snapshot_manifest(connection, home)
    statuses: dict[str, int] = {}
    for row in summary.counts:
        statuses[row["status"]] = statuses.get(row["status"], 0) + row["formulas"]
    return {
        "formulas": sum(statuses.values()),
        "canonical": sum(row["canonical"] for row in summary.counts),
        "statuses": statuses,
        "classes": {
            row["convergence_class"]: row["formulas"]
            for row in summary.counts
            if row["status"] == "converges" and row["convergence_class"]
        },
        "identified": summary.findings["identified"],
        "relations": summary.findings["relations"],
        "constants_found": summary.findings["constants_found"],
        "failed": sum(int(row["formulas_failed"]) for row in summary.spaces),
        "spaces": [
            {
                "space": row["space"],
                "size": row["size"],
                "done": row["ranks_done"],
                "failed": row["chunks_failed"],
                "priority": row["priority"],
                "paused": row["paused_at"] is not None,
                "ranks_per_second": round(row["ranks_per_second"], 1),
                "seconds_left": row["seconds_left"],
                "new_per_second": lately and round(lately.new_per_second, 1),
                "named_share": lately and lately.named_share and round(lately.named_share, 4),
            }
            for row in summary.spaces
            for lately in [row["lately"]]
        ],
        "ranks_per_second": round(summary.ranks_per_second, 1),
        "seconds_left": summary.seconds_left,
        "runs": [
            {
                "run": row["id"],
                "host": row["host"],
                "process": row["process_id"],
                "workers": row["worker_count"],
                "chunks": row["leased"],
                "heartbeat_age": round(row["heartbeat_age"], 1),
                "ended": row["ended_at"] is not None,
                "end_reason": row["end_reason"],
            }
            for row in summary.runs
        ],
        "index": {
            "vectors": vectors,
            "indexed": manifest.count if manifest else 0,
            "lag": vectors - (manifest.count if manifest else 0),
        },
    }
