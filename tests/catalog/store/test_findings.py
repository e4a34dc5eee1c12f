"""What was found out about formulas: relations, guesses, exclusions and sources, stored and read back."""

from __future__ import annotations

import psycopg
import pytest

from catalog.store import formulas as queries
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow, SourceRow, Term
from catalog.store.ingest import ingest
from catalog.store.storing_findings import store_findings
from tests.helpers.batches import BROUNCKER, GOLDEN, batch, one


@pytest.fixture
def ids(connection: psycopg.Connection) -> list[int]:
    connection.execute("insert into constant (name, expression, likelihood) values ('pi', 'pi', 1)")
    connection.commit()
    return [int(i) for i in ingest(connection, batch(BROUNCKER, GOLDEN)).ids]


def store(connection: psycopg.Connection, ids: list[int], **findings: list[object]) -> list[int]:
    with connection.transaction(), connection.cursor() as cursor:
        return store_findings(cursor, Findings("0.1", **findings), ids)  # type: ignore[arg-type]


def four_over_pi(proof: str = "verified", digits: int = 105) -> RelationRow:
    return RelationRow(0, "moebius", (4, 0, 0, 1), "4/pi", "lll", proof, 60, digits, constant="pi")


def test_a_moebius_relation_with_its_terms(connection: psycopg.Connection, ids: list[int]) -> None:
    store(connection, ids, relations=[four_over_pi()])
    (row,) = queries.relations_of(connection, ids[0])
    assert (row["constant"], row["coefficients"], row["proof"]) == ("pi", (4, 0, 0, 1), "verified")
    terms = connection.execute(
        "select coefficient, limit_exponent, constant_exponent from relation_term order by term_number"
    ).fetchall()
    assert terms == [(4, 0, 0), (-1, 1, 1)]  # 4 - L pi = 0


def test_an_algebraic_relation_with_its_terms(connection: psycopg.Connection, ids: list[int]) -> None:
    golden = RelationRow(1, "quadratic", (-1, -1, 1), "(1 + sqrt(5))/2", "lll", "verified", 60, 105)
    store(connection, ids, relations=[golden])
    terms = connection.execute("select coefficient, limit_exponent from relation_term order by term_number")
    assert terms.fetchall() == [(-1, 0), (-1, 1), (1, 2)]


def test_a_relation_between_two_formulas(connection: psycopg.Connection, ids: list[int]) -> None:
    tie = RelationRow(0, "formula", (0, 1, 2, 0), "M/2", "family", "verified", 60, 105, other_key=GOLDEN.key)
    store(connection, ids, relations=[tie])
    terms = connection.execute(
        "select coefficient, limit_exponent, other_formula_id, other_exponent from relation_term order by 2"
    )
    assert terms.fetchall() == [(1, 0, ids[1], 1), (-2, 1, None, 0)]


def test_several_constants_by_explicit_terms(connection: psycopg.Connection, ids: list[int]) -> None:
    terms = [Term(-1, 1), Term(3, 0, constant="pi", constant_exponent=2), Term(5)]
    relation = RelationRow(0, "linear", (), "3pi^2 + 5", "lll", "verified", 60, 105, "pi", terms=terms)
    store(connection, ids, relations=[relation])
    assert one(connection, "select count(*) from relation_term") == 3


@pytest.mark.parametrize("order", [1, -1])
def test_a_stronger_proof_replaces_a_weaker_one(connection: psycopg.Connection, ids: list[int], order: int) -> None:
    weak, strong = four_over_pi("numerical"), four_over_pi("closed_form")
    first, second = [weak, strong][::order]
    numbers = store(connection, ids, relations=[first])
    numbers += store(connection, ids, relations=[second])
    numbers += store(connection, ids, relations=[first, second])
    assert len(set(numbers)) == 1
    assert [row["proof"] for row in queries.relations_of(connection, ids[0])] == ["closed_form"]
    assert one(connection, "select count(*) from relation_term") == 2


def test_a_constant_that_is_not_there_is_refused(connection: psycopg.Connection, ids: list[int]) -> None:
    relation = RelationRow(0, "moebius", (4, 0, 0, 1), "4/tau", "lll", "verified", 60, 105, constant="tau")
    with pytest.raises(ValueError, match="no constant tau"):
        store(connection, ids, relations=[relation])
    assert one(connection, "select count(*) from relation") == 0


def test_guesses_in_order_with_their_relation(connection: psycopg.Connection, ids: list[int]) -> None:
    guesses = [
        GuessRow(0, 2, "neighbour", "found", "pi", neighbour_id=ids[1], distance=0.5, digits_used=60, relation=0),
        GuessRow(0, 1, "family", "too_few_digits", "pi", digits_needed=40),
    ]
    (number,) = store(connection, ids, relations=[four_over_pi()], guesses=guesses)
    first, second = queries.guesses_of(connection, ids[0])
    assert (first["proposer"], first["outcome"], first["digits_needed"]) == ("family", "too_few_digits", 40)
    assert (second["relation_id"], second["neighbour"]) == (number, str(GOLDEN))


def test_an_exclusion_is_one_row_however_often_it_is_found(connection: psycopg.Connection, ids: list[int]) -> None:
    for tried in (30, 31):
        store(connection, ids, exclusions=[ExclusionRow(1, "v1", "moebius", 6, 60, "excluded", tried)])
    assert [row["constants_tried"] for row in queries.exclusions_of(connection, ids[1])] == [31]


def test_sources(connection: psycopg.Connection, ids: list[int]) -> None:
    store(connection, ids, sources=[SourceRow(0, "Arithmetica Infinitorum", author="Wallis")] * 2)
    assert [row["author"] for row in queries.sources_of(connection, ids[0])] == ["Wallis"]


def test_guesses_of_known_formulas_are_not_stored_again(connection: psycopg.Connection, ids: list[int]) -> None:
    guess = GuessRow(0, 1, "library", "excluded", "pi")
    ingest(connection, batch(BROUNCKER), Findings("0.1", guesses=[guess]))
    assert queries.guesses_of(connection, ids[0]) == []


def test_the_views_show_what_was_found(connection: psycopg.Connection, ids: list[int]) -> None:
    store(connection, ids, relations=[four_over_pi()])
    assert one(connection, "select relation from formulas where formula = 'PCF(2n + 1, n^2)'") == "4/pi"
    assert one(connection, "select formula from identified") == "PCF(2n + 1, n^2)"
    assert one(connection, "select relation from relations") == "PCF(2n + 1, n^2) = 4/pi"
    assert one(connection, "select formulas from constants_summary where constant = 'pi'") == 1
    assert [row["constant"] for row in queries.anchors(connection)] == ["pi"]
    assert queries.labels_of(connection, ids)[ids[0]]["expression"] == "4/pi"
