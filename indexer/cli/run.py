"""`formulary run` and `formulary status`: the indexer at work."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_fields, write_json, write_table
from indexer.cli.units import DURATION, SIZE

WATCH_SECONDS = 2.0
"""Pause between two pictures of `status --watch`."""


@click.command(epilog="Example: formulary run --once --limit 10000")
@option("--once", is_flag=True, help="Stop when nothing is open, instead of waiting for more.")
@option("--space", "spaces", multiple=True, metavar="NAME", help="Work on this space only; can be given again.")
@option("--limit", type=click.IntRange(1), help="Work on ranks below this of each space only.")
@option("--workers", type=click.IntRange(1, 1024), help="Worker processes.  [default: one a core]")
@option(
    "--lease",
    type=click.FloatRange(1, 86_400),
    default=30.0,
    help="Seconds after which others take over the chunks of a daemon that is not heard of.",
)
@option("--stop-after", type=DURATION, metavar="TIME", help="Finish what is under way and leave, such as 10m.")
@option("--memory-limit", type=SIZE, metavar="SIZE", help="Memory of all workers together, such as 4G.")
@option(
    "--scheduler",
    metavar="ADDRESS",
    help="Let the workers of a Dask scheduler evaluate, such as tcp://host:8786, instead of this machine's cores.",
)
@option(
    "--min-free-disk",
    type=SIZE,
    default="500M",
    metavar="SIZE",
    help="Pause while less is free in the home folder.",
)
@option(
    "--index",
    "index_kind",
    type=click.Choice(["flat", "ivf"]),
    help="Index of this host: exact, or by inverted lists for many millions.  [default: as it is, at first flat]",
)
@option(
    "--recluster",
    type=DURATION,
    default="1d",
    metavar="TIME",
    help="Make the clusters, where there are any, anew when they are so old.",
)
@option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    help="Lines of key=value or of JSON.  [default: a bar on a terminal, else text]",
)
@catalogue_options
@json_option
def run(
    once: bool,
    spaces: tuple[str, ...],
    limit: int | None,
    workers: int | None,
    lease: float,
    stop_after: float | None,
    memory_limit: float | None,
    scheduler: str | None,
    min_free_disk: float,
    index_kind: str | None,
    recluster: float,
    log_format: str | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Index: evaluate the formulas of the spaces, store, place and identify them.

    Ctrl-C finishes the current transaction and leaves; a second one leaves at once. Nothing is lost or done twice,
    also after a kill: run it again and it carries on. Any number of daemons may work on one database.
    """
    from catalog.database.opening import open_database
    from catalog.store.leases import ALL_RANKS, require_spaces
    from indexer.daemon.log import report
    from indexer.daemon.run import Daemon, Settings, stop_by_signal

    if scheduler is not None and (workers or memory_limit):
        raise click.UsageError(
            "with --scheduler the cluster decides on workers and memory; leave out --workers and --memory-limit"
        )
    memory = None if memory_limit is None else int(memory_limit)
    settings = Settings(
        once=once,
        rank_limit=limit or ALL_RANKS,
        workers=workers,
        lease_seconds=lease,
        stop_after=stop_after,
        memory_limit=memory,
        min_free_disk=int(min_free_disk),
        scheduler=scheduler,
        spaces=spaces,
        recluster_after=recluster,
        index=index_kind,
    )
    with open_database(database_url, home) as database:
        database.require_current()
        with database.connect() as connection:
            require_spaces(connection, spaces)
        with report(log_format) as words:
            daemon = Daemon(database.connect, home, words, settings)
            with stop_by_signal(daemon):
                tally = daemon.run()
    fields = {
        "chunks": tally.chunks,
        "ranks": tally.ranks,
        "formulas": tally.formulas,
        "new": tally.new,
        "failed": tally.failed,
        "identified": tally.identified,
        "seconds": round(tally.seconds, 3),
        "formulas_per_second": round(tally.formulas / tally.seconds, 1) if tally.seconds else 0.0,
        "indexed": tally.indexed,
    }
    if as_json:
        write_json(fields)
    else:
        click.echo(
            f"{tally.formulas} formulas in {tally.seconds:.0f} s ({fields['formulas_per_second']} a second):"
            f" {tally.new} new, {tally.failed} failed, {tally.identified} identified"
        )


@click.command(epilog="Example: formulary status --watch")
@option("--watch", is_flag=True, help="Show it anew every two seconds, until Ctrl-C.")
@option("--prometheus", is_flag=True, help="Write figures as a collector such as Prometheus reads them.")
@catalogue_options
@json_option
def status(watch: bool, prometheus: bool, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Show how far the indexer is, who works, and what was found."""
    from catalog.database.opening import open_database

    with open_database(database_url, home) as database:
        database.require_current()
        with database.connect() as connection:
            if prometheus:
                from indexer.contract.prometheus import exposition

                click.echo(exposition(connection, _status(connection, home), home), nl=False)
                return
            while True:
                result = _status(connection, home)
                if watch and sys.stdout.isatty():
                    click.clear()
                write_json(result) if as_json else _write_status(result)
                if not watch:
                    return
                sys.stdout.flush()
                time.sleep(WATCH_SECONDS)


def _status(connection: Any, home: str | None) -> dict[str, Any]:
    from catalog.store.progress import summary as read_summary
    from catalog.store.vectors import vector_count
    from indexer.kinds.vectors import VECTOR_VERSION
    from indexer.similarity.catalogue_index import snapshot_manifest

    summary = read_summary(connection)
    vectors = vector_count(connection, VECTOR_VERSION)
    manifest = snapshot_manifest(connection, home)
    statuses: dict[str, int] = {}
    for row in summary.counts:
        statuses[row["status"]] = statuses.get(row["status"], 0) + row["formulas"]
    return {
        "formulas": sum(statuses.values()),
        "canonical": summary.findings["canonical"],
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
            {"space": row["space"], "size": row["size"], "done": row["ranks_done"], "failed": row["chunks_failed"]}
            for row in summary.spaces
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


def _write_status(result: dict[str, Any]) -> None:
    total = max(result["formulas"], 1)
    write_fields(
        [
            ("formulas", f"{result['formulas']:,} ({result['canonical']:,} canonical)"),
            *(
                (f"  {name.replace('_', ' ')}", f"{n:,} ({100 * n / total:.1f} %)")
                for name, n in result["statuses"].items()
            ),
            ("identified", f"{result['identified']:,} canonical, {result['constants_found']} constants found"),
            ("failed", result["failed"] or None),
            ("rate", f"{result['ranks_per_second']} ranks a second over the last minutes"),
            ("time left", _duration(result["seconds_left"])),
            ("index", f"{result['index']['indexed']:,} vectors in the snapshot, {result['index']['lag']:,} behind"),
        ]
    )
    write_table(
        ("space", "size", "done"),
        [(s["space"], f"{s['size']:,}", _share(s["done"], s["size"])) for s in result["spaces"]],
        right=("size", "done"),
    )
    working = [r for r in result["runs"] if not r["ended"]]
    if working:
        write_table(
            ("run", "host", "process", "workers", "chunks", "heard of"),
            [
                (r["run"], r["host"], r["process"], r["workers"], r["chunks"], f"{r['heartbeat_age']:.0f} s ago")
                for r in working
            ],
        )
    else:
        note("no daemon is at work; start one with `formulary run`")


def _duration(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.1f} %)"
