"""`formulary export` and `import`: the catalogue as a file, and formulas from files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.cli.filters import filter_options, read_filter
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_json

if TYPE_CHECKING:
    from catalog.exchange.export import Batch

FORMATS = ("parquet", "csv", "jsonl", "latex")
PROGRAMS = ("blind-delta", "lirec")


@click.command(
    "export",
    epilog="Example: formulary export formulas.csv --where \"constant = 'pi' and deg_a <= 1\"",
)
@click.argument("file", metavar="FILE")
@option("--format", "kind", type=click.Choice(FORMATS), help="By default from the name: .parquet .csv .jsonl .tex.")
@option("--where", metavar="SQL", help="A condition on the columns of the view formulas.")
@option("--partition-by", metavar="COLUMN", help="Parquet only: FILE becomes a folder, a file for each value.")
@filter_options
@option("--canonical", is_flag=True, help="Canonical formulas only, no mirrors or inflations.")
@catalogue_options
@json_option
def export(
    file: str,
    kind: str | None,
    where: str | None,
    partition_by: str | None,
    canonical: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
    **conditions: Any,
) -> None:
    """Write formulas with all that is known of them to FILE.

    An existing plain file is replaced when the new one is whole; - is stdout. `formulary import FILE` reads it
    back.
    """
    import psycopg

    from catalog.database.opening import open_database
    from catalog.errors import FileFormatError
    from catalog.exchange.export import copied

    kind = kind or _format_of(file)
    if partition_by is not None and kind != "parquet":
        raise click.UsageError("only Parquet can be partitioned; name the folder something.parquet")
    with open_database(database_url, home) as database:
        database.require_current()
        with database.reader() as connection:
            connection.execute("set statement_timeout = 0")
            wanted = read_filter(connection, conditions, canonical=canonical)
            try:
                count = _write(file, kind, copied(connection, wanted, where=where), partition_by)
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                if where is None:
                    raise
                reason = " ".join(str(error).split("\nLINE")[0].split())
                raise FileFormatError(f"the condition cannot be used: {reason}") from error
    if as_json and file != "-":
        write_json({"file": file, "format": kind, "formulas": count})
    else:
        note(f"{count} formulas written")


def _format_of(file: str) -> str:
    from catalog.errors import FileFormatError
    from catalog.exchange.files import SUFFIXES

    if file == "-":
        return "jsonl"
    found = SUFFIXES.get(Path(file).suffix.lower())
    if found is None:
        raise FileFormatError(
            f"cannot tell the format of {file}; name it .parquet, .csv, .jsonl or .tex, or give --format"
        )
    return found


def _write(file: str, kind: str, batches: Iterable[Batch], partition: str | None) -> int:
    from catalog.errors import FileFormatError
    from catalog.exchange.export import KINDS
    from catalog.exchange.files import WRITERS, pyarrow, write_parquet_folder
    from catalog.exchange.outputs import written, written_folder

    if partition is not None and KINDS.get(partition) not in ("text", "integer", "boolean"):
        raise FileFormatError(f"there is no column {partition} to partition by; status and convergence_class are usual")
    if kind == "parquet":
        pyarrow()
    if partition is not None:
        with written_folder(file) as folder:
            return write_parquet_folder(folder, batches, partition)
    with written(file, needs_file="Parquet" if kind == "parquet" else None) as output:
        return WRITERS[kind](output, batches)


@click.command(
    "import",
    epilog='Example: formulary import blind-delta results.csv --paper "arXiv 2412.16818"',
)
@click.argument("what", nargs=-1, metavar="[blind-delta|lirec] FILE")
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
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Bring formulas from FILE into the catalogue.

    An export of formulary is stored as it is, with all that is known. Tables of the Blind-Delta algorithm and of LIReC,
    which have the coefficient of the highest degree first, are evaluated and identified anew.
    """
    from catalog.database.opening import open_database
    from catalog.errors import FileFormatError
    from catalog.store.findings import SourceRow

    program, path = _program_and_path(what)
    source = SourceRow(0, paper or f"{program}, {path.name}", equation, author, link)
    pair = _lengths(lengths)
    try:
        with open_database(database_url, home) as database:
            database.require_current()
            with database.connect() as connection:
                if program is None:
                    from indexer.upkeep.importing import import_export

                    done = import_export(connection, path)
                    fields = {"added": done.added, "known": done.known, "refused": 0}
                    if done.left_out:
                        note(f"formulary: {done.left_out} relations to formulas that are not there were left out")
                else:
                    fields = _import_program(connection, program, path, pair, source, workers)
    except OSError as error:
        raise FileFormatError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    if as_json:
        write_json(fields)
    else:
        click.echo(", ".join(f"{count} {name}" for name, count in fields.items()))
    return 2 if fields["refused"] else 0


def _program_and_path(what: tuple[str, ...]) -> tuple[str | None, Path]:
    from difflib import get_close_matches

    if len(what) == 1:
        path = Path(what[0])
        if not path.exists():
            raise click.UsageError(f"there is no file {what[0]}")
        return None, path
    if len(what) != 2:
        raise click.UsageError("give a file, or the program it is from (blind-delta, lirec) and a file")
    if what[0] not in PROGRAMS:
        near = get_close_matches(what[0], PROGRAMS, 1)
        raise click.UsageError(
            f"there is no format {what[0]!r}; "
            + (f"did you mean {near[0]}?" if near else "choose blind-delta or lirec")
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


def _import_program(
    connection: Any, program: str, path: Path, lengths: tuple[int, int] | None, source: Any, workers: int | None
) -> dict[str, int]:
    from indexer.sources.files.blind_delta import read_blind_delta
    from indexer.sources.files.lirec import read_lirec
    from indexer.upkeep.adding import add_lines
    from indexer.upkeep.importing import add_sources

    lines = list(read_blind_delta(path, lengths) if program == "blind-delta" else read_lirec(path))
    for line in lines:
        if line.formula is None:
            note(f"line {line.number}: {line.reason}")
    formulas = [line.formula for line in lines if line.formula is not None]
    summary = add_lines(connection, map(str, formulas), workers, note)
    add_sources(connection, formulas, source)
    refused = summary.refused + len(lines) - len(formulas)
    return {"added": summary.added, "known": summary.known, "refused": refused}
