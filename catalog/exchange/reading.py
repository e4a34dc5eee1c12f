"""Records of exports read from files: Parquet, CSV, JSON lines, the last two also compressed by gzip.

A record that is no record of an export is told from the others by its number, so that a reader can go on.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TextIO, cast

from catalog.errors import FileFormatError, RecordError
from catalog.exchange.export import KINDS, LONGEST_FIELD, Record, value_of
from catalog.exchange.files import EXACT_CHARACTERS, pyarrow
from catalog.exchange.validation import checked

ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""Encodings that are not read, by the mark that a file in them begins with."""

GZIP = b"\x1f\x8b"
"""The first bytes of a file of gzip."""


@dataclass(frozen=True)
class BadRecord:
    """A record that cannot be used, by its number in the file from 1, and why."""

    number: int
    reason: str


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of an export, whatever its format. Raises FileFormatError for what is none."""
    for found in read_all(path):
        if isinstance(found, BadRecord):
            raise FileFormatError(f"record {found.number} of {path} cannot be used: {found.reason}")
        yield found


def read_all(path: Path) -> Iterator[Record | BadRecord]:
    """Yield the records of an export in order, those that cannot be used with the reason.

    Raises FileFormatError where the file is none, or cannot be read on.
    """
    number = 0
    found = _rows(path)
    while True:
        number += 1
        try:
            row = next(found)
        except StopIteration:
            return
        except (ValueError, TypeError, KeyError, AttributeError, EOFError, OSError, csv.Error, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise FileFormatError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
            reason = " ".join(str(error).split())[:200]
            raise FileFormatError(f"record {number} of {path} cannot be read ({reason})") from error
        if isinstance(row, str):
            yield BadRecord(number, row)
            continue
        try:
            yield checked(row)
        except RecordError as error:
            yield BadRecord(number, str(error))


def _rows(path: Path) -> Iterator[Any]:
    """Yield what stands in a file as records, and why not as text."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compressed = suffixes[-1:] == [".gz"]
    suffix = next(iter(suffixes[-2:-1] if compressed else suffixes[-1:]), "")
    if path.is_dir() or (suffix == ".parquet" and not compressed):
        yield from _read_parquet(path)
        return
    reader = {".csv": _read_csv, ".jsonl": _read_json_lines, ".ndjson": _read_json_lines}.get(suffix)
    if reader is None:
        raise FileFormatError(
            f"cannot tell the format of {path}; name it .parquet, .csv or .jsonl, the last two also .gz"
        )
    with _opened(path, compressed) as file:
        yield from reader(file)


def _opened(path: Path, compressed: bool) -> TextIO:
    """Return a file of text without its byte order mark; bytes that are no UTF-8 become lone surrogates."""
    with path.open("rb") as raw:
        begins_as_gzip = raw.read(len(GZIP)) == GZIP
    if begins_as_gzip != compressed and (begins_as_gzip or path.stat().st_size):
        raise FileFormatError(
            f"{path} is {'' if begins_as_gzip else 'not '}compressed by gzip, but its name says otherwise"
        )
    opened = gzip.open if compressed else open
    with cast(IO[bytes], opened(path, "rb")) as start:
        first = start.read(4)
    for mark, name in ENCODINGS.items():
        if first.startswith(mark):
            raise FileFormatError(f"{path} is written in {name}; save it as UTF-8")
    return cast(TextIO, opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline=""))


def _read_csv(file: TextIO) -> Iterator[Any]:
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    for row in csv.DictReader(file):
        if None in row:
            yield "it has more fields than the header"
        elif (short := next((name for name, text in row.items() if text is None), None)) is not None:
            yield f"it ends before the field {short[:40]!a}"
        else:
            yield {name: _value(text, KINDS[name]) for name, text in row.items() if name in KINDS}


def _value(text: str, kind: str) -> Any:
    """Return the value of a field, or its text where it has none of this kind, to be refused by name."""
    try:
        return value_of(text, kind)
    except (ValueError, RecursionError):
        return text


def _read_json_lines(file: TextIO) -> Iterator[Any]:
    for line in file:
        try:
            record = json.loads(line)
        except RecursionError:
            yield "it is nested too deeply"
            continue
        except ValueError as error:
            yield f"it is not JSON ({str(error)[:100]})"
            continue
        if isinstance(record, dict):
            for name in record.keys() & KINDS.keys():
                if KINDS[name] == "integer" and _is_long(record[name]):
                    record[name] = int(record[name])
        yield record


def _is_long(value: Any) -> bool:
    """Return whether a value is an integer that an export has written as text."""
    return isinstance(value, str) and EXACT_CHARACTERS < len(value) < 100 and value.lstrip("-").isdecimal()


def _read_parquet(path: Path) -> Iterator[Any]:
    pa = pyarrow()
    for piece in pa.dataset.dataset(path, partitioning="hive", format="parquet").to_batches():
        for row in piece.to_pylist():
            for name, kind in KINDS.items():
                if kind == "objects" and isinstance(row.get(name), str):
                    row[name] = _value(row[name], kind)
            yield row
