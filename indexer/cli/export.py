"""`formulary export`: the catalogue as a file, or as a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from catalog.errors import FileFormatError
from catalog.exchange.outputs import written, written_folder
from catalog.progress import Tell
from indexer.cli.filters import filter_options, read_filter
from indexer.cli.opened import catalogue_read
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_json
from indexer.cli.progress import shown

if TYPE_CHECKING:
    from catalog.exchange.dataset_texts import About
    from catalog.exchange.export import CsvBatch

FORMATS = ("parquet", "csv", "jsonl", "latex")


@click.command(
    "export",
    epilog="Example: formulary export formulas.csv --where \"constant = 'pi' and deg_a <= 1\"",
)
@click.argument("file", metavar="[FILE]", required=False)
@option("--format", "kind", type=click.Choice(FORMATS), help="By default from the name: .parquet .csv .jsonl .tex.")
@option("--where", metavar="SQL", help="A condition on the columns of the view formulas.")
@option("--partition-by", metavar="COLUMN", help="Parquet only: FILE becomes a folder, a file for each value.")
@option("--dataset", metavar="DIR", help="Instead of FILE: a folder with Parquet, descriptions, licence and citation.")
@option("--overwrite", is_flag=True, help="With --dataset: replace an older data set.")
@option("--title", help="With --dataset: its title.")
@option("--licence", "--license", metavar="SPDX", help="With --dataset: identifier of its licence.  [default: CC0-1.0]")
@option("--author", "authors", multiple=True, help="With --dataset: who is to be cited; can be repeated.")
@filter_options
@option("--canonical", is_flag=True, help="Canonical formulas only, no mirrors or inflations.")
@catalogue_options
@json_option
def export(
    file: str | None,
    kind: str | None,
    where: str | None,
    partition_by: str | None,
    dataset: str | None,
    overwrite: bool,
    title: str | None,
    licence: str | None,
    authors: tuple[str, ...],
    canonical: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
    **conditions: Any,
) -> None:
    """Write formulas with all that is known of them to FILE.

    An existing plain file is replaced when the new one is whole; - is stdout. `formulary import FILE` reads it
    back, with the SHA-256 that is said at the end also without evaluating it. With --dataset, a new or empty
    folder becomes a data set: formulas, relations, constants and laws in Parquet, with what every column means.
    """
    from catalog.exchange.export import copied

    if (file is None) == (dataset is None):
        raise click.UsageError("give a FILE, or --dataset with a folder")
    if dataset is None and (overwrite or title or licence or authors):
        raise click.UsageError("--overwrite, --title, --licence and --author go with --dataset")
    if dataset is not None and (kind is not None or partition_by is not None):
        raise click.UsageError("a data set is Parquet in files of its own; leave --format and --partition-by out")
    with catalogue_read(database_url, home) as connection, _condition(where), shown() as tell:
        connection.execute("set statement_timeout = 0")
        wanted = read_filter(connection, conditions, canonical=canonical)
        connection.commit()
        if dataset is not None:
            from catalog.exchange.dataset import write_dataset

            about = _about(title, licence, authors)
            kind = "dataset"
            count, checksum = write_dataset(
                connection, dataset, about, wanted, where=where, overwrite=overwrite, tell=tell
            )
        else:
            assert file is not None
            kind = kind or _format_of(file)
            if partition_by is not None and kind != "parquet":
                raise click.UsageError("only Parquet can be partitioned; name the folder something.parquet")
            count, checksum = _write(file, kind, _told(copied(connection, wanted, where=where), tell), partition_by)
    _say(file or str(dataset), kind, count, checksum, as_json)


@contextmanager
def _condition(where: str | None) -> Iterator[None]:
    """A condition in SQL that cannot be used is said in one sentence."""
    import psycopg

    try:
        yield
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        if where is None:
            raise
        reason = " ".join(str(error).split("\nLINE")[0].split())
        raise FileFormatError(f"the condition cannot be used: {reason}") from error


def _about(title: str | None, licence: str | None, authors: tuple[str, ...]) -> About:
    from catalog.exchange.dataset_texts import About

    given = {"title": title, "licence": licence, "authors": authors}
    return About(**{name: value for name, value in given.items() if value})  # type: ignore[arg-type]


def _say(file: str, kind: str, count: int, checksum: str, as_json: bool) -> None:
    if as_json and file != "-":
        write_json({"file": file, "format": kind, "formulas": count, "sha256": checksum})
    else:
        note(f"{count} formulas written")
        if kind not in ("latex", "dataset"):
            note(f"formulary: to import it without evaluation: --checksum {checksum}")


def _told(batches: Iterable[CsvBatch], tell: Tell) -> Iterator[CsvBatch]:
    """The batches, told by the formulas in them."""
    done = 0
    for batch in batches:
        yield batch
        done += batch.count
        tell("exporting formulas", done)


def _format_of(file: str) -> str:
    from catalog.exchange.files import SUFFIXES

    if file == "-":
        return "jsonl"
    found = SUFFIXES.get(Path(file).suffix.lower())
    if found is None:
        raise FileFormatError(
            f"cannot tell the format of {file}; name it .parquet, .csv, .jsonl or .tex, or give --format"
        )
    return found


def _write(file: str, kind: str, batches: Iterable[CsvBatch], partition: str | None) -> tuple[int, str]:
    """Return how many formulas were written, and the checksum of the file."""
    from catalog.exchange.checksums import Counted, checksum
    from catalog.exchange.export import KINDS
    from catalog.exchange.files import WRITERS, pyarrow, write_parquet_folder

    if partition is not None and KINDS.get(partition) not in ("text", "integer", "boolean"):
        raise FileFormatError(f"there is no column {partition} to partition by; status and convergence_class are usual")
    if kind == "parquet":
        pyarrow()
    if partition is not None:
        with written_folder(file) as folder:
            count = write_parquet_folder(folder, batches, partition)
            return count, checksum(folder)
    with written(file, needs_file="Parquet" if kind == "parquet" else None) as output:
        counted = Counted(output)
        return WRITERS[kind](cast(BinaryIO, counted), batches), counted.checksum
