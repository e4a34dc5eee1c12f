"""Files of records written batch by batch: Parquet, CSV, JSON lines, and tables in LaTeX; `reading` reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from json.encoder import encode_basestring as json_text
from pathlib import Path
from typing import Any, BinaryIO

from catalog.constants.expressions import to_latex
from catalog.errors import ExpressionError, FileFormatError
from catalog.exchange.export import KINDS, CsvBatch, Record, ahead, parsed
from catalog.formulas.pcf import PCF

EXACT_CHARACTERS = 15
"""Integers with more are strings in JSON, since readers may take numbers as doubles."""

Batches = Iterable[CsvBatch]


def write_csv(file: BinaryIO, batches: Batches) -> int:
    """Write CSV with a header; lists are JSON, NULL is empty. Returns the number of records."""
    file.write((",".join(KINDS) + "\n").encode())
    count = 0
    for batch in ahead(batches):
        file.write(batch.text)
        count += batch.count
    return count


def write_json_lines(file: BinaryIO, batches: Batches) -> int:
    """Write one JSON object a line. Returns the number of records."""
    fields = [(f"{json_text(name)}: ", kind) for name, kind in KINDS.items()]
    count = 0
    for batch in ahead(batches):
        lines = (
            ", ".join([name + _json(text, kind) for (name, kind), text in zip(fields, row, strict=True)])
            for row in batch.rows()
        )
        file.write("".join([f"{{{line}}}\n" for line in lines]).encode())
        count += batch.count
    return count


def _json(text: str, kind: str) -> str:
    """A field of CSV as JSON."""
    if text == "":
        return "null"
    if kind == "text":
        return str(json_text(text))
    if kind == "integer" and len(text) > EXACT_CHARACTERS:
        return f'"{text}"'
    if kind == "integers" and len(text) > EXACT_CHARACTERS:
        parts = text[1:-1].split(", ")
        return f"[{', '.join([_json(part, 'integer') for part in parts])}]"
    return text


def write_latex(file: BinaryIO, batches: Batches) -> int:
    """Write a longtable of formula, limit and delta, for `\\usepackage{amsmath, longtable}`."""
    file.write(b"\\begin{longtable}{lll}\n$a(n)$, $b(n)$ & limit & $\\delta$ \\\\ \\hline \\endhead\n")
    count = 0
    for batch in ahead(batches):
        for record in map(parsed, batch.rows()):
            if record["a"] is None:  # a recurrence, whose matrix fits no column
                continue
            count += 1
            formula = PCF(tuple(record["a"]), tuple(record["b"]))
            delta = "" if record["delta"] is None else f"${record['delta']:.4f}$"
            file.write(f"${formula.latex()}$ & {_latex_limit(record)} & {delta} \\\\\n".encode())
    file.write(b"\\end{longtable}\n")
    return count


def _latex_limit(record: Record) -> str:

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
        import pyarrow as module  # noqa: PLC0415  need not be installed
        import pyarrow.compute  # noqa: PLC0415  need not be installed
        import pyarrow.csv  # noqa: PLC0415  need not be installed
        import pyarrow.dataset  # noqa: PLC0415  need not be installed
        import pyarrow.parquet  # noqa: PLC0415  need not be installed
    except ImportError:
        raise FileFormatError(
            'Parquet needs pyarrow; `pip install "formulary-catalog[parquet]"` brings it, or export CSV or JSON lines'
        ) from None
    return module


ARROW_TYPES = {
    "text": "string",
    "integer": "int64",
    "float": "float64",
    "boolean": "bool_",
    "integers": "string",  # as they come; a list of text in the file
    "objects": "string",
}
"""Type of each kind of field by its name in pyarrow."""


def arrow_table(batch: CsvBatch) -> Any:
    """A batch as a table of pyarrow: exact integers are lists of text, details are JSON."""
    pa = pyarrow()
    table = pa.csv.read_csv(
        pa.BufferReader(batch.text),
        # one block: a row that spans two of them is refused
        read_options=pa.csv.ReadOptions(column_names=list(KINDS), block_size=len(batch.text) + 1),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: getattr(pa, ARROW_TYPES[kind])() for name, kind in KINDS.items()},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    for place, (name, kind) in enumerate(KINDS.items()):
        if kind == "integers":
            inner = pa.compute.utf8_slice_codeunits(table[name], 1, -1)
            table = table.set_column(place, name, pa.compute.split_pattern(inner, ", "))
    return table


def write_parquet(file: BinaryIO, batches: Batches) -> int:
    """Write Parquet. Returns the number of records."""
    count = 0
    with pyarrow().parquet.ParquetWriter(file, record_schema(), compression="zstd") as writer:
        for batch in ahead(batches):
            count += batch.count
            writer.write_table(arrow_table(batch))
    return count


def write_parquet_folder(folder: Path, batches: Batches, partition: str) -> int:
    """Fill a folder with Parquet files by the values of a column. Returns the number of records."""
    count = 0

    def pieces() -> Iterator[Any]:
        nonlocal count
        for batch in ahead(batches):
            count += batch.count
            yield from arrow_table(batch).to_batches()

    pyarrow().dataset.write_dataset(
        pieces(), folder, schema=record_schema(), format="parquet", partitioning=[partition], partitioning_flavor="hive"
    )
    return count


def record_schema() -> Any:
    """Return the schema of pyarrow that files of records have."""
    return arrow_table(CsvBatch(0, b",".join([b""] * len(KINDS)))).schema


WRITERS: dict[str, Callable[[BinaryIO, Batches], int]] = {
    "csv": write_csv,
    "jsonl": write_json_lines,
    "latex": write_latex,
    "parquet": write_parquet,
}
"""The writer of each format."""

SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".tex": "latex"}
"""The format that a file's name asks for."""
