"""What files say is a claim: confirmed, refused with its record, or kept as imported; never believed."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.constants.evaluation import evaluate
from catalog.errors import RecordError
from catalog.exchange.validation import checked
from catalog.vocabulary import CHECKED_PROOFS
from indexer.upkeep.claims import Claim, confirmed, imported, judge_all
from tests.helpers.catalogues import content
from tests.helpers.command import SENTENCE, formulary, json_of, refused


@pytest.fixture(scope="module")
def records(seeded_url: str) -> list[dict[str, Any]]:
    """The records of the small catalogue."""
    done = formulary("export", "-", FORMULARY_DATABASE_URL=seeded_url)
    return [checked(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture
def brouncker(records: list[dict[str, Any]]) -> dict[str, Any]:
    """The record of 4/pi."""
    return copy.deepcopy(next(r for r in records if r["formula"] == "PCF(2n + 1, n^2)"))


CONSTANTS = {"pi": "pi"}


def lines(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def test_what_was_computed_here_is_confirmed_as_it_is(records: list[dict[str, Any]]) -> None:
    for judged, record in zip(judge_all(map(Claim, range(len(records)), records), {}, 1), records, strict=True):
        assert judged.record == record, judged.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"limit_value": "1.5"}, "limit_value is 1.5, but the limit is 1.27323"),
        ({"limit_value": "1.2732395447351626861510701069801148962756771659237"}, None),
        ({"limit_value": "1.27323954473516268615107010698011489627567716592365"}, None),
        ({"limit_value": "1.2732395447351626861510701069801148962756771659333"}, "limit_value is"),
        ({"limit_value": "inf", "limit_digits": None}, "limit_value is inf"),
        ({"limit_value": "-1.2732395447351626861510701069801148962756771659237"}, "limit_value is"),
        ({"limit_value": "0", "limit_digits": 1}, "limit_value is 0"),
        ({"status": "diverges", "limit_value": None, "convergence_class": None}, "status is diverges"),
        ({"status": "converges_to_infinity"}, "status is converges_to_infinity"),
    ],
)
def test_a_limit_that_is_another_is_refused(
    brouncker: dict[str, Any], changes: dict[str, Any], words: str | None
) -> None:
    given = brouncker | {"limit_digits": len(changes.get("limit_value") or "") - 1} | changes
    if words is None:
        assert confirmed(given, CONSTANTS)["limit_value"] == brouncker["limit_value"]
    else:
        with pytest.raises(RecordError, match=f"^{words}"):
            confirmed(given, CONSTANTS)


def test_of_a_limit_that_agrees_what_is_stored_is_our_own(brouncker: dict[str, Any]) -> None:
    found = confirmed(brouncker | {"limit_value": "1.2732", "limit_digits": 5, "delta": 7.0}, CONSTANTS)
    assert (found["limit_value"], found["delta"]) == (brouncker["limit_value"], brouncker["delta"])
    assert found["evaluated_at"] > brouncker["evaluated_at"]


def changed(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    relation = copy.deepcopy(record["relations"][0])
    relation |= {name: value for name, value in changes.items() if name != "terms"}
    for place, change in changes.get("terms", {}).items():
        relation["terms"][place] |= change
    return record | {"relations": [relation]}


WRONG = {
    "a text that says another": ({"expression": "3/pi"}, "is not what its coefficients say"),
    "a text that is markup": ({"expression": "<b>4/pi</b>"}, None),
    "coefficients without their terms": ({"coefficients": ["5", "0", "0", "1"]}, "terms that its coefficients do"),
    "a false relation": (
        {"coefficients": ["5", "0", "0", "1"], "expression": "5/pi", "terms": {0: {"coefficient": "5"}}},
        "does not hold: the two sides differ",
    ),
    "a known name for another number": ({"terms": {1: {"constant_expression": "e"}}}, "which is another number"),
    "a name that reads as another number": (
        {"constant": "sqrt(2)", "terms": {1: {"constant": "sqrt(2)", "constant_expression": "pi"}}},
        "which is another number",
    ),
    "a constant that is none": (
        {"constant": "mine", "terms": {1: {"constant": "mine", "constant_expression": "pi("}}},
        "cannot be evaluated",
    ),
    "a constant that is too large": (
        {"constant": "mine", "terms": {1: {"constant": "mine", "constant_expression": "exp(10^9)"}}},
        "cannot be evaluated",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_relation_that_is_false_or_says_two_things_is_not_stored_as_ours(
    brouncker: dict[str, Any], kind: str
) -> None:
    changes, words = WRONG[kind]
    (judged,) = judge_all([Claim(1, changed(brouncker, **changes))], CONSTANTS, 1)
    if words is None:
        assert judged.record is not None
        assert [relation["proof"] for relation in judged.record["relations"]] == ["imported"]
    else:
        assert judged.record is None
        assert words in (judged.reason or "")


def test_a_relation_is_a_theorem_only_where_theory_finds_it_here(brouncker: dict[str, Any]) -> None:
    for proof in ("closed_form", "theorem"):
        given = changed(brouncker, proof=proof, theorem="a theorem of mine")
        found = confirmed(given, CONSTANTS)["relations"][0]
        assert found["proof"] in CHECKED_PROOFS
        assert found["theorem"] is None or found["proof"] == proof


@pytest.mark.parametrize(("digits", "proof"), [(40, "numerical"), (90, "verified")])
def test_a_relation_with_a_decimal_is_not_believed_beyond_its_digits(
    brouncker: dict[str, Any], digits: int, proof: str
) -> None:
    pi = f"{evaluate('pi', 400).str(110, radius=False)[: digits + 1]}..."
    terms = {1: {"constant": "mine", "constant_expression": pi}}
    given = changed(brouncker, constant="mine", terms=terms, proof="verified", digits_verified=105)
    (relation,) = confirmed(given, {"mine": pi})["relations"]
    assert relation["proof"] == proof
    assert relation["digits_verified"] <= digits


def test_more_digits_than_were_verified_here_are_not_believed(brouncker: dict[str, Any]) -> None:
    found = confirmed(changed(brouncker, digits_verified=2_000_000), CONSTANTS)["relations"][0]
    assert found["digits_verified"] < 1_100


def test_a_relation_of_few_digits_and_long_coefficients_is_not_met_by_chance(brouncker: dict[str, Any]) -> None:
    """It fits the ten digits that it says it was found with, and no more."""
    coefficients = (12732395447351627, 0, 10**16, 0)
    given = changed(
        brouncker,
        kind="rational",
        constant=None,
        coefficients=[str(-coefficients[0]), str(coefficients[2])],
        expression="12732395447351627/10000000000000000",
        digits_used=10,
        digits_verified=10,
    )
    given["relations"][0]["terms"] = [
        dict.fromkeys(("constant", "constant_expression", "other")) | rest
        for rest in (
            {"coefficient": str(-coefficients[0]), "limit_exponent": 0, "constant_exponent": 0, "other_exponent": 0},
            {"coefficient": str(coefficients[2]), "limit_exponent": 1, "constant_exponent": 0, "other_exponent": 0},
        )
    ]
    with pytest.raises(RecordError, match="does not hold"):
        confirmed(given, CONSTANTS)


def test_what_is_not_evaluated_is_neither_enclosed_nor_proved(records: list[dict[str, Any]]) -> None:
    for record in records:
        found = imported(record)
        assert found["bound_kind"] in (None, "imported")
        assert (found["limit_exact"], found["closed_form"], found["evaluator_version"]) == (None, None, 0)
        assert {relation["proof"] for relation in found["relations"]} <= {"imported"}
        assert checked(found) == found


# The command


def test_a_false_record_is_refused_and_the_others_are_stored(
    database_url: str, tmp_path: Path, brouncker: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    others = [record for record in records if not record["relations"]][:3]
    file = lines(tmp_path / "x.jsonl", others[0], brouncker | {"limit_value": "1.5"}, *others[1:])
    done = formulary("import", file, "--json", FORMULARY_DATABASE_URL=database_url)
    assert (done.returncode, json.loads(done.stdout)) == (2, {"added": 3, "known": 0, "refused": 1})
    assert done.stderr.startswith("record 2: limit_value is 1.5, but the limit is 1.273239")


@pytest.mark.parametrize("sample", [0, 3, 1_000])
def test_of_a_sample_the_others_are_imported_and_a_recomputation_evaluates_them(
    database_url: str, tmp_path: Path, records: list[dict[str, Any]], sample: int
) -> None:
    chosen = [record for record in records if record["limit_value"] and record["limit_value"] != "inf"][:20]
    place = {"FORMULARY_DATABASE_URL": database_url}
    file = lines(tmp_path / "x.jsonl", *chosen)
    assert json_of("import", file, "--sample", str(sample), **place, quiet=False)["added"] == len(chosen)
    with psycopg.connect(database_url) as connection:
        kinds = Counter(row[0] == "imported" for row in connection.execute("select bound_kind from formula"))
        assert kinds[False] == min(sample, len(chosen))
        proofs = "select proof from relation join formula on formula.id = formula_id where evaluator_version = 0"
        # and theorems, which need no evaluation: the class of a formula names it by proof
        assert {row[0] for row in connection.execute(proofs)} <= {"imported", "theorem"}
        assert connection.execute("select count(*) from identified where proof = 'imported'").fetchone() == (0,)
    done = formulary("recompute", "--where", "evaluator_version = 0", **place)
    assert done.returncode in (0, 1), done.stderr
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select count(*) from formula where bound_kind = 'imported'").fetchone()
        assert rows == (0,)
        assert connection.execute("select count(*) from relation where proof = 'imported'").fetchone() == (0,)


def test_a_file_with_its_checksum_is_stored_without_evaluation(
    seeded_url: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged(*_: object) -> None:
        raise AssertionError("something was evaluated")

    file = tmp_path / "all.csv"
    exported = json_of("export", str(file), FORMULARY_DATABASE_URL=seeded_url)
    monkeypatch.setattr("indexer.upkeep.importing.judge_all", judged)
    done = formulary("import", str(file), "--checksum", exported["sha256"], FORMULARY_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert content(database_url) == content(seeded_url)


def test_a_file_with_another_checksum_is_refused(database_url: str, tmp_path: Path, brouncker: dict[str, Any]) -> None:
    file = lines(tmp_path / "x.jsonl", brouncker)
    said = refused("import", file, "--checksum", "0" * 64, FORMULARY_DATABASE_URL=database_url)
    assert "not the one given; nothing of it was stored" in said


@pytest.mark.parametrize(
    "options", [["--sample", "1", "--checksum", "00"], ["--sample", "-1"], ["--sample", "many"], ["--workers", "0"]]
)
def test_options_that_contradict_are_refused(database_url: str, tmp_path: Path, options: list[str]) -> None:
    file = lines(tmp_path / "x.jsonl")
    done = formulary("import", file, *options, FORMULARY_DATABASE_URL=database_url)
    assert done.returncode == 2
    assert SENTENCE.fullmatch(done.stderr)


def test_the_checksum_of_a_stream_is_that_of_its_bytes(seeded_url: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url}
    file = tmp_path / "pi.jsonl"
    said = formulary("export", str(file), "--constant", "pi", **place).stderr
    assert formulary("export", "-", "--constant", "pi", **place).stderr == said
    assert len(said.split()[-1]) == 64
