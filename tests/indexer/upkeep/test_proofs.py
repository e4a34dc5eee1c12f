"""Theorems of a catalogue are proved again from what is stored, and what is none is said."""

from __future__ import annotations

from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store import formulas as queries
from tests.helpers.command import formulary, json_of


def test_every_theorem_of_a_catalogue_has_a_certificate(seeded_url: str) -> None:
    found = json_of("verify", "--proofs", "--all", "--database-url", seeded_url, quiet=False)
    assert found["checked"] > 60 and found["failed"] == 0 and found["failures"] == []


def test_a_theorem_that_was_changed_is_reported(seeded_copy: str) -> None:
    with open_database(seeded_copy) as database, database.connect() as connection:
        row = queries.formula_by_key(connection, parse_formula("PCF(2n+1, n^2)").key)
        assert row is not None
        connection.execute("update relation set coefficients[1] = 1 where formula_id = %s", [row["id"]])
    arguments = ("verify", "--proofs", "PCF(2n+1, n^2)", "--database-url", seeded_copy)
    found = json_of(*arguments, code=1)
    assert (found["checked"], found["failed"]) == (0, 1)
    assert found["failures"][0]["reason"] == "no certificate of this relation is found"
    assert "0 of 1 theorems" in formulary(*arguments).stdout


def test_a_formula_without_a_theorem_is_refused_in_one_sentence(seeded_url: str) -> None:
    done = formulary("verify", "--proofs", "PCF(n^2+1, 3n+7)", "--database-url", seeded_url)
    assert done.returncode == 1
    assert done.stderr == "formulary: the catalogue has no theorem of PCF(n^2 + 1, 3n + 7); there is nothing to check\n"


FIELD_ALONE = ("trajectory", "3F2(1)", "1,1,2,2,3", "1,1,1,2,2")
"""A trajectory whose fraction has no proof but that of its field."""


def test_a_theorem_by_its_field_is_proved_again_from_its_trajectory(database_url: str) -> None:
    at = {"FORMULARY_DATABASE_URL": database_url}
    walked = json_of(*FIELD_ALONE, "--add", quiet=False, **at)
    formula = str(PCF(tuple(walked["pcf"]["a"]), tuple(walked["pcf"]["b"])))
    assert walked["proof"] == "field"
    assert formulary("prove", formula).returncode == 1
    assert json_of("show", formula, **at)["relations"][0]["proof"] == "theorem"
    found = json_of("verify", "--proofs", formula, **at)
    assert (found["checked"], found["failed"]) == (1, 0)
    survey = formulary("survey", "-o", "-", **at)
    assert survey.returncode == 0 and "In the matrix field of 3F2 at 1" in survey.stdout, survey.stderr
    with open_database(database_url) as database, database.connect() as connection:
        connection.execute("delete from representation")
    assert json_of("verify", "--proofs", formula, code=1, **at)["failed"] == 1


def test_a_relation_of_an_older_catalogue_becomes_a_theorem_by_its_field(database_url: str) -> None:
    at = {"FORMULARY_DATABASE_URL": database_url}
    walked = json_of(*FIELD_ALONE, "--add", quiet=False, **at)
    formula = str(PCF(tuple(walked["pcf"]["a"]), tuple(walked["pcf"]["b"])))
    with open_database(database_url) as database, database.connect() as connection:
        connection.execute("update relation set proof = 'verified'")
    assert formulary("recompute", formula, **at).returncode == 0
    assert json_of("show", formula, **at)["relations"][0]["proof"] == "theorem"
