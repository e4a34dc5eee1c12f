"""The user's own constants: refused where they say nothing new, tried before the library, part of its version."""

from __future__ import annotations

import psycopg
import pytest
from flint import ctx

from catalog.constants.evaluation import evaluate_known
from catalog.constants.library import Constant, library
from catalog.errors import ExpressionError
from catalog.formulas.pcf import PCF
from catalog.store import formulas as queries
from catalog.store.constants import OWN, own_constants
from indexer.identification.library import prepared_library
from indexer.identification.numbers import identify_number
from indexer.identification.own_constants import add_constant, checked_constant, read_library
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.numbers.decimals import round_ball
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, compute_pairs
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants


def test_an_added_constant_is_tried_first_and_changes_the_version(connection: psycopg.Connection) -> None:
    added = add_constant(connection, "fifth  gamma", "gamma(1/5)", "a letter")
    assert (added.name, added.group) == ("fifth gamma", OWN)
    prepared = read_library(connection)
    assert next(iter(prepared)) == ("fifth gamma", "gamma(1/5)")
    assert len(prepared) == len(prepared_library()) + 1
    assert prepared.version != prepared_library().version
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
        ("x", "4.6692016091", "has 11 sure digits, too few to tell a relation from chance; give at least 12"),
        ("x", "0.33333333333333333333", "is rational to all its 20 digits"),
        ("x", "-1.41421356237309504880...", "is quadratic to all its 21 digits"),
        ("x", "4.6692016091029906e25", "has no sure digit after the point"),
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


# Decimals

TRIAL = PCF((1, 1, 1), (1, 1))
"""A formula whose limit has no name."""


def digits_of(formula: PCF, digits: int) -> str:
    """The digits of (1 + 2 L)/(3 - L), cut off."""
    found = evaluate(formula, digits + 20).limit
    assert found is not None
    assert found.ball is not None
    with ctx.workprec(1000):
        text = round_ball((1 + 2 * found.ball) / (3 - found.ball), digits + 5)[0]
    assert text is not None
    return text[: digits + 1]


@pytest.mark.parametrize(("digits", "proof"), [(20, None), (30, "numerical"), (74, "numerical"), (75, "verified")])
def test_a_decimal_names_a_formula_with_the_digits_it_has(digits: int, proof: str | None) -> None:
    own = Constant("mine", f"{digits_of(TRIAL, digits)}...", OWN)
    for found in (
        compute(TRIAL, identified=True, library=prepared_library((own,))),
        *compute_pairs([TRIAL], library=prepared_library((own,))),
    ):
        assert found.identification is not None
        relations = found.identification.relations
        assert [relation.proof for relation in relations] == [proof] * (proof is not None)
        for relation in relations:
            assert (relation.constant, relation.coefficients) == ("mine", (-1, 3, 2, 1))
            assert digits - 5 <= relation.digits_verified <= digits


def test_a_decimal_is_tried_when_all_others_are_excluded() -> None:
    pi = f"{evaluate_known('pi', 300).str(60, radius=False)[:51]}..."
    prepared = prepared_library((Constant("mine", pi, OWN),))
    found = compute(PCF((1, 2), (0, 0, 1)), identified=True, library=prepared).identification
    assert found is not None
    assert [relation.constant for relation in found.relations] == ["pi"]
    assert prepared.members(entire=False) == prepared_library().members(entire=False)
    assert prepared.version != prepared_library().version


def test_a_wrong_last_digit_but_one_names_nothing() -> None:
    text = digits_of(TRIAL, 40)
    wrong = Constant("mine", f"{text[:-2]}{(int(text[-2]) + 5) % 10}{text[-1]}...", OWN)
    found = compute(TRIAL, identified=True, library=prepared_library((wrong,))).identification
    assert found is not None
    assert found.relations == ()


@pytest.mark.parametrize(
    ("text", "map_of"),
    [
        ("4.66920160910299067185320382047", "feigenbaum_delta"),
        ("2.33460080455149533592660191023", "feigenbaum_delta/2"),
        ("3.14159265358979323846264338328", "pi"),
        ("1.04816391973958844681130747446", None),
    ],
)
def test_digits_that_another_constant_has_are_said_to_be_so(
    connection: psycopg.Connection, text: str, map_of: str | None
) -> None:
    added, agrees = checked_constant(connection, "x", text)
    assert (added.expression, agrees) == (f"{text}...", map_of)


def test_an_expression_may_follow_the_decimal_that_it_explains(connection: psycopg.Connection) -> None:
    add_constant(connection, "digits", "4.59084371199880305320475827593")
    assert checked_constant(connection, "g5", "gamma(1/5)")[1] == "digits"
    assert checked_constant(connection, "again", "9.18168742399760610640951655186")[1] == "2*digits"


def test_a_number_of_more_digits_is_compared_by_those_that_a_constant_has(connection: psycopg.Connection) -> None:
    add_constant(connection, "mine", digits_of(TRIAL, 33))
    number = evaluate(TRIAL, 60).limit
    assert number is not None
    assert number.value is not None
    found = identify_number(number.value, (*own_constants(connection), *library().candidates()))
    (relation,) = found.relations
    assert (relation.constants, relation.digits_verified, relation.proof) == (("mine",), 33, "matched")


def test_the_outcomes_of_a_search_are_stored_and_read_back(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    add_constant(connection, "g5", "gamma(1/5)")
    prepared = read_library(connection)
    formulas = [PCF((1, 2), (0, 0, 1)), PCF((3, 0, 1), (1, 0, 1))]
    computed = [compute(formula, identified=True, library=prepared, budget=30) for formula in formulas]
    store(connection, Batch.of(computed, prepared.version))
    numbers = [queries.formula_by_key(connection, formula.key) for formula in formulas]
    assert numbers[0] is not None
    assert numbers[1] is not None
    (guess,) = queries.guesses_of(connection, numbers[0]["id"])
    assert (guess["constant"], guess["outcome"]) == ("pi", "found")
    (exclusion,) = queries.exclusions_of(connection, numbers[1]["id"])
    assert exclusion["outcome"] == "budget"
    assert exclusion["library_version"] == prepared.version
    assert exclusion["constants_tried"] == 30
