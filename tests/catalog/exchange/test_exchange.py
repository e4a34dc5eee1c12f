"""Export and import: an empty catalogue becomes equal to the one exported; other programs' files; bad input."""

from __future__ import annotations

import importlib.util
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.exchange.export import KINDS, CsvBatch, ahead, copied, records
from catalog.exchange.files import WRITERS
from catalog.exchange.reading import read_records
from catalog.store.search import Filter, find
from tests.helpers.catalogues import content
from tests.helpers.command import SENTENCE, formulary
from tests.helpers.contract import validate


@pytest.fixture
def judged_copy(seeded_copy: str) -> str:
    """A catalogue in which people have written and rejected, and one formula has coefficients beyond 64 bits."""
    with psycopg.connect(seeded_copy) as connection:
        connection.execute(
            "insert into note (formula_id, note_text, author) values (9, 'as \"Gauss\" had it, 100 %', 'me')"
        )
        connection.execute("""
            insert into rejection select formula_id, kind, expression, 'a test', 'me' from relation order by id limit 1
        """)
    done = formulary("add", f"PCF({10**25}n+1, {3 * 10**30}n^2)", FORMULARY_DATABASE_URL=seeded_copy)
    assert done.returncode == 0, done.stderr
    return seeded_copy


@pytest.mark.parametrize(
    "suffix", ["parquet", pytest.param("csv", marks=pytest.mark.slow), pytest.param("jsonl", marks=pytest.mark.slow)]
)
def test_an_export_imported_into_an_empty_catalogue_makes_an_equal_one(
    judged_copy: str, database_url: str, tmp_path: Path, suffix: str
) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    file = tmp_path / f"all.{suffix}"
    done = formulary("export", str(file), FORMULARY_DATABASE_URL=judged_copy)
    assert done.returncode == 0, done.stderr
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []
    for expected in ("added", "known"):
        done = formulary("import", str(file), "--json", FORMULARY_DATABASE_URL=database_url)
        assert done.returncode == 0, done.stderr
        summary = json.loads(done.stdout)
        validate(summary, "added")
        assert summary[expected] > 250
        assert content(database_url) == content(judged_copy)


def test_a_condition_and_a_filter_select(seeded_url: str, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    where = "deg_a = 1 and formula like 'PCF(2n%' -- a comment"
    done = formulary(
        "export", str(file), "--where", where, "--constant", "pi", "--json", FORMULARY_DATABASE_URL=seeded_url
    )
    assert done.returncode == 0, done.stderr
    found = list(read_records(file))
    validate(json.loads(done.stdout), "exported")
    assert json.loads(done.stdout)["formulas"] == len(found) > 0
    with psycopg.connect(seeded_url) as connection:
        rows = find(connection, Filter(constant="pi", canonical=False), limit=None)
    assert {r["formula"] for r in found} == {
        text for r in rows if (text := str_of(r)).startswith("PCF(2n") and len(r["a"]) == 2
    }


def str_of(row: dict[str, Any]) -> str:
    from catalog.formulas.pcf import PCF

    return str(PCF(row["a"], row["b"]))


def test_a_latex_table_has_a_line_for_each_formula(seeded_url: str) -> None:
    done = formulary("export", "-", "--format", "latex", "--constant", "pi", FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == 0
    assert "\\frac{4}{\\pi}" in done.stdout
    assert f"{done.stdout.count(chr(92) * 2) - 1} formulas written" in done.stderr
    assert done.stdout.count("{") == done.stdout.count("}")


def test_parquet_in_parts_is_typed_and_read_by_duckdb_and_pandas(seeded_url: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    whole, parts = tmp_path / "all.parquet", tmp_path / "parts.parquet"
    place = {"FORMULARY_DATABASE_URL": seeded_url}
    assert formulary("export", str(whole), **place).returncode == 0
    assert formulary("export", str(parts), "--partition-by", "status", **place).returncode == 0
    assert {part.name for part in parts.iterdir()} >= {"status=converges", "status=terminates"}
    schema = parquet.read_schema(whole)
    assert (schema.field("delta").type, schema.field("a1").type) == (pyarrow.float64(), pyarrow.int64())
    assert sorted(r["formula"] for r in read_records(parts)) == sorted(r["formula"] for r in read_records(whole))
    again = formulary("export", str(parts), "--partition-by", "status", **place)
    assert (again.returncode, "exists already" in again.stderr) == (2, True)

    duckdb = pytest.importorskip("duckdb")
    cookbook = (Path(__file__).parents[3] / "docs" / "cookbook.md").read_text()
    code = cookbook[cookbook.index("import duckdb") :].split("```")[0]
    names: dict[str, Any] = {"parquet": str(whole)}
    exec(code, names)
    assert "pi" in {constant for constant, _ in names["best"]}
    counted = duckdb.sql(f"select count(*), sum(a1) from '{whole}'").fetchall()
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(whole)
    assert counted == [(len(frame), frame["a1"].sum())]


def test_memory_stays_flat(seeded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.exchange.export.BATCH", 10)
    with psycopg.connect(seeded_url) as connection:
        sizes = [batch.count for batch in copied(connection)]
        assert max(sizes) == 10
        batch = next(copied(connection))
    tracemalloc.start()
    with (tmp_path / "many.csv").open("wb") as file:
        WRITERS["csv"](file, (CsvBatch(batch.count, bytes(bytearray(batch.text))) for _ in range(60)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (tmp_path / "many.csv").stat().st_size / 3


def test_a_trouble_while_reading_ahead_is_raised() -> None:
    def batches() -> Iterator[CsvBatch]:
        yield CsvBatch(1, b"first")
        raise ValueError("the second is lost")

    found = ahead(batches())
    assert next(found).text == b"first"
    with pytest.raises(ValueError, match="is lost"):
        next(found)


def test_text_with_breaks_quotes_and_integers_of_any_size_comes_through(judged_copy: str, tmp_path: Path) -> None:
    reason = 'a "reason", with a\nbreak and \\. in it'
    with psycopg.connect(judged_copy) as connection:
        connection.execute("update formula set status_reason = %s where id = 9", [reason])
    found = []
    for suffix in ("csv", "jsonl", *(["parquet"] if importlib.util.find_spec("pyarrow") else [])):
        file = tmp_path / f"all.{suffix}"
        assert formulary("export", str(file), FORMULARY_DATABASE_URL=judged_copy).returncode == 0
        found.append(list(read_records(file)))
        assert reason in {record["status_reason"] for record in found[-1]}
        assert (1, 10**25) in {tuple(record["a"]) for record in found[-1]}
    with psycopg.connect(judged_copy) as connection:
        expected = [record for batch in records(connection) for record in batch]
    assert all(file == expected for file in found)


# Other programs


def test_formulas_of_another_program_are_evaluated_and_keep_their_source(seeded_copy: str, tmp_path: Path) -> None:
    file = tmp_path / "pcfs.json"
    file.write_text("[[[2, 1], [1, 0, 0]], [[7, 9], [11]], [[1], [0]], [3]]")
    place = {"FORMULARY_DATABASE_URL": seeded_copy}
    done = formulary("import", "lirec", str(file), "--author", "A. N. Other", "--workers", "1", "--json", **place)
    assert done.returncode == 2
    assert json.loads(done.stdout) == {"added": 1, "known": 1, "refused": 2}
    assert done.stderr.count("line ") == 2
    shown = json.loads(formulary("show", "PCF(7n+9, 11)", "--json", **place).stdout)
    assert shown["status"] == "converges"
    assert shown["sources"][0]["author"] == "A. N. Other"


# Bad input


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "x.xls"], "cannot tell the format"),
        (["export", "x.csv", "--where", "deltaa > 0"], "deltaa"),
        (["export", "x.csv", "--where", "1 = 1); delete from formula; --"], "condition"),
        (["export", "x.csv", "--where", "formula = '"], "condition"),
        (["export", "nowhere/at/all/x.csv"], "cannot write"),
        (["export", "x.csv", "--partition-by", "status"], "only Parquet"),
        (["export", "x.parquet", "--partition-by", "color"], "color"),
        (["export", "-", "--format", "parquet"], "stdout"),
        (["import", "absent.csv"], "there is no file"),
        (["import", "lirek", "x.json"], "did you mean lirec?"),
        (["import"], "give a file"),
        (["import", "{tmp}/bad.jsonl"], "record 1"),
        (["import", "{tmp}/bad.csv"], "record 1"),
        (["import", "blind-delta", "{tmp}/bad.csv"], "no column Coefficients"),
        (["import", "blind-delta", "{tmp}/bad.csv", "--lengths", "three"], "3,3"),
    ],
)
def test_bad_input_gives_one_sentence(
    seeded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.jsonl").write_text('{"a": [1]}\n')
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n")
    done = formulary(*(a.replace("{tmp}", str(tmp_path)) for a in arguments), FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == 2
    assert words in done.stderr
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_what_is_exported_is_what_the_catalogue_has(seeded_url: str) -> None:
    with open_database(seeded_url) as database, database.reader() as reader:
        found = [record for batch in records(reader, Filter(constant="pi")) for record in batch]
        rows = find(reader, Filter(constant="pi"), limit=None, sort="id")
    assert [(r["formula"], r["delta"], r["limit_value"]) for r in found] == [
        (str_of(row), row["delta"], row["limit_value"]) for row in rows
    ]
    assert all(list(record) == list(KINDS) for record in found)
