"""The catalogue as a data set: other programs read it, every column is explained, and nothing else is overwritten."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.errors import FileFormatError
from catalog.exchange import dataset
from catalog.exchange.checksums import checksum
from catalog.exchange.dataset import write_dataset
from catalog.exchange.dataset_texts import About
from catalog.store.search import Filter
from tests.helpers.command import formulary

pytest.importorskip("pyarrow")


@pytest.fixture
def reader(seeded_url: str) -> Any:
    with open_database(seeded_url) as database, database.reader() as connection:
        yield connection


@pytest.fixture
def folder(reader: psycopg.Connection, tmp_path: Path) -> Path:
    """A whole data set."""
    target = tmp_path / "set"
    write_dataset(reader, str(target), About(title="A | set & more", authors=("A. Author", "B, and C")))
    return target


def expected(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_duckdb_reads_it(folder: Path, seeded_url: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    query = "select formula, limit_value, delta, constant, relation, proof from {} order by formula"
    found = duckdb.sql(query.format(f"'{folder}/data/formulas-*.parquet'")).fetchall()
    assert sorted(found, key=str) == sorted(expected(seeded_url, query.format("formulas")), key=str)
    query = "select relation_id, coefficients, rejected from {} order by relation_id"
    found = duckdb.sql(query.format(f"'{folder}/data/relations-00000.parquet'")).fetchall()
    assert found == expected(seeded_url, query.format("relations"))
    assert len(found) > 100


def test_pandas_reads_it(folder: Path, seeded_url: str) -> None:
    pandas = pytest.importorskip("pandas")
    constants = pandas.read_parquet(folder / "data/constants-00000.parquet")
    assert list(constants["name"]) == [
        row[0] for row in expected(seeded_url, "select name from constant order by likelihood, id")
    ]
    formulas = pandas.read_parquet(folder / "data/formulas-00000.parquet")
    row = formulas[formulas["formula"] == "PCF(2n + 1, n^2)"].iloc[0]
    assert (row["relation"], list(row["a"]), json.loads(row["relations"])[0]["constant"]) == ("4/pi", ["1", "2"], "pi")


def test_every_column_is_explained_where_readers_look(folder: Path) -> None:
    from pyarrow.parquet import read_schema

    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    card = (folder / "README.md").read_text("utf-8")
    assert {resource["path"] for resource in package["resources"]} == {
        str(path.relative_to(folder)) for path in (folder / "data").iterdir()
    }
    for resource in package["resources"]:
        schema = read_schema(folder / resource["path"])
        described = {part["name"]: part["description"] for part in resource["schema"]["fields"]}
        assert list(described) == schema.names and all(described.values())
        assert {name: schema.field(name).metadata[b"description"].decode() for name in schema.names} == described
        assert json.loads(schema.metadata[b"columns"]) == described
        assert schema.metadata[b"license"] == b"CC0-1.0"
        file = folder / resource["path"]
        assert (resource["bytes"], resource["hash"]) == (file.stat().st_size, f"sha256:{checksum(file)}")
        assert all(f"| `{name}` |" in card for name in described)


def test_the_citation_is_read_by_yaml_and_names_all_authors(folder: Path) -> None:
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert (citation["type"], citation["title"], citation["license"]) == ("dataset", "A | set & more", "CC0-1.0")
    assert [author["name"] for author in citation["authors"]] == ["A. Author", "B, and C"]
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\+\d{8}", citation["version"])
    bibtex = (folder / "citation.bib").read_text("utf-8")
    assert "{{A | set \\& more}}" in bibtex and "{{A. Author} and {B, and C}}" in bibtex
    head = yaml.safe_load((folder / "README.md").read_text("utf-8").split("---")[1])
    assert (head["pretty_name"], len(head["configs"])) == ("A | set & more", 4)


def test_many_formulas_go_into_many_files(
    reader: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyarrow.parquet import read_table

    monkeypatch.setattr(dataset, "FILE_ROWS", 60)
    monkeypatch.setattr("catalog.exchange.export.BATCH", 25)
    monkeypatch.setattr(dataset, "GROUP_ROWS", 7)
    told: list[tuple[str, int]] = []
    count, _ = write_dataset(
        reader, str(tmp_path / "set"), About(), tell=lambda phase, done=0, total=None: told.append((phase, done))
    )
    files = sorted((tmp_path / "set/data").glob("formulas-*.parquet"))
    sizes = [read_table(file).num_rows for file in files]
    assert (sum(sizes), max(sizes)) == (count, 75)
    assert ("writing formulas", count) in told


def test_conditions_choose_formulas_and_their_relations(reader: psycopg.Connection, tmp_path: Path) -> None:
    from pyarrow.parquet import read_table

    target = tmp_path / "set"
    count, _ = write_dataset(
        reader, str(target), About(), Filter(constant="pi"), where="delta > -1 and a_text like '%n%'"
    )
    formulas, relations = (read_table(target / f"data/{name}-00000.parquet") for name in ("formulas", "relations"))
    assert formulas.num_rows == count >= 3
    assert set(relations["formula"].to_pylist()) == set(formulas["formula"].to_pylist())
    write_dataset(reader, str(tmp_path / "none"), About(), where="false")
    none = read_table(tmp_path / "none/data/formulas-00000.parquet")
    assert (none.num_rows, none.schema.names) == (0, formulas.schema.names)


# Where it is written


def test_nothing_but_an_older_data_set_is_replaced(reader: psycopg.Connection, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="is not empty"):
        write_dataset(reader, str(folder), About())
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").write_text("mine")
    for name, words in (
        ("file", "is no folder"),
        ("link", "is no folder"),
        ("mine", r"thesis\.tex, which no data set has"),
    ):
        with pytest.raises(FileFormatError, match=words):
            write_dataset(reader, str(tmp_path / name), About(), overwrite=True)
    (folder / "data/notes.txt").write_text("mine")
    with pytest.raises(FileFormatError, match=r"notes\.txt, which no data set has"):
        write_dataset(reader, str(folder), About(), overwrite=True)
    (folder / "data/notes.txt").unlink()
    write_dataset(reader, str(folder), About(title="Anew"), Filter(constant="pi"), overwrite=True)
    assert json.loads((folder / "datapackage.json").read_text("utf-8"))["title"] == "Anew"
    (tmp_path / "empty").mkdir()
    write_dataset(reader, str(tmp_path / "empty"), About(), Filter(constant="pi"))
    assert (tmp_path / "mine/thesis.tex").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "link", "mine", "set"]


def test_what_fails_leaves_the_older_data_set(reader: psycopg.Connection, folder: Path, tmp_path: Path) -> None:
    before = checksum(folder)

    def full(phase: str, done: int = 0, total: int | None = None) -> None:
        raise OSError(28, os.strerror(28))

    with pytest.raises(FileFormatError, match="no space left on device"):
        write_dataset(reader, str(folder), About(), overwrite=True, tell=full)
    assert checksum(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("x.csv", "--dataset", "y"), "give a FILE, or --dataset"),
        ((), "give a FILE, or --dataset"),
        (("x.csv", "--overwrite"), "go with --dataset"),
        (("--dataset", "y", "--format", "csv"), "a data set is Parquet"),
        (("--dataset", "y", "--licence", "my own\n"), "is no identifier of a licence"),
        (("--dataset", "y", "--author", "a\nb"), "is a line of text"),
        (("--dataset", "y", "--where", "no_such"), "the condition cannot be used"),
    ],
)
def test_what_cannot_be_a_data_set_is_said_in_one_sentence(
    options: tuple[str, ...], words: str, seeded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = formulary("export", *options, FORMULARY_DATABASE_URL=seeded_url, FORMULARY_HOME=str(tmp_path / "home"))
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "y").exists()


def test_its_formulas_can_be_imported(seeded_url: str, database_url: str, tmp_path: Path) -> None:
    target, home = tmp_path / "set", str(tmp_path / "home")
    done = formulary("export", "--dataset", str(target), "--where", "constant = 'pi'", "--json",
                     FORMULARY_DATABASE_URL=seeded_url, FORMULARY_HOME=home)  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["formulas"] > 3) == (0, True), done.stderr
    assert formulary("init", FORMULARY_DATABASE_URL=database_url, FORMULARY_HOME=home).returncode == 0
    file = str(target / "data/formulas-00000.parquet")
    done = formulary("import", file, FORMULARY_DATABASE_URL=database_url, FORMULARY_HOME=home)
    assert done.returncode == 0, done.stderr
    there = "select formula from formulas where constant = 'pi' order by formula"
    assert set(expected(seeded_url, there)) <= set(expected(database_url, there))
