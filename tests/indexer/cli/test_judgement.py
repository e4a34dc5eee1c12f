"""What people say is shown as that, everywhere, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from catalog.store.clusters import verified_constants
from catalog.store.formulas import anchors
from catalog.store.vectors import labelled_vectors
from indexer.kinds.vectors import VECTOR_VERSION
from tests.helpers.command import formulary, json_of, refused
from tests.helpers.contract import validate

BROUNCKER = "PCF(2n+1, n^2)"


@pytest.fixture
def place(seeded_copy: str, tmp_path: Path) -> dict[str, str]:
    """Environment of a small catalogue."""
    return {"FORMULARY_DATABASE_URL": seeded_copy, "FORMULARY_HOME": str(tmp_path)}


@pytest.fixture
def rejected(place: dict[str, str]) -> dict[str, str]:
    """The same, where the relation of Brouncker's formula was rejected."""
    done = formulary("reject", BROUNCKER, "4/pi", "--reason", "only a test", "--author", "me", **place)
    assert done.returncode == 0, done.stderr
    return place


def number_of(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select id from pcf('2n+1', 'n^2')").fetchone()
    assert row is not None
    return int(row[0])


# Rejected relations


def test_show_gives_a_rejected_relation_as_rejected_and_never_as_verified(rejected: dict[str, str]) -> None:
    shown = json_of("show", BROUNCKER, **rejected)
    validate(shown, "formula")
    assert shown["relations"] == []
    (relation,) = shown["rejected"]
    assert (relation["expression"], relation["reason"], relation["author"]) == ("4/pi", "only a test", "me")
    assert shown["outcome"] != "found"
    lines = formulary("show", BROUNCKER, **rejected).stdout.splitlines()
    assert [line.split()[0] for line in lines if "only a test" in line] == ["rejected"]
    assert not [line for line in lines if line.startswith("pi ")]


def test_a_rejected_relation_labels_nothing(rejected: dict[str, str]) -> None:
    url = rejected["FORMULARY_DATABASE_URL"]
    number = number_of(url)
    with psycopg.connect(url) as connection:
        assert number not in verified_constants(connection)
        assert number not in {row["id"] for row in anchors(connection)}
        assert number not in {row.formula_id for row in labelled_vectors(connection, VECTOR_VERSION, 1000)}
    near = json_of("similar", "PCF(4n+2, 4n^2)", "-k", "40", quiet=False, **rejected)
    assert [hit["constant"] for hit in near["neighbours"] if hit["formula"] == "PCF(2n + 1, n^2)"] in ([], [None])


def test_a_rejected_relation_stands_again(rejected: dict[str, str]) -> None:
    before = json_of("show", BROUNCKER, **rejected)
    undone = json_of("reject", BROUNCKER, "--undo", **rejected)
    validate(undone, "removed")
    assert undone == {"restored": ["4/pi"]}
    shown = json_of("show", BROUNCKER, **rejected)
    assert [relation["expression"] for relation in shown["relations"]] == ["4/pi"]
    assert (shown["rejected"], shown["outcome"]) == ([], "found")
    assert before["relations"] == []
    assert "no such relation that was rejected; it has none" in refused(
        "reject", BROUNCKER, "--undo", code=1, **rejected
    )


@pytest.mark.parametrize("arguments", [[], ["--undo", "--reason", "x"]], ids=["neither", "both"])
def test_to_reject_needs_a_reason_or_its_undoing(arguments: list[str]) -> None:
    assert "give --reason with why it is rejected, or --undo" in refused("reject", BROUNCKER, *arguments)


# Notes


def test_a_note_is_taken_back_by_its_number(place: dict[str, str]) -> None:
    for text in ("one", "two"):
        json_of("note", BROUNCKER, text, **place)
    notes = {note["text"]: note["number"] for note in json_of("show", BROUNCKER, **place)["notes"]}
    assert f"note {notes['one']})" in formulary("show", BROUNCKER, **place).stdout
    gone = json_of("note", BROUNCKER, "--remove", str(notes["one"]), **place)
    validate(gone, "removed")
    assert [note["text"] for note in json_of("show", BROUNCKER, **place)["notes"]] == ["two"]
    said = refused("note", BROUNCKER, "--remove", str(notes["one"]), code=1, **place)
    assert f"has no note {notes['one']}; its notes are {notes['two']}" in said
    assert "has no note" in refused("note", "PCF(n, n)", "--remove", str(notes["two"]), code=1, **place)


# Names of clusters


@pytest.fixture
def renamed(place: dict[str, str]) -> dict[str, str]:
    """The catalogue with a cluster pi, of Brouncker's formula, that was given two names."""
    with psycopg.connect(place["FORMULARY_DATABASE_URL"]) as connection:
        connection.execute(
            "insert into clustering (method, vector_version, state, code_version) values ('test', 1, 'current', '0')"
        )
        connection.execute("insert into cluster (first_clustering_id, label) select id, 'pi' from clustering")
        connection.execute(
            "insert into cluster_member (clustering_id, formula_id, cluster_id, distance)"
            " select clustering.id, found.id, cluster.id, 0 from clustering, cluster, pcf('2n+1', 'n^2') as found"
        )
    for name in ("one", "Gauss family"):
        json_of("rename", "1", name, **place)
    return place


def test_a_renamed_cluster_has_its_new_name_everywhere(renamed: dict[str, str]) -> None:
    assert json_of("show", BROUNCKER, **renamed)["cluster"]["given_name"] == "Gauss family"
    assert "1 (Gauss family)" in formulary("show", BROUNCKER, **renamed).stdout
    (row,) = json_of("cluster", "list", "--constant", "Gauss family", **renamed)
    validate(row, "cluster")
    assert (row["label"], row["given_name"]) == ("pi", "Gauss family")
    assert "Gauss family" in formulary("cluster", "list", **renamed).stdout
    lines = formulary("cluster", "show", "1", **renamed).stdout.splitlines()
    assert {tuple(line.strip().split(maxsplit=1)) for line in lines[:3]} >= {("name", "Gauss family"), ("label", "pi")}


def test_the_last_name_is_taken_back_then_the_one_before(renamed: dict[str, str]) -> None:
    for expected in ("one", "pi"):
        undone = json_of("rename", "1", "--undo", **renamed)
        validate(undone, "removed")
        assert undone == {"cluster": 1, "name": expected}
    assert "nobody has given the cluster 1 a name" in refused("rename", "1", "--undo", code=1, **renamed)
    (row,) = json_of("cluster", "list", **renamed)
    assert row["given_name"] is None


# Constants


def test_a_constant_of_ones_own_is_removed_with_what_it_named(place: dict[str, str]) -> None:
    url = place["FORMULARY_DATABASE_URL"]
    json_of("constant", "add", "mine", "sqrt(2) + log(5)", **place)
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into relation (formula_id, kind, constant_id, coefficients, expression, method, proof, digits_used,"
            " digits_verified, code_version) select found.id, 'moebius', constant.id, '{0,1,1,0}', 'mine', 'test',"
            " 'verified', 50, 100, '0' from constant, pcf('2n+1', 'n^2') as found where name = 'mine'"
        )
        connection.execute(
            "insert into clustering (method, vector_version, state, code_version) values ('test', 1, 'current', '0')"
        )
        connection.execute(
            "insert into cluster (first_clustering_id, label, constant_id)"
            " select clustering.id, 'mine', constant.id from clustering, constant where name = 'mine'"
        )
    gone = json_of("constant", "remove", "mine", quiet=False, **place)
    validate(gone, "removed")
    assert gone == {"name": "mine", "removed": True, "relations": 1, "clusters": 1}
    with psycopg.connect(url) as connection:
        assert connection.execute("select label, constant_id from cluster").fetchall() == [("unnamed-1", None)]
        assert connection.execute("select event from cluster_event").fetchall() == [("relabelled",)]
    assert [r["expression"] for r in json_of("show", BROUNCKER, **place)["relations"]] == ["4/pi"]
    assert "there is no constant mine of your own; yours are none" in refused(
        "constant", "remove", "mine", code=1, **place
    )
    assert json_of("constant", "add", "mine", "sqrt(2) + log(5)", **place)["name"] == "mine"


def test_a_constant_of_the_library_is_not_removed(place: dict[str, str]) -> None:
    assert "there is no constant pi of your own" in refused("constant", "remove", "pi", code=1, **place)
