"""Files of records (`export`): Parquet, CSV, JSON lines, and tables in LaTeX, written and read batch by batch."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from catalog.errors import ExpressionError, FormularyError
from catalog.export import KINDS, Record
from catalog.formula import PCF

EXACT = 2**53
"""Integers beyond this are strings in JSON, since readers may take numbers as doubles."""

LONGEST_FIELD = 2**31 - 1
"""Characters of a CSV field that is read: lists of relations are long."""

Batches = Iterable[Sequence[Record]]


class FileFormatError(FormularyError):
    """a file that cannot be read or written as it was asked for."""


def write_csv(file: IO[str], batches: Batches) -> int:
    """Write CSV with a header; lists are JSON, NULL is empty. Returns the number of records."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(KINDS)
    count = 0
    for batch in batches:
        writer.writerows([_cell(record[name], kind) for name, kind in KINDS.items()] for record in batch)
        count += len(batch)
    return count


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    if kind in ("integers", "objects"):
        return json.dumps(value, ensure_ascii=False)
    return repr(value) if kind == "float" else str(value)


def write_json_lines(file: IO[str], batches: Batches) -> int:
    """Write one JSON object a line. Returns the number of records."""
    count = 0
    for batch in batches:
        for record in batch:
            shown = record | {name: [_json_integer(c) for c in record[name]] for name in ("a", "b")}
            for name, kind in KINDS.items():
                if kind == "integer" and shown[name] is not None:
                    shown[name] = _json_integer(shown[name])
            file.write(json.dumps(shown, ensure_ascii=False) + "\n")
        count += len(batch)
    return count


def _json_integer(value: int) -> int | str:
    return value if abs(value) <= EXACT else str(value)


def write_latex(file: IO[str], batches: Batches) -> int:
    """Write a longtable of formula, limit and delta, for `\\usepackage{amsmath, longtable}`."""
    file.write("\\begin{longtable}{lll}\n$a(n)$, $b(n)$ & limit & $\\delta$ \\\\ \\hline \\endhead\n")
    count = 0
    for batch in batches:
        for record in batch:
            formula = PCF(tuple(record["a"]), tuple(record["b"]))
            delta = "" if record["delta"] is None else f"${record['delta']:.4f}$"
            file.write(f"${formula.latex()}$ & {_latex_limit(record)} & {delta} \\\\\n")
        count += len(batch)
    file.write("\\end{longtable}\n")
    return count


def _latex_limit(record: Record) -> str:
    from catalog.expressions import to_latex

    text: str | None = record["relation"] or record["limit_exact"]
    if text is not None:
        try:
            latex: str = to_latex(text)
            return f"${latex}$"
        except ExpressionError:
            return "\\verb|" + text.replace("|", "/") + "|"
    value: str | None = record["limit_value"]
    if value is None:
        return ""
    return "$\\infty$" if value == "inf" else f"${value[:20]}\\ldots$"


def pyarrow() -> Any:
    """The package pyarrow; raises FileFormatError with the way out where it is not installed."""
    try:
        import pyarrow as module
        import pyarrow.dataset
        import pyarrow.parquet
    except ImportError:
        raise FileFormatError(
            'Parquet needs pyarrow; install it with `pip install "formulary[parquet]"`, or export CSV or JSON lines'
        ) from None
    return module


def parquet_schema() -> Any:
    """The columns of a Parquet file; exact integers are lists of text, details are JSON."""
    pa = pyarrow()
    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "float": pa.float64(),
        "boolean": pa.bool_(),
        "integers": pa.list_(pa.string()),
        "objects": pa.string(),
    }
    return pa.schema([(name, types[kind]) for name, kind in KINDS.items()])


def write_parquet(path: Path, batches: Batches, partition: str | None = None) -> int:
    """Write one Parquet file, or with `partition` a folder of them by the values of a column."""
    pa, schema, count = pyarrow(), parquet_schema(), 0

    def arrow() -> Iterator[Any]:
        nonlocal count
        for batch in batches:
            count += len(batch)
            columns = [[_arrow(record[name], kind) for record in batch] for name, kind in KINDS.items()]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            yield pa.record_batch(arrays, schema=schema)

    if partition is None:
        with pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            for piece in arrow():
                writer.write_batch(piece)
    else:
        pa.dataset.write_dataset(
            arrow(), path, schema=schema, format="parquet", partitioning=[partition], partitioning_flavor="hive"
        )
    return count


def _arrow(value: Any, kind: str) -> Any:
    if kind == "integers":
        return [str(c) for c in value]
    return json.dumps(value, ensure_ascii=False) if kind == "objects" else value


WRITERS: dict[str, Callable[[IO[str], Batches], int]] = {
    "csv": write_csv,
    "jsonl": write_json_lines,
    "latex": write_latex,
}
"""Writers of text; Parquet has `write_parquet`."""

SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".tex": "latex"}
"""The format that a file's name asks for."""


def read_records(path: Path) -> Iterator[Record]:
    """The records of an export, whatever its format. Raises FileFormatError for what is none."""
    if path.is_dir() or path.suffix == ".parquet":
        yield from _checked(path, _read_parquet(path))
    elif path.suffix == ".csv":
        yield from _checked(path, _read_csv(path))
    elif path.suffix in (".jsonl", ".ndjson"):
        yield from _checked(path, _read_json_lines(path))
    else:
        raise FileFormatError(f"cannot tell the format of {path}; name it .parquet, .csv or .jsonl")


def _checked(path: Path, found: Iterator[Record]) -> Iterator[Record]:
    number = 0
    while True:
        number += 1
        try:
            record = next(found)
            missing = KINDS.keys() - record.keys()
        except StopIteration:
            return
        except (ValueError, TypeError, KeyError, AttributeError, OSError, csv.Error) as error:
            reason = " ".join(str(error).split())[:200]
            raise FileFormatError(f"record {number} of {path} cannot be read ({reason})") from error
        if missing:
            raise FileFormatError(f"record {number} of {path} has no {min(missing)}; it is no export of formulary")
        yield record


def _read_csv(path: Path) -> Iterator[Record]:
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: _parsed(text, KINDS[name]) for name, text in row.items() if name in KINDS}


def _parsed(text: str, kind: str) -> Any:
    if kind in ("integers", "objects"):
        return json.loads(text)
    if text == "":
        return None
    if kind == "boolean":
        return text == "true"
    return {"integer": int, "float": float}.get(kind, str)(text)


def _read_json_lines(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield record | {name: [int(c) for c in record[name]] for name in ("a", "b")}


def _read_parquet(path: Path) -> Iterator[Record]:
    pa = pyarrow()
    for piece in pa.dataset.dataset(path, partitioning="hive", format="parquet").to_batches():
        for row in piece.to_pylist():
            for name, kind in KINDS.items():
                if kind == "integers":
                    row[name] = [int(c) for c in row[name]]
                elif kind == "objects":
                    row[name] = json.loads(row[name])
            yield row
