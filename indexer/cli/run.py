"""`formulary run` and `formulary status`: the indexer at work."""

from __future__ import annotations

import click

from indexer.cli.opened import database_of
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import write_json
from indexer.cli.progress import is_quiet
from indexer.cli.units import DURATION, SIZE

WATCH_SECONDS = 2.0
"""Pause between two pictures of `status --watch`."""


@click.command(epilog="Example: formulary run --once --limit 10000")
@option("--once", is_flag=True, help="Stop when nothing is open, instead of waiting for more.")
@option("--space", "spaces", multiple=True, metavar="NAME", help="Work on this space only; can be given again.")
@option(
    "--by-yield", is_flag=True, help="Of spaces of one priority, that first which lately named most formulas a second."
)
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
    by_yield: bool,
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
    from catalog.store.leases import ALL_RANKS
    from catalog.store.spaces import require_at_work
    from indexer.daemon.log import log_to_stderr
    from indexer.daemon.run import Daemon, stop_by_signal
    from indexer.daemon.settings import Settings

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
        by_yield=by_yield,
        recluster_after=recluster,
        index=index_kind,
    )
    with database_of(database_url, home) as database:
        with database.connect() as connection:
            require_at_work(connection, spaces)
        verbose = bool(click.get_current_context().find_root().params.get("verbose"))
        with log_to_stderr(log_format, quiet=is_quiet(), verbose=verbose) as log:
            daemon = Daemon(database.connect, home, log, settings)
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
