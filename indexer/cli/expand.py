"""`formulary expand`: patterns in the signed continued fractions of a number, and the formulas that these are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from catalog.syntax import plain_signs
from indexer.cli.evaluate import require_no_arguments, write_answers
from indexer.cli.opened import catalogue
from indexer.cli.options import FormulaCommand, catalogue_options, counted, json_option, lines_options, option
from indexer.cli.output import note, write_fields, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_FOUND = 1

MAX_HEIGHT = 6
"""As `contract.expansions.MAX_HEIGHT`, which help does not import."""

MAX_SIGNS = 8
"""As `contract.expansions.MAX_SIGNS`."""

LONGEST = 160
"""Characters of a formula beyond which only its degrees are shown; --json has it all."""


@click.command(cls=FormulaCommand, epilog='Example: formulary expand "tan(1)" --maps 1')
@click.argument("number", nargs=-1, metavar="NUMBER")
@option("--signs", type=click.IntRange(1, MAX_SIGNS), default=3, help="Longest period of the signs.")
@option("--maps", "height", type=click.IntRange(1, MAX_HEIGHT), default=2, help="Largest entry of the maps.")
@lines_options('{"value": "exp(1)", "moebius": [1, 1, -1, 1], "signs": [1]}')
@option("--add", is_flag=True, help="Store the formulas in the catalogue, each with its fraction.")
@catalogue_options
@json_option
def expand(
    number: tuple[str, ...],
    signs: int,
    height: int,
    from_file: str | None,
    workers: int | None,
    add: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Find patterns in the signed continued fractions of a number; needs no catalogue but for --add.

    NUMBER is an expression such as exp(1), tan(1) or besseli(1,2)/besseli(0,2), or its digits with a decimal point.
    Maps (x + y c)/(z + w c) of it are expanded as A_0 + s_0/(A_1 + s_1/(A_2 + ...)), the signs s of a period, A_i the
    floor where s_i = +1 and the ceiling where s_i = -1. A pattern is a period of polynomials that the quotients follow.
    It is contracted to a polynomial continued fraction, whose limit is proved by an equivalence to
    PCF(alpha n + beta, +-1). Exit code 1 where no pattern is found.
    """
    if from_file is not None:
        from indexer.contract.expansions import expanded_lines

        if add:
            raise click.UsageError("--add stores the fractions of one number; give it instead of --from")

        require_no_arguments(number)
        return write_answers(from_file, "expanding", lambda lines: expanded_lines(lines, workers))
    if len(number) != 1:
        raise click.UsageError(f"give one number such as exp(1), not {counted(len(number), 'argument')}")
    from indexer.contract.expansions import NOTHING, expansion_object, expansions, number_of, rational_fraction
    from indexer.sources.signed_fractions.expansions import maps, sign_patterns

    text = plain_signs(number[0].strip())
    value, most_digits = number_of(text)
    ends = rational_fraction(text)
    found = [] if ends else expansions(value, most_digits, list(maps(height)), sign_patterns(signs))
    for one in found:
        result = expansion_object(one)
        if as_json:
            write_json(result)
        else:
            _write(result, text)
    if not found:
        if as_json:
            write_json(NOTHING)
        none = f"no pattern in the expansions of {text} by maps up to {height} and signs up to {signs}"
        note(f"formulary: {f'{text} is rational: its continued fraction {ends} ends' if ends else none}")
    if add and found:
        from indexer.upkeep.expanding import add_expansions

        with catalogue(database_url, home) as connection:
            new = add_expansions(connection, found, text)
        note(f"formulary: {new} formulas are new in the catalogue")
    return 0 if found else NOT_FOUND


def _write(result: dict[str, Any], number: str) -> None:
    """Write one expansion for reading."""
    from catalog.formulas.pcf import PCF
    from indexer.mathematics.relations.text import moebius_text

    pcf, proof = result["pcf"], result["proof"]
    write_fields(
        [
            ("value", moebius_text(result["moebius"], number)),
            ("quotients", _quotients(result)),
            ("signs", ", ".join(f"{s:+d}" for s in result["signs"])),
            ("formula", pcf and _shown(PCF(tuple(pcf["a"]), tuple(pcf["b"])))),
            ("value is", result["map"] and f"{moebius_text(result['map'], 'L')}, L the limit of the formula"),
            ("exactly", result["algebraic"]),
            ("proof", proof and f"equivalent to {PCF(tuple(proof['base']['a']), tuple(proof['base']['b']))}"),
            ("digits", result["digits"]),
        ]
    )
    print()


def _shown(formula: Any) -> str:
    text = str(formula)
    return text if len(text) <= LONGEST else f"a formula of degrees {formula.deg_a} and {formula.deg_b}"


def _quotients(result: dict[str, Any]) -> str | None:
    """First terms and period, such as 2, 1, (1, 2k + 2, 1)."""
    if result["period"] is None:
        return None
    period = ", ".join(map(_polynomial, result["subsequences"]))
    return ", ".join([*map(str, result["preperiod"]), f"({period})"])


def _polynomial(coefficients: Sequence[str]) -> str:
    """A polynomial in k with rational coefficients."""
    terms = []
    for power, c in reversed(list(enumerate(coefficients))):
        if c != "0" or len(coefficients) == 1:
            variable = "" if power == 0 else "k" if power == 1 else f"k^{power}"
            factor = c if not variable else {"1": "", "-1": "-"}.get(c, f"({c})" if "/" in c else c)
            terms.append(factor + variable)
    return " + ".join(terms).replace("+ -", "- ")
