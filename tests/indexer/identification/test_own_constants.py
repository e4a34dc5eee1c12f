"""The user's own constants: refused where they say nothing new, tried before the library, part of its version."""

from __future__ import annotations

import psycopg
import pytest

from catalog.constants.library import Constant
from catalog.errors import ExpressionError
from catalog.formulas.pcf import PCF
from catalog.store import formulas as queries
from catalog.store.constants import OWN, own_constants
from indexer.identification.library import prepared_library
from indexer.identification.own_constants import add_constant, read_library
from indexer.kinds.pcf.evaluate import evaluate
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, compute_pairs
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants


def test_an_added_constant_is_tried_first_and_changes_the_version(connection: psycopg.Connection) -> None:
    added = add_constant(connection, "fifth  gamma", "gamma(1/5)", "a letter")
    assert (added.name, added.group) == ("fifth gamma", OWN)
    library = read_library(connection)
    assert next(iter(library)) == ("fifth gamma", "gamma(1/5)")
    assert len(library) == len(prepared_library()) + 1
    assert library.version != prepared_library().version
    assert own_constants(connection) == (added,)


@pytest.mark.parametrize(
    ("name", "expression", "sentence"),
    [
        ("x", "3/pi + 1", r"is \(3 \+ pi\)/pi, a Moebius map of pi, which is there already"),
        ("x", "exp(-1)", "a Moebius map of e"),
        ("x", "22/7", "is rational"),
        ("x", "(1 + sqrt(5))/2", "is quadratic"),
        ("pi", "gamma(1/5)", "means pi of the library"),
        ("ln(2)", "gamma(1/5)", "choose another name"),
        ("3 + pi", "gamma(1/5)", "reads as an expression of another value"),
        ("", "gamma(1/5)", "1 to 60 printable characters"),
        ("x" * 61, "gamma(1/5)", "1 to 60 printable characters"),
        ("-x", "gamma(1/5)", "no minus at its beginning"),
        ("x", "gamma(1/5", "bracket"),
        ("x", "4.669201609102990671853203820466", "is a decimal, known to its last digit only"),
        ("x", "gama(1/5)", "did you mean gamma"),
        ("x", "__import__('os')", "position"),
        ("x", "log(-2)", "not a real number"),
        ("x", "1/(2 - 2)", "no finite value"),
        ("x", "exp(10^6)", r"exp\(1000000\) is about 10\^434294 in absolute value, outside the supported 10\^-30 to"),
        ("x", "pi^1000000", r"is about 10\^497150 in absolute value"),
        ("x", "gamma(1/10^900)", r"is about 10\^900 in absolute value"),
        ("x", "zeta(1+1/10^900)", r"is about 10\^900 in absolute value"),
        ("x", "agm(1,10^900)", r"is about 10\^897 in absolute value"),
        ("x", "2^(2^(2^(2^2)))", r"is about 10\^19728 in absolute value"),
        ("x", "exp(-10^6)", r"is about 10\^-434294 in absolute value"),
        ("x", "pi/10^400", r"is about 10\^-400 in absolute value"),
    ],
)
def test_what_says_nothing_new_or_nothing_at_all_is_refused(
    connection: psycopg.Connection, name: str, expression: str, sentence: str
) -> None:
    with pytest.raises(ExpressionError, match=sentence):
        add_constant(connection, name, expression)
    assert own_constants(connection) == ()


def test_a_second_one_may_not_repeat_the_first(connection: psycopg.Connection) -> None:
    add_constant(connection, "g5", "gamma(1/5)")
    with pytest.raises(ExpressionError, match="there is a constant g5 already"):
        add_constant(connection, "g5", "gamma(1/7)")
    with pytest.raises(ExpressionError, match="is 1/g5, a Moebius map of g5"):
        add_constant(connection, "h", "1/gamma(1/5)")


def test_formulas_are_named_by_it_in_bulk_and_alone(connection: psycopg.Connection) -> None:
    formula = PCF((1, 1, 1), (1, 1))
    limit = compute(formula).evaluation.limit
    assert limit is not None
    assert limit.ball is not None
    digits = 400  # a constant that is the limit, as a fraction: rational, but not to the digits of a search
    value = evaluate(formula, digits).limit
    assert value is not None
    assert value.value is not None
    whole, decimals = value.value.split(".")
    own = Constant("mine", f"{whole}{decimals}/10^{len(decimals)}", OWN)
    for found in (
        compute(formula, identified=True, library=prepared_library((own,))),
        *compute_pairs([formula], library=prepared_library((own,))),
    ):
        assert found.identification is not None
        (relation,) = found.identification.relations
        assert (relation.constant, relation.coefficients) == ("mine", (0, 1, 1, 0))


def test_the_outcomes_of_a_search_are_stored_and_read_back(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    add_constant(connection, "g5", "gamma(1/5)")
    library = read_library(connection)
    formulas = [PCF((1, 2), (0, 0, 1)), PCF((3, 0, 1), (1, 0, 1))]
    computed = [compute(formula, identified=True, library=library, budget=30) for formula in formulas]
    store(connection, Batch.of(computed, library.version))
    numbers = [queries.formula_by_key(connection, formula.key) for formula in formulas]
    assert numbers[0] is not None
    assert numbers[1] is not None
    (guess,) = queries.guesses_of(connection, numbers[0]["id"])
    assert (guess["constant"], guess["outcome"]) == ("pi", "found")
    (exclusion,) = queries.exclusions_of(connection, numbers[1]["id"])
    assert exclusion["outcome"] == "budget"
    assert exclusion["library_version"] == library.version
    assert exclusion["constants_tried"] == 30
