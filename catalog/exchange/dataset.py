"""The catalogue as a data set that others can use and cite: Parquet, what each column is, licence, citation.

A folder of `data/*.parquet`, a `datapackage.json` (Frictionless Data Package), a README card, a `CITATION.cff` and
BibTeX. Formulas are written as `formulary export` writes them, so that each file can be imported again. What the
columns mean is what the catalogue's own comments say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from catalog.database.blocks import Blocks
from catalog.errors import FileFormatError
from catalog.exchange.checksums import checksum
from catalog.exchange.dataset_texts import About, Part, bibtex, card, citation
from catalog.exchange.export import KINDS, chosen_ids, copied
from catalog.exchange.files import arrow_table, pyarrow, record_schema
from catalog.exchange.outputs import written_folder
from catalog.progress import Tell, silent
from catalog.store.rows import rows, value
from catalog.store.search import Filter

SQL = Blocks(__file__)

FILE_ROWS = 250_000
"""Formulas of one file."""

GROUP_ROWS = 20_000
"""Rows of the other tables that are in memory at once."""

DESCRIBED = {
    "formulas": ("formulas", "formula"),
    "relations": ("relations",),
    "constants": ("constant",),
    "laws": ("pattern",),
}
"""The tables of a data set, and where the catalogue describes their columns."""

DETAILS = {"relations": "relation", "guesses": "guess", "exclusions": "exclusion", "sources": "source",
           "notes": "note", "rejections": "rejection", "trajectories": "trajectory", "interlaced": "interlaced",
           "limits": "recurrence_limit"}  # fmt: skip
"""Columns of formulas that are lists of objects, and the table whose rows they are."""

FIELD_TYPES = {"text": "string", "integer": "integer", "float": "number", "boolean": "boolean", "integers": "array",
               "objects": "string"}  # fmt: skip
"""The type of each kind of field of a record, in words of the Data Package."""

MARK = "https://frictionlessdata.io/schemas/data-package.json"
"""The profile that is in every `datapackage.json` written here."""


def write_dataset(
    connection: psycopg.Connection,
    target: str,
    about: About,
    wanted: Filter | None = None,
    *,
    where: str | None = None,
    overwrite: bool = False,
    tell: Tell = silent,
) -> tuple[int, str]:
    """Write a data set into a new or empty folder; returns the number of formulas and the folder's checksum.

    All of it is of one moment of the catalogue. The conditions are those of `copied`, for the formulas and relations.
    With `overwrite` an older data set is replaced when the new one is whole. The connection must be idle and one that
    can only read. Raises FileFormatError where the folder holds anything else or pyarrow is missing.
    """
    pyarrow()
    with written_folder(target, may_replace=lambda path: _replaceable(path, overwrite)) as folder:
        (folder / "data").mkdir()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            parts = _parts(connection, folder, about, wanted, where, tell)
            catalogue = str(value(connection, SQL["identity"]))
        _describe(folder, about, parts, catalogue)
        return parts[0].rows, checksum(folder)


def _replaceable(path: Path, overwrite: bool) -> None:
    """Raise FileFormatError unless a folder is empty, or an older data set that may be replaced."""
    if path.is_symlink() or not path.is_dir():
        raise FileFormatError(f"{path} is no folder; name a new one")
    held = sorted(part.name for part in path.iterdir())
    if not held:
        return
    if not overwrite:
        raise FileFormatError(f"{path} is not empty; name a new folder, or give --overwrite for an older data set")
    known = {"README.md", "datapackage.json", "CITATION.cff", "citation.bib", "data"}
    others = [name for name in held if name not in known]
    data = path / "data"
    if data.is_dir() and not data.is_symlink():
        others += [f"data/{part.name}" for part in sorted(data.iterdir()) if part.suffix != ".parquet"]
    if others or not (path / "datapackage.json").is_file():
        what = others[0] if others else "no datapackage.json"
        raise FileFormatError(f"{path} has {what}, which no data set has; it is not overwritten")


# tables


def _parts(
    connection: psycopg.Connection,
    folder: Path,
    about: About,
    wanted: Filter | None,
    where: str | None,
    tell: Tell,
) -> list[Part]:
    comments = _comments(connection)
    ids, parameters = chosen_ids(wanted, where)
    related = sql.SQL(SQL.text("relations")).format(ids=ids)
    return [
        _write_formulas(connection, folder, about, comments, wanted, where, tell),
        _write_table(connection, folder, about, comments, "relations", related, parameters, tell),
        _write_table(connection, folder, about, comments, "constants", SQL["constants"], None, tell),
        _write_table(connection, folder, about, comments, "laws", SQL["laws"], None, tell),
    ]


def _comments(connection: psycopg.Connection) -> dict[tuple[str, str | None], str]:
    return {(row["table_name"], row["column_name"]): row["comment"] or "" for row in rows(connection, SQL["comments"])}


def _meaning(comments: dict[tuple[str, str | None], str], table: str, column: str) -> str:
    """What a column is, as the catalogue says."""
    if table == "formulas" and column in DETAILS:
        return f"{comments[DETAILS[column], None]}; those of the formula, as a list of objects in JSON"
    for described in DESCRIBED[table]:
        if (described, column) in comments:
            return comments[described, column]
    raise KeyError(column)


def _with_meanings(schema: Any, meanings: Sequence[str], about: About, table: str) -> Any:
    """The schema with what its columns mean: of each, and for readers that see the whole file's metadata only."""
    fields = [part.with_metadata({"description": text}) for part, text in zip(schema, meanings, strict=True)]
    described = dict(zip(schema.names, meanings, strict=True))
    return pyarrow().schema(
        fields,
        metadata={
            "title": about.title,
            "table": table,
            "version": about.version,
            "license": about.licence,
            "created": about.made_at.isoformat(timespec="seconds"),
            "columns": json.dumps(described, ensure_ascii=False),
        },
    )


def _write_formulas(
    connection: psycopg.Connection,
    folder: Path,
    about: About,
    comments: dict[tuple[str, str | None], str],
    wanted: Filter | None,
    where: str | None,
    tell: Tell,
) -> Part:
    meanings = [_meaning(comments, "formulas", name) for name in KINDS]
    types = [FIELD_TYPES[kind] for kind in KINDS.values()]
    count = 0

    def tables() -> Iterator[Any]:
        nonlocal count
        for batch in copied(connection, wanted, where=where):
            yield arrow_table(batch)
            count += batch.count
            tell("writing formulas", count)
        if not count:
            yield record_schema().empty_table()

    files = _write_files(folder, "formulas", tables(), meanings, about, FILE_ROWS)
    return Part("formulas", files, count, tuple(zip(KINDS, types, meanings, strict=True)))


def _write_files(
    folder: Path, name: str, tables: Iterable[Any], meanings: Sequence[str], about: About, rows_a_file: int
) -> tuple[str, ...]:
    """Write tables of pyarrow, the first of which gives the schema, into as many files as they need; returns these."""
    files: list[str] = []
    writer, schema, left = None, None, 0
    try:
        for table in tables:
            schema = schema or _with_meanings(table.schema, meanings, about, name)
            if writer is None or left <= 0:
                if writer is not None:
                    writer.close()
                files.append(f"data/{name}-{len(files):05}.parquet")
                writer = pyarrow().parquet.ParquetWriter(folder / files[-1], schema, compression="zstd")
                left = rows_a_file
            writer.write_table(table.cast(schema))
            left -= table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return tuple(files)


def _write_table(
    connection: psycopg.Connection,
    folder: Path,
    about: About,
    comments: dict[tuple[str, str | None], str],
    name: str,
    query: sql.Composed | bytes,
    parameters: dict[str, Any] | None,
    tell: Tell,
) -> Part:
    """Write the rows of a query, a group at a time, typed by their columns in the database."""
    count = 0
    with _cursor(connection, query, parameters) as cursor:
        first = cursor.fetchmany(GROUP_ROWS)  # a cursor on the server knows its columns when it has rows
        schema, types = _arrow_schema(cursor)
        meanings = [_meaning(comments, name, column) for column in schema.names]

        def tables() -> Iterator[Any]:
            nonlocal count
            found = first
            yield _arrow_rows(schema, found)
            count = len(found)
            while found := cursor.fetchmany(GROUP_ROWS):
                yield _arrow_rows(schema, found)
                count += len(found)
                tell(f"writing {name}", count)

        files = _write_files(folder, name, tables(), meanings, about, 10 * FILE_ROWS)
    return Part(name, files, count, tuple(zip(schema.names, types, meanings, strict=True)))


@contextmanager
def _cursor(
    connection: psycopg.Connection, query: sql.Composed | bytes, parameters: dict[str, Any] | None
) -> Iterator[psycopg.ServerCursor[Any]]:
    with connection.cursor("formulary_dataset") as cursor:
        cursor.execute(query, parameters)
        yield cursor


def _arrow_schema(cursor: psycopg.ServerCursor[Any]) -> tuple[Any, list[str]]:
    """The schema of a query's rows, and the types in words of the Data Package; what is not known is text."""
    pa = pyarrow()
    known = {
        "int8": (pa.int64(), "integer"), "int4": (pa.int32(), "integer"), "int2": (pa.int16(), "integer"),
        "float8": (pa.float64(), "number"), "bool": (pa.bool_(), "boolean"),
        "timestamptz": (pa.timestamp("us", "UTC"), "datetime"),
        "int8[]": (pa.list_(pa.int64()), "array"), "text[]": (pa.list_(pa.string()), "array"),
    }  # fmt: skip
    described = [
        (column.name, known.get(column.type_display, (pa.string(), "string"))) for column in cursor.description or ()
    ]
    return pa.schema([(name, kind) for name, (kind, _) in described]), [word for _, (_, word) in described]


def _arrow_rows(schema: Any, found: Sequence[Sequence[Any]]) -> Any:
    columns = list(zip(*found, strict=True)) if found else [()] * len(schema)
    return pyarrow().table(
        [pyarrow().array(column, part.type) for column, part in zip(columns, schema, strict=True)], schema=schema
    )


# texts


def _describe(folder: Path, about: About, parts: Sequence[Part], catalogue: str) -> None:
    """Write what the folder is: the Data Package, the card, how to cite it."""
    (folder / "CITATION.cff").write_text(citation(about), encoding="utf-8")
    (folder / "citation.bib").write_text(bibtex(about), encoding="utf-8")
    (folder / "README.md").write_text(card(about, parts, catalogue), encoding="utf-8")
    package = json.dumps(_package(folder, about, parts, catalogue), indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(package + "\n", encoding="utf-8")


def _package(folder: Path, about: About, parts: Sequence[Part], catalogue: str) -> dict[str, Any]:
    return {
        "profile": MARK,
        "name": "formulary",
        "id": catalogue,
        "title": about.title,
        "version": about.version,
        "created": about.made_at.isoformat(timespec="seconds"),
        "licenses": [{"name": about.licence, "path": f"https://spdx.org/licenses/{about.licence}.html"}],
        "contributors": [{"title": name, "role": "author"} for name in about.authors],
        "resources": [
            {
                "name": part.name if len(part.files) == 1 else f"{part.name}-{place:05}",
                "path": file,
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": (folder / file).stat().st_size,
                "hash": f"sha256:{checksum(folder / file)}",
                "schema": {
                    "fields": [
                        {"name": name, "type": kind, "description": meaning} for name, kind, meaning in part.columns
                    ]
                },
            }
            for part in parts
            for place, file in enumerate(part.files)
        ],
    }
