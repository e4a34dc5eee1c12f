"""`formulary status`: how far the indexer is."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_fields, write_json, write_table
from indexer.cli.units import duration

WATCH_SECONDS = 2.0
"""Pause between two pictures of `status --watch`."""


@click.command(epilog="Example: formulary status --watch")
@option("--watch", is_flag=True, help="Show it anew every two seconds, until Ctrl-C.")
@option("--prometheus", is_flag=True, help="Write figures as a collector such as Prometheus reads them.")
@catalogue_options
@json_option
def status(watch: bool, prometheus: bool, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Show how far the indexer is, who works, and what was found."""
    from indexer.contract.prometheus import exposition
    from indexer.contract.status import status as status_object

    with catalogue(database_url, home) as connection:
        if prometheus:
            from indexer.contract.prometheus import exposition

            click.echo(exposition(connection, status_object(connection, home), home), nl=False)
            return
        while True:
            result = status_object(connection, home)
            if watch and sys.stdout.isatty():
                click.clear()
            write_json(result, rows="spaces") if as_json else _write_status(result)
            if not watch:
                return
            sys.stdout.flush()
            time.sleep(WATCH_SECONDS)


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
            ("index", f"{result['index']['indexed']:,} vectors in the snapshot, {result['index']['lag']:,} behind"),
        ]
    )
    write_table(
        ("space", "size", "done", "new a second", "named", "time left"),
        [
            (
                s["space"],
                f"{s['size']:,}",
                _share(s["done"], s["size"]),
                None if s["new_per_second"] is None else f"{s['new_per_second']:,}",
                None if s["named_share"] is None else f"{100 * s['named_share']:.1f} %",
                "paused" if s["paused"] else duration(s["seconds_left"]),
            )
            for s in result["spaces"]
        ],
        right=("size", "done", "new a second", "named", "time left"),
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


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.1f} %)"
