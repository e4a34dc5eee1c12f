"""Commands of identification with a catalogue: own constants, limits of formulas, several constants, verification."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.helpers.catalogues import new_database
from tests.helpers.command import formulary, json_of, refused
from tests.helpers.contract import validate

FOUR_OVER_PI = "1.2732395447351626861510701069801148"


@pytest.fixture(scope="module")
def place(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of a catalogue with the well-known formulas and a constant of the user's own."""
    for url in new_database(server_url, "formulary"):
        found = {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": str(tmp_path_factory.mktemp("home"))}
        assert formulary("init", **found).returncode == 0
        assert formulary("constant", "add", "gamma five", "gamma(1/5)", "--source", "a letter", **found).returncode == 0
        yield found


# Own constants


def test_an_own_constant_is_listed_first_with_all_its_fields(place: dict[str, str]) -> None:
    first, second, *_ = json_of("constant", "list", **place)
    validate(first, "constant")
    assert first == {
        "name": "gamma five",
        "expression": "gamma(1/5)",
        "latex": "\\Gamma\\left(\\frac{1}{5}\\right)",
        "group": "user",
        "value": "4.5908437119988030532",
        "known_digits": None,
        "source": "a letter",
        "oeis": None,
        "equivalents": [],
    }
    assert second["name"] == "pi"
    assert "4/pi" in second["equivalents"]
    assert json_of("constant", "show", "gamma five", **place)["name"] == "gamma five"
    assert json_of("constant", "list", "--no-catalogue", **place)[0]["name"] == "pi"


def test_identify_uses_an_own_constant(place: dict[str, str]) -> None:
    found = json_of("identify", "2.29542185599940152660", **place)
    assert found["relations"][0]["constant"] == "gamma five"
    without = json_of("identify", "2.29542185599940152660", "--no-catalogue", **place)
    assert without["relations"][0]["expression"] == "gamma(1/5)/2"


@pytest.mark.parametrize(
    ("name", "expression", "words"),
    [
        ("x", "1/pi + 1", "a Moebius map of pi, which is there already"),
        ("x", "2*gamma(1/5)", "a Moebius map of gamma five"),
        ("gamma five", "gamma(1/7)", "choose another name"),
        ("x", "gama(1/7)", "did you mean gamma"),
        ("x", "1/0", "no finite value"),
    ],
)
def test_a_constant_that_says_nothing_new_is_refused(
    place: dict[str, str], name: str, expression: str, words: str
) -> None:
    assert words in refused("constant", "add", name, expression, **place)


def test_a_decimal_is_a_constant_with_the_digits_it_has(place: dict[str, str]) -> None:
    digits = "1.04816391973958844681130747446"
    added = json_of("constant", "add", "mine", digits, quiet=False, **place)
    validate(added, "constant")
    assert (added["expression"], added["known_digits"]) == (f"{digits}...", 30)
    assert "known to 30 digits\n" in formulary("constant", "show", "mine", "--digits", "100", **place).stdout
    assert json_of("constant", "show", "mine", "--digits", "100", **place)["value"] in digits
    assert "to 30 digits" in formulary("constant", "list", "--group", "user", **place).stdout
    assert "known to 102 digits\n" in formulary("constant", "show", "feigenbaum_delta", **place).stdout
    assert formulary("constant", "remove", "mine", **place).returncode == 0
    assert "there is no constant mine of your own" in refused("constant", "remove", "mine", code=1, **place)


def test_digits_of_a_known_constant_are_taken_and_said_to_be_its(place: dict[str, str]) -> None:
    done = formulary("constant", "add", "feig", "4.66920160910299067185320382047...", **place)
    assert done.returncode == 0
    assert "the digits of feig are those of feigenbaum_delta, which is there already\n" in done.stderr
    assert formulary("constant", "remove", "feig", **place).returncode == 0


# Numbers


def test_a_number_is_found_among_the_limits(place: dict[str, str]) -> None:
    found = json_of("identify", FOUR_OVER_PI, **place)
    validate(found, "number")
    assert found["formulas"][0] == {
        "formula": "PCF(2n + 1, n^2)",
        "coefficients": [0, 1, 1, 0],
        "expression": "PCF(2n + 1, n^2)",
        "digits_verified": 35,
        "proof": "matched",
    }
    text = formulary("identify", FOUR_OVER_PI, **place).stdout
    assert "in terms of the limit of" in text
    assert "formulas" not in json_of("identify", FOUR_OVER_PI, "--no-catalogue", **place)


def test_a_number_that_is_a_map_of_a_nameless_limit_is_found(place: dict[str, str]) -> None:
    formula = "PCF(n + 5, 7n^2 + 3n + 5)"
    added = json_of("add", formula, **place)
    assert added["relations"] == []
    value = json_of("evaluate", formula, "--digits", "60")["limit"]["value"]
    from mpmath import mp

    with mp.workdps(70):
        number = mp.nstr((3 + 190 * mp.mpf(value)) / (17 - 4 * mp.mpf(value)), 50)
    found = json_of("identify", number, **place)
    assert (found["outcome"], found["relations"]) == ("found", [])
    assert [(f["formula"], f["coefficients"]) for f in found["formulas"]] == [(formula, [3, 190, 17, -4])]


def test_no_formula_is_given_for_a_number_by_chance(place: dict[str, str]) -> None:
    found = json_of("identify", "3.0917263548190273645102938475610", code=1, **place)
    assert found["formulas"] == []


# Several constants


@pytest.mark.parametrize(
    ("arguments", "expression"),
    [
        (("8.210206014386573994467714215709505515121", "--with", "pi, log(2), zeta(3)"), None),
        (("PCF(2n+1, n^2)", "--with", "1/pi"), "4*1/pi"),
        (("5.637942824610003958045428145815615775111713165918130", "--with", "pi"), None),
        (("9.4247779607693797153879301498385086525915081981253", "--with", "ln(2),pi"), "3*pi"),
    ],
)
def test_relations_with_several_constants(arguments: tuple[str, ...], expression: str | None) -> None:
    done = formulary("identify", *arguments, "--json")
    found = json.loads(done.stdout)
    if expression is not None:
        assert found["relations"][0]["expression"] == expression
    elif found["relations"]:
        assert found["relations"][0]["constants"] == ["pi", "log(2)", "zeta(3)"]
    else:
        assert done.returncode == 1


def test_degree_finds_an_algebraic_number() -> None:
    value = "1.1673039782614186842560458998548421807205603715254"  # the root of x^5 - x - 1
    assert json_of("identify", value, "--degree", "6")["relations"][0]["polynomial"] == [-1, -1, 0, 0, 0, 1]
    assert json_of("identify", value)["relations"][0]["polynomial"] == [-1, -1, 0, 0, 0, 1]
    assert all("polynomial" not in r for r in json_of("identify", value, "--degree", "2", code=1)["relations"])


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("1.2732395447351627", "--with", "katalan"), "nearest names are catalan", 1),
        (("1.2732395447351627", "--with", "pi,,e"), "a constant is missing between two commas", 2),
        (("1.2732395447351627", "--order", "2"), "--order goes with --with", 2),
        (("1.27x", "--with", "pi"), "is not a decimal number", 2),
        (("3,14159265358979",), "write a decimal point", 2),
        (("inf",), "inf is not a finite number", 2),
        (("-\N{INFINITY}",), "is not a finite number", 2),
        (("6.02e23000",), "beyond the supported 1000", 2),
        (("PCF(1, -5)", "--with", "pi"), "has no irrational limit", 1),
        (("PCF(2n+1, n^2)", "--degree", "3"), "--degree is for a number", 2),
    ],
)
def test_bad_questions_get_one_sentence(arguments: tuple[str, ...], words: str, code: int) -> None:
    assert words in refused("identify", *arguments, code=code)


def test_products_of_given_constants_that_say_nothing_new_are_told() -> None:
    done = formulary(
        "identify", "0.72459684556988416760715472785738927689577636255462", "--with", "sqrt(2)", "--order", "2"
    )
    assert "sqrt(2)*sqrt(2) = 2" in done.stderr
    assert "no relation with sqrt(2) has all coefficients" in done.stderr


def test_with_finds_a_quotient_of_linear_forms() -> None:
    found = json_of("identify", "0.72459684556988416760715472785738927689577636255462", "--with", "pi,e,sqrt(2)")
    validate(found, "number")
    assert found["relations"][0]["expression"] == "1/(3*pi + 2*sqrt(2) - 4*e)"


# Numbers as they are pasted


def test_few_digits_give_candidates_that_are_not_found() -> None:
    found = json_of("identify", "1.155727349", "--no-catalogue", code=1)
    validate(found, "number")
    assert (found["outcome"], found["relations"]) == ("too_few_digits", [])
    assert found["candidates"][0]["expression"] == "pi/e"
    assert found["candidates"][0]["expected_by_chance"] < 0.001
    assert "candidate, not found" in formulary("identify", "1.155727349", "--no-catalogue").stdout


def test_an_expression_is_evaluated_first_and_told() -> None:
    done = formulary("identify", "pi^2/6", "--no-catalogue")
    assert "read as 1.644934066848226436" in done.stderr
    assert "pi^2/6" in done.stdout


def test_only_trusted_digits_are_used() -> None:
    wrong = "1.27323954473516268615999999"
    assert json_of("identify", wrong, "--no-catalogue", "--digits", "20")["relations"][0]["expression"] == "4/pi"


def test_wrong_last_digits_are_told_from_which_on() -> None:
    value = "1.2732395447351626861510701069801148962756771659236515" + "1234567890123"
    found = json_of("identify", value, "--no-catalogue", code=1)
    validate(found, "number")
    assert found["agrees"]["expression"] == "4/pi"
    assert 51 <= found["agrees"]["digits"] <= 53


def test_numbers_from_a_pipe_are_answered_in_turn() -> None:
    done = formulary("identify", "-", "--json", "--no-catalogue", stdin="3.14159265358979323846\npi^2/6\n")
    assert [json.loads(line)["relations"][0]["constant"] for line in done.stdout.splitlines()] == ["pi", "pi^2"]


def test_lines_of_a_file_may_be_plain_numbers(tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text('1.2732395447351626861500\n"pi^2/6"\n{"value": "2.7182818284590452354"}\n')
    done = formulary("identify", "--from", str(tmp_path / "numbers.txt"), "--workers", "1")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [o["digits"] for o in found] == [23, 60, 20]


def test_a_measured_number_gets_no_relation() -> None:
    found = json_of("identify", "137.035999084", "--no-catalogue", code=1)
    assert (found["outcome"], found["relations"]) == ("excluded", [])


# Verification


def test_verify_says_what_holds_and_what_does_not(place: dict[str, str]) -> None:
    one = json_of("verify", "PCF(2n+1, n^2)", **place)
    validate(one, "verification")
    assert (one["verified"], one["failed"]) == (1, 0)
    assert one["relations"][0]["digits_verified"] > one["relations"][0]["digits_stored"]
    assert json_of("verify", "--sample", "3", **place)["verified"] == 3
    with psycopg.connect(place["FORMULARY_DATABASE_URL"]) as connection:
        connection.execute("update relation set coefficients = '{4,0,1,1}' where expression = '4/pi'")
    wrong = json_of("verify", "--all", "--workers", "1", code=1, **place)
    assert [failure["formula"] for failure in wrong["failures"]] == ["PCF(2n + 1, n^2)"]
    done = formulary("verify", "PCF(2n+1, n^2)", **place)
    assert done.returncode == 1
    assert "differ" in done.stdout
    with psycopg.connect(place["FORMULARY_DATABASE_URL"]) as connection:
        connection.execute("update relation set coefficients = '{4,0,0,1}' where expression = '4/pi'")


def test_verify_needs_to_know_what(place: dict[str, str]) -> None:
    assert "give a formula, --all, or --sample N" in refused("verify", **place)
    assert "is not in the catalogue" in refused("verify", "PCF(77n+1, n^2)", code=1, **place)


# What is shown


def test_show_tells_the_outcome_of_a_search(place: dict[str, str]) -> None:
    json_of("add", "PCF(n^2 + 3, n^2 + 1)", **place)
    shown = json_of("show", "PCF(n^2 + 3, n^2 + 1)", **place)
    validate(shown, "formula")
    assert shown["outcome"] == "excluded"
    assert shown["exclusions"][0]["constants_tried"] > 500
    assert "excluded" in formulary("show", "PCF(n^2 + 3, n^2 + 1)", **place).stdout
    named = json_of("show", "PCF(2n+1, n^2)", **place)
    assert (named["outcome"], named["guesses"][0]["constant"]) == ("found", "pi")


def test_schema_and_page_know_the_new_fields() -> None:
    page = (Path(__file__).parents[3] / "docs" / "contract.md").read_text()
    assert all(f"`{word}`" in page for word in ("formulas", "verify"))


def test_a_line_that_is_no_number_does_not_end_the_others() -> None:
    lines = "1.2732395447351626861510\nfoo\n3.14159265358979323846\n"
    done = formulary("identify", "-", "--no-catalogue", "--json", stdin=lines)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [f.get("relations", [{}])[0].get("expression") for f in found] == ["4/pi", None, "pi"]
    assert "unknown constant foo" in found[1]["error"]
    assert done.stderr.startswith("formulary: foo: unknown constant foo")
