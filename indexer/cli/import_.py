"""`formulary import`: formulas from files."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from catalog.errors import FileFormatError
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_added
from indexer.cli.progress import shown

PROGRAMS = ("arxiv", "blind-delta", "lirec")


@click.command(
    "import",
    epilog='Example: formulary import blind-delta results.csv --paper "arXiv 2412.16818"',
)
@click.argument("what", nargs=-1, metavar="[arxiv|blind-delta|lirec] FILE")
@option(
    "--paper", default=None, help="Source of the formulas, kept with them.  [default: name of the program and file]"
)
@option("--equation", default="", help="Equation or table in it.")
@option("--author", default=None, help="Who found them.")
@option("--link", default=None, metavar="URL", help="Address of the publication.")
@option(
    "--lengths",
    metavar="A,B",
    help="blind-delta: numbers of coefficients of a and b.  [default: as in its name, or half and half]",
)
@option("--keep-going", is_flag=True, help="Say and pass over records that cannot be used, and store the others.")
@option(
    "--sample",
    type=click.IntRange(0),
    metavar="N",
    help="Evaluate N records, chosen at random; the others are stored as imported.  [default: all are evaluated]",
)
@option(
    "--checksum",
    metavar="SHA256",
    help="Store the file as it is if this is its SHA-256, as export gives it; only where you trust who gave it.",
)
@option("--workers", type=click.IntRange(1, 1024), help="Processes that evaluate.  [default: one a core]")
@catalogue_options
@json_option
def import_formulas(
    what: tuple[str, ...],
    paper: str | None,
    equation: str,
    author: str | None,
    link: str | None,
    lengths: str | None,
    keep_going: bool,
    sample: int | None,
    checksum: str | None,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Bring formulas from FILE into the catalogue.

    An export of formulary is read whole, and its limits and relations are evaluated anew: what a record says is stored
    where the evaluation confirms it, and the record is refused where it does not. Files of JSON lines and CSV may be
    compressed by gzip. Tables of the Blind-Delta algorithm and of LIReC, which have the
    coefficient of the highest degree first, are evaluated and identified anew, and so are formulas of the literature:
    lines {"a": [1, 2], "b": [0, 0, 1], "limit": "4/pi", "arxiv": ["1907.00205"]}, the constant term first.
    """
    from catalog.store.findings import SourceRow
    from indexer.upkeep.importing import Trust, import_export, import_program
    from indexer.upkeep.literature import import_arxiv

    program, path = _program_and_path(what)
    source = SourceRow(0, paper or f"{program}, {path.name}", equation, author, link)
    pair = _lengths(lengths)
    if sample is not None and checksum is not None:
        raise click.UsageError("--sample and --checksum exclude each other: a checksum is given to evaluate nothing")
    if program == "arxiv" and paper is not None:
        raise click.UsageError("arxiv takes no --paper: each line names its papers")
    if program is not None and (sample is not None or checksum is not None or keep_going):
        raise click.UsageError(f"{program} takes no --sample, --checksum or --keep-going: all of it is evaluated")
    try:
        with catalogue(database_url, home) as connection, shown() as tell:
            if program is None:
                done = import_export(
                    connection,
                    path,
                    note,
                    trust=Trust(sample, checksum),
                    keep_going=keep_going,
                    workers=workers,
                    tell=tell,
                )
            elif program == "arxiv":
                done = import_arxiv(connection, path, source, workers, note)
            else:
                done = import_program(connection, program, path, pair, source, workers, note)
    except OSError as error:
        raise FileFormatError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    return write_added(done, as_json)


def _program_and_path(what: tuple[str, ...]) -> tuple[str | None, Path]:
    if len(what) == 1:
        path = Path(what[0])
        if not path.exists():
            raise click.UsageError(f"there is no file {what[0]}")
        return None, path
    if len(what) != 2:
        raise click.UsageError("give a file, or what it is from (arxiv, blind-delta, lirec) and a file")
    if what[0] not in PROGRAMS:
        near = get_close_matches(what[0], PROGRAMS, 1)
        raise click.UsageError(
            f"there is no format {what[0]!r}; "
            + (f"did you mean {near[0]}?" if near else "choose arxiv, blind-delta or lirec")
        )
    if not Path(what[1]).is_file():
        raise click.UsageError(f"there is no file {what[1]}")
    return what[0], Path(what[1])


def _lengths(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() and 0 < int(part) < 10_000 for part in parts):
        raise click.UsageError(f"{text[:60]!r} are no numbers of coefficients; write them as 3,3")
    return int(parts[0]), int(parts[1])
