"""Each kind of damage is found, named and repaired by `doctor`; figures for collectors."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import Database
from catalog.formulas.pcf import parse_formula
from catalog.store.leases import add_space
from indexer.cli.main import run
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.upkeep.doctor import examine

DAMAGES = {
    "leases": """update chunk set state = 'leased', lease_token = gen_random_uuid(),
        lease_expires_at = now() - interval '1 minute' where first_rank = 0""",
    "runs": """insert into run (host, process_id, program_version, schema_version, evaluator_version, vector_version,
        worker_count, heartbeat_at) values ('gone', 1, '0', '0001', 1, 1, 1, now() - interval '1 hour')""",
    "chunks": "update chunk set state = 'failed' where first_rank = 4",
    "ranks": "delete from chunk where first_rank = 4",
    "ties": """insert into canonical_pending select mirror.id, canonical.key from formula as mirror
        join formula as canonical on canonical.id = mirror.canonical_id;
        update formula set canonical_id = null""",
    "vectors": "delete from formula_vector where formula_id = (select min(formula_id) from formula_vector)",
}


def state(database: Database, home: Path, *, fix: bool = False) -> dict[str, str]:
    return {found.check: str(found.to_json()["state"]) for found in examine(database, home, fix=fix)}


@pytest.fixture
def home(connection: psycopg.Connection, tmp_path: Path) -> Path:
    """Home with an index in step with a catalogue of three formulas and a space."""
    add_space(connection, "tiny", "a = n; b = A; A in 1..10", 10, chunk_size=4)
    texts = ("PCF(2n+1, n^2)", "PCF(1, 1)", "PCF(-1, 1)")
    store(connection, Batch.of([compute(parse_formula(text)) for text in texts]))
    CatalogueIndex.open(connection, tmp_path, lambda text: None).save(connection)
    tmp_path.chmod(0o700)
    return tmp_path


def test_all_is_well(database: Database, home: Path) -> None:
    found = state(database, home)
    assert set(found.values()) == {"ok"}
    assert set(DAMAGES) < set(found)


@pytest.mark.parametrize("check", DAMAGES)
def test_damage_in_the_database_is_named_and_repaired(
    database: Database, connection: psycopg.Connection, home: Path, check: str
) -> None:
    connection.execute(DAMAGES[check].encode())
    connection.commit()
    assert state(database, home)[check] == "trouble"
    assert state(database, home, fix=True)[check] == "fixed"
    assert set(state(database, home).values()) == {"ok"}


@pytest.mark.parametrize("damage", ["torn", "missing", "manifest", "deleted", "open to all"])
def test_damage_of_files_is_named_and_repaired(
    database: Database, connection: psycopg.Connection, home: Path, damage: str
) -> None:
    file = next(home.glob("index/*/*.faiss"))
    if damage == "torn":
        file.write_bytes(file.read_bytes()[:-5])
    elif damage == "missing":
        file.unlink()
    elif damage == "manifest":
        (file.parent / "similarity.json").write_text("{")
    elif damage == "open to all":
        file.chmod(0o644)
    else:
        connection.execute("delete from formula where b = '{1}'")
        connection.commit()
    check = "privacy" if damage == "open to all" else "index"
    assert state(database, home)[check] == "trouble"
    assert state(database, home, fix=True)[check] == "fixed"
    assert state(database, home)[check] == "ok"


def test_a_restored_database_is_taken_into_use(database: Database, connection: psycopg.Connection, home: Path) -> None:
    connection.execute("update catalogue set epoch = 'another'")
    connection.commit()
    assert state(database, home) == {"server": "ok", "schema": "trouble"}
    assert state(database, home, fix=True)["schema"] == "fixed"
    assert state(database, home)["schema"] == "ok"


def test_the_command_says_what_is_wrong_and_by_its_exit_code(
    database_url: str, connection: psycopg.Connection, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.execute(DAMAGES["chunks"].encode())
    connection.commit()
    options = ["--database-url", database_url, "--home", str(home), "--json"]
    assert run(["doctor", *options]) == 3
    found = {row["check"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["chunks"] == {"check": "chunks", "state": "trouble", "text": "1 chunks that were given up"}
    assert run(["doctor", "--fix", *options]) == 0


def test_figures_for_a_collector(database_url: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--prometheus", "--database-url", database_url, "--home", str(home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert samples["formulary_formulas"] == "3"
    assert samples['formulary_chunks{state="open"}'] == "3"
    assert samples["formulary_index_lag"] == "0"
    assert float(samples["formulary_free_bytes"]) > 0
    assert sum(line.startswith("# TYPE ") for line in lines) == len({s.partition("{")[0] for s in samples}) + 1
