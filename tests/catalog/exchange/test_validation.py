"""Records that are wrong: each kind is refused by name and by field, and nothing of it is stored."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.errors import FileFormatError, RecordError
from catalog.exchange.reading import BadRecord, read_all, read_records
from catalog.exchange.validation import checked
from tests.helpers.catalogues import content
from tests.helpers.command import SENTENCE, formulary
from tests.helpers.permissions import locked

Change = Callable[[dict[str, Any], random.Random], Any]
"""What makes a good record a bad one: it changes the record, or returns the line that stands in its place."""

TEXTS = ("status_reason", "metrics_reason", "family", "closed_form", "closed_form_theorem", "limit_value", "formula")
FLOATS = ("delta", "delta_unreduced", "limit_float8", "q_eta", "convergence_gamma", "limit_error_log10")
LISTS = ("relations", "guesses", "exclusions", "sources", "notes", "rejections")
MOMENTS = {"relations": "found_at", "guesses": "guessed_at", "exclusions": "sought_at", "notes": "written_at"}


def _set(names: tuple[str, ...], *values: Any) -> Change:
    def change(record: dict[str, Any], chance: random.Random) -> None:
        record[chance.choice(names)] = chance.choice(values)

    return change


def _inside(where: str, names: tuple[str, ...], *values: Any) -> Change:
    def change(record: dict[str, Any], chance: random.Random) -> None:
        chance.choice(record[where])[chance.choice(names)] = chance.choice(values)

    return change


def _term(names: tuple[str, ...], *values: Any) -> Change:
    def change(record: dict[str, Any], chance: random.Random) -> None:
        record["relations"][0]["terms"][-1][chance.choice(names)] = chance.choice(values)

    return change


def _without(record: dict[str, Any], chance: random.Random) -> None:
    del record[chance.choice(sorted(record))]


def _without_inside(record: dict[str, Any], chance: random.Random) -> None:
    item = record[chance.choice(LISTS)][0]
    del item[chance.choice(sorted(item))]


def _moment(record: dict[str, Any], chance: random.Random) -> None:
    where = chance.choice(sorted(MOMENTS))
    record[where][0][MOMENTS[where]] = chance.choice(["yesterday", None, "2026-13-45", 5, "2026-01-01", "infinity", ""])


WRONG = {
    "a word that no column takes": _set(
        ("status", "convergence_class", "bound_kind", "factorial_reduction"), "maybe", "", 3, ["yes"], {}
    ),
    "null where none may be": _set(("status", "evaluator_version", "evaluated_at", "a", "b", *LISTS), None),
    "an integer beyond its column": _set(("limit_digits", "evaluator_version"), 2**31, -(2**31) - 1, -1, 10**400),
    "a number beyond double precision": _set(FLOATS, 10**400, float("inf"), float("nan"), float("-inf")),
    "text for a number": _set((*FLOATS, "limit_digits", "evaluator_version"), "many", "1.5", "", [], True),
    "a number for a text": _set(TEXTS, 7, 1.5, True, [], {}),
    "a byte zero": _set(TEXTS, "a\0b", "\0"),
    "a lone surrogate": _set(TEXTS, "a\ud800b", "\udfff"),
    "a control character": _set(TEXTS, "\x1b[2J", "\x07"),
    "a limit that is none": _set(("limit_value",), "<b>1</b>", "nan", "1/3", "-", "1.2.3", "0x10", "٣"),
    "an exact limit that is none": _set(("limit_exact",), "1/0", "pi", "1.5", "1"),
    "a text too long": _set(TEXTS, "x" * 200_000),
    "no list": _set(LISTS, "[]", 5, {}, True),
    "no object in a list": _set(LISTS, [5], ["x"], [None], [[]]),
    "a relation that is none": _inside("relations", ("kind", "proof"), "guessed", None, 4, ""),
    "a relation without a text": _inside("relations", ("expression", "method", "code_version"), None, 5, "\0"),
    "a relation without terms": _inside("relations", ("terms",), [], None, "x", [5]),
    "coefficients that are none": _inside("relations", ("coefficients",), [], None, ["x"], [1.5], ["1"], "1"),
    "coefficients of 10^5 digits": _inside("relations", ("coefficients",), ["9" * 10**5] * 4, [4, 0, 0, "1" * 10**5]),
    "digits that are none": _inside("relations", ("digits_used", "digits_verified"), -1, 2**31, "50", 1.5),
    "a constant in no term": _inside("relations", ("constant",), "no such", "", 5),
    "a term without a coefficient": _term(("coefficient",), None, "x", 0.5, "1e3", [1]),
    "a term of no exponent": _term(
        ("limit_exponent", "constant_exponent", "other_exponent"), None, "x", 2**15, -1, 0.5
    ),
    "a term of zero": _term(("coefficient",), 0, "0", "-0"),
    "a term with half a constant": _term(("constant", "constant_expression"), None, "", 5),
    "a term of no formula": _term(("other",), "PCF(", "x", 5, ""),
    "a formula of 10^5 digits": _set(("a", "b"), ["1" * 10**5], [1, 10**2000]),
    "no formula": _set(("a", "b"), [], [0], ["x"], [1.5], "n", 5, {}, [None], [True], [1] * 1000),
    "another formula than its text": _set(("formula",), "PCF(n, 7)", "PCF(1", "x"),
    "a guess that is none": _inside("guesses", ("place", "outcome", "proposer"), None, 0, 2**15, "x\0", []),
    "an exclusion that is none": _inside(
        "exclusions", ("coefficient_digits", "outcome", "kind", "digits_used"), None, "found", -1, 2**31
    ),
    "a note without text": _inside("notes", ("note_text",), "", None, 5),
    "a note by nobody": _inside("notes", ("author",), None, 5, "\0"),
    "a source without paper": _inside("sources", ("paper", "equation"), None, 5),
    "a rejection of nothing": _inside("rejections", ("kind", "expression", "reason"), None, 5, "\ud800"),
    "a moment that is none": _moment,
    "no moment of evaluation": _set(("evaluated_at",), "soon", "2026-01-01", 5, "2026-02-30T00:00:00+00:00"),
    "a field that is missing": _without,
    "a field that is missing inside": _without_inside,
    "no JSON": lambda record, chance: json.dumps(record)[: chance.randrange(1, 400)],
    "no record": lambda record, chance: chance.choice(["[]", "5", "null", '"text"', "true", "[{}]"]),
    "nested too deeply": lambda record, chance: chance.choice(["[", '{"a":']) * 10**5,
    "an unproved exact limit": lambda record, _: record.update(limit_exact="4/3", bound_kind="agreement"),
    "a limit of what diverges": lambda record, _: record.update(status="diverges", convergence_class=None),
    "a class of what diverges": lambda record, _: record.update(
        status="diverges", limit_value=None, convergence_class="exponential"
    ),
    "an error of what converges": lambda record, _: record.update(evaluation_error="it failed"),
    "verified to no digits": lambda record, _: record["relations"][0].update(proof="verified", digits_verified=None),
}
"""Kinds of wrong records."""


@pytest.fixture(scope="module")
def good(seeded_url: str) -> dict[str, Any]:
    """A record in which everything is given."""
    done = formulary("export", "-", FORMULARY_DATABASE_URL=seeded_url)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    record = next(r for r in records if r["formula"] == "PCF(2n + 1, n^2)")
    some = {name: next(r[name] for r in records if r[name]) for name in ("guesses", "exclusions")}
    moment = record["evaluated_at"]
    relation = record["relations"][0]
    return record | {
        **some,
        "sources": [{"paper": "A paper", "equation": "1", "author": None, "link": None, "stated_limit": None}],
        "notes": [{"note_text": "a note", "author": "me", "written_at": moment}],
        "rejections": [
            {
                "kind": relation["kind"],
                "expression": relation["expression"],
                "reason": "a test",
                "author": "me",
                "rejected_at": moment,
            }
        ],
    }


def spoilt(good: dict[str, Any], kind: str, seed: int) -> str:
    """A line of a bad record of a kind."""
    record = copy.deepcopy(good)
    line = WRONG[kind](record, random.Random(seed))
    return (line if isinstance(line, str) else json.dumps(record)) + "\n"


def test_the_good_record_is_whole(good: dict[str, Any]) -> None:
    assert checked(copy.deepcopy(good)) == good


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_record_is_refused_with_its_number_and_what_is_wrong(
    good: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps(good) + "\n" + spoilt(good, kind, 1))
    with pytest.raises(FileFormatError, match=r"^record 2 of [^\n]*$"):
        list(read_records(file))


def test_three_hundred_wrong_records_give_no_internal_error_and_nothing_of_them_is_stored(
    seeded_copy: str, good: dict[str, Any], tmp_path: Path
) -> None:
    before = content(seeded_copy)
    file = tmp_path / "bad.jsonl"
    kinds = list(WRONG)
    chosen = [(kinds[seed % len(kinds)], seed) for seed in range(300)]
    lines = [spoilt(good, kind, seed) for kind, seed in chosen]
    file.write_text("".join(lines))
    passed = [chosen[place] for place, found in enumerate(read_all(file)) if not isinstance(found, BadRecord)]
    assert passed == []
    done = formulary("import", str(file), "--keep-going", "--json", FORMULARY_DATABASE_URL=seeded_copy)
    assert (done.returncode, json.loads(done.stdout)) == (2, {"added": 0, "known": 0, "refused": 300})
    assert all(line.startswith("record ") for line in done.stderr.splitlines())
    assert len(done.stderr.splitlines()) == 300
    assert content(seeded_copy) == before


def test_without_keep_going_nothing_of_the_file_is_stored(
    database_url: str, good: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps(good) + "\n" + spoilt(good, "a word that no column takes", 3))
    done = formulary("import", str(file), FORMULARY_DATABASE_URL=database_url)
    assert (done.returncode, done.stdout) == (2, "")
    assert SENTENCE.fullmatch(done.stderr)
    assert "record 2" in done.stderr
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from formula").fetchone() == (0,)


def test_the_others_of_a_file_are_stored_with_keep_going(
    database_url: str, good: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(spoilt(good, "no JSON", 3) + json.dumps(good) + "\n" + spoilt(good, "a byte zero", 3))
    done = formulary("import", str(file), "--keep-going", "--json", FORMULARY_DATABASE_URL=database_url)
    assert (done.returncode, json.loads(done.stdout)) == (2, {"added": 1, "known": 0, "refused": 2})


def test_what_the_database_does_not_take_is_refused_by_record(
    database_url: str, good: dict[str, Any], tmp_path: Path
) -> None:
    """An index holds no text of this length, which depends on how well it is compressed."""
    long = copy.deepcopy(good)
    long["sources"][0]["paper"] = "".join(map(chr, random.Random(7).choices(range(0x4E00, 0x9000), k=9_000)))
    file = tmp_path / "some.jsonl"
    other = good | {"relations": [], "guesses": [], "rejections": []}
    long |= {"formula": "PCF(2n + 3, n^2)", "a": [3, 2], "limit_value": None, "relations": [], "limit_exact": None}
    file.write_text(json.dumps(long) + "\n" + json.dumps(other) + "\n")
    done = formulary("import", str(file), "--json", FORMULARY_DATABASE_URL=database_url)
    assert (done.returncode, json.loads(done.stdout)) == (2, {"added": 1, "known": 0, "refused": 1})
    assert done.stderr.startswith("record 1: it cannot be stored: ")


# Forms of files


@pytest.mark.parametrize("name", ["x.jsonl", "x.JSONL", "x.ndjson", "x.jsonl.gz", "x.csv", "x.CSV", "x.csv.gz"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_capitals_and_gzip_are_read(seeded_url: str, tmp_path: Path, name: str, mark: bytes) -> None:
    kind = "csv" if ".csv" in name.lower() else "jsonl"
    done = formulary("export", "-", "--format", kind, "--constant", "pi", FORMULARY_DATABASE_URL=seeded_url)
    data = mark + done.stdout.encode()
    file = tmp_path / name
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert f"{len(list(read_records(file)))} formulas written" in done.stderr


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.jsonl", "{}".encode("utf-16"), "written in UTF-16; save it as UTF-8"),
        ("x.csv", "a,b".encode("utf-32"), "written in UTF-32; save it as UTF-8"),
        ("x.csv", gzip.compress(b"a,b"), "compressed by gzip, but its name says otherwise"),
        ("x.csv.gz", b"a,b\n1,2\n", "not compressed by gzip, but its name says otherwise"),
        ("x.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 9_000)[:-20], "record 1"),
        ("x.jsonl", b'{"a": "\xff"}\n', "record 1"),
        ("x.xls", b"", "cannot tell the format"),
        ("x.gz", gzip.compress(b"{}"), "cannot tell the format"),
        ("x.parquet", b"PAR1", "cannot be read"),
    ],
)
def test_other_forms_are_refused_by_name(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(FileFormatError, match=words):
        list(read_records(file))


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"")
    assert list(read_records(tmp_path / "x.jsonl")) == []


def test_a_row_of_csv_with_too_many_or_too_few_fields_is_refused(seeded_url: str, tmp_path: Path) -> None:
    done = formulary("export", "-", "--format", "csv", "--constant", "pi", FORMULARY_DATABASE_URL=seeded_url)
    header, first = done.stdout.splitlines()[:2]
    file = tmp_path / "x.csv"
    file.write_text(f"{header}\n{first},more\nshort\n{first.replace('converges', 'maybe', 1)}\n{first}\n")
    reasons = [found.reason if isinstance(found, BadRecord) else None for found in read_all(file)]
    assert reasons[0] == "it has more fields than the header"
    assert (reasons[1] or "").startswith("it ends before the field")
    assert (reasons[2] or "").startswith("status is 'maybe', none of ")
    assert reasons[3] is None


def test_what_is_wrong_is_said_with_its_place(good: dict[str, Any]) -> None:
    record = copy.deepcopy(good)
    record["relations"][0]["terms"][0]["coefficient"] = "x"
    with pytest.raises(RecordError, match=r"^relations\[0\]\.terms\[0\]\.coefficient is 'x', not an integer$"):
        checked(record)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.jsonl.gz"])
def test_a_file_that_may_not_be_read_is_refused_as_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    with locked(path), pytest.raises(FileFormatError, match=f"^cannot read {path}: permission denied$"):
        list(read_all(path))
