"""Formulas stored without a name: named once their constant is added, searched once for each version of the library."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from flint import ctx

from catalog.constants import evaluation
from catalog.formulas.pcf import PCF
from catalog.store import formulas as queries
from catalog.store.leases import add_space
from catalog.store.limits import Wanted, count_unnamed
from catalog.store.rows import Row
from indexer.identification.own_constants import add_constant, read_library
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.relations.relation import moebius_value
from indexer.mathematics.relations.search import residual_digits
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import BULK_BUDGET, compute_pairs
from indexer.pipeline.storing import store
from indexer.upkeep import identifying
from indexer.upkeep.adding import add_lines
from indexer.upkeep.identifying import search_with_constant, search_with_library
from indexer.upkeep.setup import seed_constants
from tests.helpers.catalogues import new_database
from tests.helpers.command import formulary, json_of
from tests.helpers.contract import validate

# 1F1(2/3; 1; 1/3): of one family, without a name in the library
MEMBER, SHIFTED = PCF((2, 3), (2, 3)), PCF((5, 3), (5, 3))
OTHER = PCF((3, 0, 1), (1, 0, 1))
FORMULAS = [MEMBER, MEMBER.mirror(), MEMBER.inflate(2), SHIFTED, OTHER, PCF((1, 2), (0, 0, 1))]


def expression_of(formula: PCF) -> str:
    form = closed_form(formula)
    assert form is not None
    return form.text


@pytest.fixture
def filled(connection: psycopg.Connection) -> psycopg.Connection:
    """A catalogue with an unnamed family, another unnamed formula and a named one, as a daemon leaves it."""
    seed_constants(connection)
    store(connection, Batch.of(compute_pairs(FORMULAS)))
    return connection


def relation_of(connection: psycopg.Connection, formula: PCF) -> Row | None:
    row = queries.formula_by_key(connection, formula.key)
    assert row is not None
    return next((r for r in queries.relations_of(connection, row["id"]) if r["constant"] is not None), None)


def assert_named(connection: psycopg.Connection, formula: PCF, name: str, expression: str) -> None:
    relation = relation_of(connection, formula)
    assert relation is not None
    assert (relation["constant"], relation["proof"]) == (name, "verified")
    known = limit(formula, 150)
    assert known is not None
    with ctx.workprec(600):
        image = moebius_value(relation["coefficients"], evaluation.evaluate(expression, 600))
        assert (residual_digits(known.ball, image) or 0) > 100


def test_a_new_constant_names_formulas_their_mirrors_inflations_and_family(filled: psycopg.Connection) -> None:
    expression = expression_of(MEMBER)
    constant = add_constant(filled, "kummer third", expression)
    searched = search_with_constant(filled, constant, read_library(filled))
    assert (searched.searched, searched.left) == (3, 0)
    assert searched.named == 2
    for formula in (MEMBER, MEMBER.mirror(), MEMBER.inflate(2), SHIFTED, SHIFTED.mirror()):
        if queries.formula_by_key(filled, formula.key) is not None:
            assert_named(filled, formula, "kummer third", expression)
    assert relation_of(filled, OTHER) is None
    row = queries.formula_by_key(filled, MEMBER.key)
    assert row is not None
    *_, guess = queries.guesses_of(filled, row["id"])
    assert (guess["constant"], guess["proposer"], guess["outcome"]) == (
        "kummer third",
        "new constant kummer third",
        "found",
    )


def test_a_search_with_the_library_is_done_once_for_each_version(filled: psycopg.Connection) -> None:
    assert search_with_library(filled, read_library(filled)).searched == 0, "searched when they were indexed"
    add_constant(filled, "kummer third", expression_of(MEMBER))
    library = read_library(filled)
    stopped = search_with_library(filled, library, seconds=0)
    assert (stopped.searched, stopped.left) == (0, 3)
    done = search_with_library(filled, library)
    assert (done.searched, done.named, done.left) == (3, 2, 0)
    assert search_with_library(filled, library).searched == 0
    row = queries.formula_by_key(filled, OTHER.key)
    assert row is not None
    versions = {e["library_version"]: e["constants_tried"] for e in queries.exclusions_of(filled, row["id"])}
    assert len(versions) == 2
    assert versions[library.version] == BULK_BUDGET
    deeper = search_with_library(filled, library, constants=40)
    assert (deeper.searched, deeper.named) == (1, 0)
    assert count_unnamed(filled, Wanted(30, library.version, 40), 0, 10) == 0


def test_a_search_that_ends_in_the_middle_goes_on_where_it_ended(
    filled: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identifying, "PAGE", 2)
    add_constant(filled, "kummer third", expression_of(MEMBER))
    library, pages = read_library(filled), []
    first = search_with_library(filled, library, stop=lambda: bool(pages), say=pages.append)
    assert (first.searched, first.left) == (2, 1)
    assert search_with_library(filled, library).searched == 1


def test_a_formula_that_cannot_be_searched_does_not_stop_the_others(
    filled: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_constant(filled, "kummer third", expression_of(MEMBER))
    begin = identifying.begin

    def failing(formula: PCF, *given: object, **named: object) -> object:
        if formula == OTHER:
            raise ArithmeticError("no digits")
        return begin(formula, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(identifying, "begin", failing)
    library = read_library(filled)
    assert search_with_library(filled, library).named == 2
    assert search_with_library(filled, library).searched == 0


@pytest.mark.slow
def test_the_commands_name_what_was_stored(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for url in new_database(server_url, "formulary"):
        place = {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": str(tmp_path_factory.mktemp("home"))}
        assert formulary("init", **place).returncode == 0
        assert formulary("add", str(MEMBER), **place).returncode == 0
        added = json_of("constant", "add", "kummer third", expression_of(MEMBER), **place)
        validate(added, "constant")
        assert (added["named"], added["left"]) == (1, 0)
        shown = json_of("show", str(MEMBER), **place)
        assert [r["constant"] for r in shown["relations"]] == ["kummer third"]
        searched = json_of("identify", "--unidentified", **place)
        validate(searched, "searched")
        assert searched["named"] == searched["left"] == 0
        assert json_of("identify", "--unidentified", **place)["searched"] == 0
        refused = formulary("identify", "--unidentified", "pi", **place)
        assert refused.returncode == 2


@pytest.mark.slow
def test_a_daemon_searches_what_was_stored_before_a_constant_and_names_families(
    filled: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    add_constant(filled, "kummer third", expression_of(MEMBER))
    add_space(filled, "one", "a = n^2 + n + A; b = 1; A in 1..2", 2, chunk_size=2)
    done = formulary("run", "--once", FORMULARY_DATABASE_URL=database_url, FORMULARY_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    for formula in (MEMBER, MEMBER.mirror(), SHIFTED):
        assert_named(filled, formula, "kummer third", expression_of(MEMBER))
    assert search_with_library(filled, read_library(filled)).searched == 0


def test_formulas_added_by_lines_name_their_families(filled: psycopg.Connection) -> None:
    """A member that was indexed earlier is named when a line names another of its family."""
    expression = expression_of(MEMBER)
    add_constant(filled, "kummer third", expression)
    longer = SHIFTED.shift(1)
    assert add_lines(filled, [str(longer)], 1, print).added == 1
    for formula in (longer, MEMBER, SHIFTED, MEMBER.mirror()):
        assert_named(filled, formula, "kummer third", expression)
