"""Older relations and closed forms get the texts and proofs of today; what somebody rejected stays rejected."""

from __future__ import annotations

import psycopg
import pytest

from catalog.formulas.pcf import PCF
from indexer.upkeep.renewing import renew
from tests.helpers.catalogues import add_formulas
from tests.helpers.command import formulary

FORMULAS = [PCF((1, 2), (0, 0, 1)), PCF((1, 2), (0, 0, 5)), PCF((-2, 4), (-1,)), PCF((2,), (-1,))]
STORED = "select formula_id, expression, proof from relation order by id"
FORMS = "select id, closed_form from formula where closed_form is not null order by id"


@pytest.fixture
def aged(connection: psycopg.Connection) -> psycopg.Connection:
    """A catalogue whose relations have the texts and proofs of an older version."""
    add_formulas(connection, FORMULAS)
    connection.execute("update relation set proof = 'verified' where proof = 'theorem'")
    connection.execute("update relation set expression = '(' || expression || ')/1' where kind = 'moebius'")
    connection.execute("update formula set closed_form = closed_form || '/1'")
    return connection


def test_relations_and_closed_forms_become_what_they_would_be_today(connection: psycopg.Connection) -> None:
    add_formulas(connection, FORMULAS)
    today = connection.execute(STORED).fetchall(), connection.execute(FORMS).fetchall()
    connection.execute("update relation set proof = 'verified' where proof = 'theorem'")
    connection.execute("update relation set expression = '(' || expression || ')/1' where kind = 'moebius'")
    connection.execute("update formula set closed_form = closed_form || '/1'")
    done = renew(connection, workers=1)
    assert (connection.execute(STORED).fetchall(), connection.execute(FORMS).fetchall()) == today
    assert done.theorems >= 3 and done.expressions >= 3 and done.closed_forms >= 4
    again = renew(connection, workers=1)
    assert (again.theorems, again.expressions, again.closed_forms) == (0, 0, 0)


def test_a_renewal_that_was_ended_is_gone_on_with_by_the_next_init(database_url: str, aged: psycopg.Connection) -> None:
    aged.commit()
    aged.execute("update catalogue set renewed_schema = null")  # as it is until all is renewed
    aged.commit()
    assert formulary("init", FORMULARY_DATABASE_URL=database_url).returncode == 0
    assert aged.execute("select count(*) from relation where proof = 'theorem'").fetchone() != (0,)
    aged.execute("update relation set proof = 'verified' where proof = 'theorem'")
    aged.commit()
    assert formulary("init", FORMULARY_DATABASE_URL=database_url).returncode == 0
    assert aged.execute("select count(*) from relation where proof = 'theorem'").fetchone() == (0,)  # it was complete


def test_only_chosen_formulas_are_touched(aged: psycopg.Connection) -> None:
    (first,) = aged.execute("select min(formula_id) from relation where kind = 'moebius'").fetchone() or ()
    renew(aged, [first], workers=1)
    proved = aged.execute("select distinct formula_id from relation where proof = 'theorem'").fetchall()
    assert proved == [(first,)]


def test_a_rejected_relation_stays_rejected(aged: psycopg.Connection) -> None:
    aged.execute(
        "insert into rejection (formula_id, kind, expression, reason, author)"
        " select formula_id, kind, expression, 'a test', 'a tester' from relation where kind = 'moebius'"
    )
    before = aged.execute("select count(*) from relations where rejected").fetchone()
    renew(aged, workers=1)
    assert aged.execute("select count(*) from relations where rejected").fetchone() == before


def test_a_numerical_relation_is_not_proved_by_a_new_text(aged: psycopg.Connection) -> None:
    aged.execute("update relation set proof = 'numerical', digits_verified = null where kind = 'moebius'")
    renew(aged, workers=1)
    proved = aged.execute("select kind from relation where proof = 'theorem'").fetchall()
    assert proved == [("rational",)]


def test_a_search_that_found_no_name_for_a_closed_form_is_told_apart(connection: psycopg.Connection) -> None:
    add_formulas(connection, [PCF((1, 1), (1, 0, 3))])
    connection.execute(
        "insert into exclusion (formula_id, library_version, kind, coefficient_digits, digits_used, outcome,"
        " constants_tried, code_version) select id, 'x', 'moebius', 9, 60, 'budget', 28, '0' from formula"
    )
    renew(connection, workers=1)
    assert connection.execute("select distinct outcome from exclusion").fetchall() == [("closed_form",)]
