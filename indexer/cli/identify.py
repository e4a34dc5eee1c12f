"""`formulary identify`: the constant behind a formula or a number."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import FormularyError
from indexer.cli.evaluate import (
    digits_option,
    require_no_arguments,
    with_written,
    write_answers,
    write_formula,
)
from indexer.cli.opened import catalogue, use_catalogue_option, used_catalogue
from indexer.cli.options import (
    FormulaCommand,
    catalogue_options,
    finite_value,
    from_options,
    json_option,
    option,
    read_formula,
    read_notation,
)
from indexer.cli.output import note, write_fields, write_json, write_table
from indexer.cli.progress import is_quiet, shown

if TYPE_CHECKING:
    import psycopg

    from catalog.constants.library import Constant
    from catalog.formulas.pcf import PCF
    from indexer.identification.ladder.climb import LadderStep
    from indexer.similarity.anchors import Anchors

NOT_IDENTIFIED = 1

MAX_DEGREE = 8
"""Highest power of a number in a relation."""

MAX_ORDER = 4
"""Highest total degree of several constants."""

MAX_EFFORT = 3
"""Most effort for a number."""

LEAST_FORMULA_DIGITS = 12
"""Digits of a number from which the catalogue is asked for formulas."""

STDIN = "-"
"""In place of a number: one a line from stdin."""


@click.command(
    cls=FormulaCommand,
    epilog="Example: formulary identify 1.2732395447351626861510701069801148",
)
@click.argument("what", nargs=-1, metavar="FORMULA|NUMBER")
@digits_option
@option(
    "--with",
    "together",
    metavar="C1,C2",
    help="Seek one relation of the number with these constants together, by name or as expressions.",
)
@option(
    "--degree",
    type=click.IntRange(1, MAX_DEGREE),
    help="Highest power of the number in a relation.  [default: 8 alone, 1 with --with]",
)
@option(
    "--order", type=click.IntRange(1, MAX_ORDER), help="Highest total degree of the constants of --with.  [default: 1]"
)
@option(
    "--effort",
    type=click.IntRange(1, MAX_EFFORT),
    default=1,
    help="How many constants are combined for a number; each step takes about three times as long.",
)
@option(
    "--unidentified",
    is_flag=True,
    help="Search the formulas of the catalogue that have no name and were not searched with this library yet.",
)
@option(
    "--constants",
    type=click.IntRange(1),
    help="Members of the library tried for each with --unidentified.  [default: 28, as a daemon does]",
)
@option("--seconds", type=click.FloatRange(0), help="End --unidentified after this time; the next one goes on.")
@use_catalogue_option("Ask the catalogue as well: its labelled formulas, its limits, your own constants.")
@from_options
@catalogue_options
@json_option
def identify(
    what: tuple[str, ...],
    digits: int,
    together: str | None,
    degree: int | None,
    order: int | None,
    effort: int,
    unidentified: bool,
    constants: int | None,
    seconds: float | None,
    use_catalogue: bool | None,
    from_file: str | None,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Name the constant behind a formula or a number.

    A formula is given as PCF(2n+1, n^2) or as two arguments 2n+1 n^2; what is found is verified with further digits. A
    number is given with all its digits, which say how exact it is; what is found matches them, and beats chance. Also
    1.64493(4), 1.6449..., 6.02e23, an expression such as pi^2/6, several numbers with a point, and - for lines of
    stdin. With fewer than 12 digits there are candidates. --digits says how many digits of a number are trusted.

    Two formulas are answered with the Moebius map of their limits.

    Theory and the library of constants need no catalogue; with one, the formulas are given whose limit a number is a
    Moebius map of. Exit code 1 where nothing is found.

    --unidentified goes through the catalogue instead, after constants were added: what is found is stored, and what is
    not is not searched again until the library grows. Families with a named member are named as well.
    """
    if unidentified:
        if what or from_file or together:
            raise click.UsageError("--unidentified takes no formula, number, or --with")
        return _unidentified(constants, seconds, database_url, home, as_json)
    if constants is not None or seconds is not None:
        raise click.UsageError("--constants and --seconds go with --unidentified")
    if order is not None and together is None:
        raise click.UsageError("--order goes with --with")
    if from_file is None and together is None and len(what) == 2 and all(map(_is_whole_formula, what)):
        return _two_formulas(what, as_json)
    with used_catalogue(use_catalogue, database_url, home) as connection:
        if from_file is None and together is not None:
            return _together(connection, what, digits, together, degree or 1, order or 1, as_json)
        if from_file is None and (numbers := _numbers(what)):
            trusted = digits if _is_given("digits") else None
            asked = AskedNumbers(connection, degree or MAX_DEGREE, effort, trusted, as_json)
            return asked.answer(numbers[0]) if len(numbers) == 1 else asked.answer_all(numbers)
        if degree is not None:
            raise click.UsageError("--degree is for a number, or goes with --with")
        anchors, own = _known(connection)
    if from_file is not None:
        from indexer.contract.lines import identified

        require_no_arguments(what)
        return write_answers(from_file, "identifying", lambda lines: identified(lines, digits, workers, anchors, own))
    from indexer.contract.lines import identify_formula

    reading = read_notation(what)
    result = with_written(identify_formula(reading.formula, digits, anchors, own=own, reading=reading), reading)
    if as_json:
        write_json(result)
    else:
        write_formula(result)
    return 0 if result.get("outcome") == "found" else NOT_IDENTIFIED


def _is_given(name: str) -> bool:
    """Whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _numbers(what: tuple[str, ...]) -> list[str]:
    """The arguments, or the lines of stdin, that are numbers; none where a formula is meant."""
    if what == (STDIN,):
        return [line.strip() for line in sys.stdin if line.strip()]
    if len(what) == 1:
        if (rational := finite_value(what[0])) is not None:
            return [rational]
        return [] if _is_formula(what[0]) else list(what)
    from indexer.identification.typed import is_number

    return list(what) if all("." in text and is_number(text) for text in what) else []


def _is_formula(text: str) -> bool:
    """Whether an argument is meant as a formula; what is in brackets and no number is, so that its fault is named."""
    from catalog.formulas.notations import looks_like_formula
    from indexer.identification.typed import is_number

    return not is_number(text) and ("(" in text or looks_like_formula(text))


def _is_whole_formula(text: str) -> bool:
    """Whether an argument is a formula by itself, not one of its two polynomials."""
    from catalog.formulas.notations import looks_like_formula

    return "," in text and looks_like_formula(text)


def _two_formulas(what: tuple[str, ...], as_json: bool) -> int:
    """The Moebius map between the limits of two formulas."""
    from indexer.contract.equivalences import limits_object
    from indexer.mathematics.equivalence.decision import no_limit

    first, second = (read_formula((text,)) for text in what)
    if (reason := no_limit(first) or no_limit(second)) is not None:
        raise click.UsageError(f"{reason}; give two formulas that converge and do not terminate")
    found = limits_object(first, second)
    if as_json:
        write_json(found)
    else:
        how = found["proof"] and f"{found['proof']}, {found['method']}"
        write_fields(
            [
                ("L1", f"the limit of {first}"),
                ("L2", f"the limit of {second}"),
                ("relation", found["expression"] or "no Moebius map of the limits was found"),
                ("proof", how),
            ]
        )
    return 0 if found["map"] else NOT_IDENTIFIED


def _unidentified(
    constants: int | None, seconds: float | None, database_url: str | None, home: str | None, as_json: bool
) -> int:
    """Search the formulas of the catalogue without a name; says how many were named."""
    from indexer.identification.own_constants import read_library
    from indexer.pipeline.compute import BULK_BUDGET
    from indexer.similarity.anchors import read_anchors
    from indexer.upkeep.families import sweep_families
    from indexer.upkeep.identifying import search_with_library

    with catalogue(database_url, home) as connection, shown() as tell:
        tell("searching formulas without a name")
        searched = search_with_library(
            connection,
            read_library(connection),
            read_anchors(connection),
            constants=constants or BULK_BUDGET,
            seconds=seconds,
            say=lambda done: tell("searching formulas without a name", done.searched),
        )
        tell("naming families")
        sweep_families(connection, seconds=seconds)
    if as_json:
        write_json(searched.to_json())
    else:
        click.echo(f"{searched.searched} formulas searched, {searched.named} named, {searched.left} left")
    return 0


def _known(connection: psycopg.Connection | None) -> tuple[Anchors | None, tuple[Constant, ...]]:
    """The labelled formulas and the user's own constants, where there is a catalogue."""
    if connection is None:
        return None, ()
    from indexer.similarity.anchors import read_anchors

    return read_anchors(connection), _own(connection)


class AskedNumbers:
    """Numbers that are asked with the same options."""

    def __init__(
        self,
        connection: psycopg.Connection | None,
        degree: int,
        effort: int,
        digits: int | None,
        as_json: bool,
    ) -> None:
        self.connection, self.degree, self.effort = connection, degree, effort
        self.digits, self.as_json = digits, as_json

    def answer_all(self, texts: Sequence[str]) -> int:
        """Write what each number is; what is none has its sentence, and the others go on. Returns the exit code."""
        codes = []
        for line, text in enumerate(texts, 1):
            try:
                codes.append(self.answer(text))
            except FormularyError as error:
                codes.append(error.exit_code)
                note(f"formulary: {text[:40]}: {error}")
                if self.as_json:
                    write_json({"error": str(error), "line": line})
        return max(codes, default=0)

    def answer(self, text: str) -> int:
        """Write what one number is; returns the exit code."""
        from indexer.contract.lines import identify_value

        own = _own(self.connection)
        with _shown_steps(self.effort > 1) as tell:
            result = identify_value(text, own, self.degree, effort=self.effort, digits=self.digits, tell=tell)
        if self.connection is not None and result["digits"] >= LEAST_FORMULA_DIGITS:
            from indexer.identification.stored_limits import formulas_with_limit

            found = formulas_with_limit(self.connection, text, self.digits)
            result["formulas"] = [match.to_json() for match in found]
            if found and not result["relations"]:
                result |= {"outcome": "found", "reason": None}
        return _say(result, self.as_json)


def _own(connection: psycopg.Connection | None) -> tuple[Constant, ...]:
    """The user's own constants, where there is a catalogue."""
    if connection is None:
        return ()
    from catalog.store.constants import own_constants

    return own_constants(connection)


@contextmanager
def _shown_steps(say: bool) -> Iterator[Callable[[LadderStep], None]]:
    """Show on a terminal which rung of the ladder was climbed last; elsewhere `say` what came of each, unless quiet."""
    with shown() as tell:
        climbed = count(1)

        def show(step: LadderStep) -> None:
            if say and not sys.stderr.isatty() and not is_quiet():
                searches = "1 search" if step.searches == 1 else f"{step.searches:,} searches"
                note(f"formulary: {step.rung}: {step.found or 'nothing'} ({searches})")
            else:
                tell(f"climbing the ladder, {step.rung}", next(climbed))

        yield show


def _together(
    connection: psycopg.Connection | None,
    what: tuple[str, ...],
    digits: int,
    together: str,
    degree: int,
    order: int,
    as_json: bool,
) -> int:
    """One relation with several constants, of a number or of the limit of a formula."""
    from indexer.identification.several import chosen_constants, identify_with

    own = _known(connection)[1]
    constants = chosen_constants(together, own)
    is_number = len(what) == 1 and not _is_formula(what[0])
    text = what[0] if is_number else _limit(read_formula(what), digits)
    trusted = digits if is_number and _is_given("digits") else None
    return _say(identify_with(text, constants, degree, order, trusted).to_json(), as_json)


def _limit(formula: PCF, digits: int) -> str:
    """Return the limit of a formula in decimal; raises NotFound where it has none that is finite and irrational."""
    from catalog.errors import NotFound
    from indexer.kinds.kind import kind_of

    found = kind_of(formula).limit(formula, digits)
    if found is None or found.value is None or found.infinite or found.exact is not None:
        raise NotFound(f"{formula} has no irrational limit to seek a relation for")
    return found.value


def _say(result: dict[str, Any], as_json: bool) -> int:
    if as_json:
        write_json(result, rows="relations" if result["relations"] else "formulas" if result.get("formulas") else None)
    else:
        _write_number(result)
    return 0 if result["relations"] or result.get("formulas") else NOT_IDENTIFIED


def _write_number(result: dict[str, Any]) -> None:
    if result["written"]:
        note(f"formulary: read as {result['value']}")
    if result["remark"]:
        note(f"formulary: {result['remark']}")
    for text in result["left_out"]:
        note(f"formulary: left out, since it depends on the others: {text}")
    if result["relations"]:
        _write_relations("relation", result["relations"])
    if result["candidates"]:
        _write_relations("candidate, not found", result["candidates"])
    if result.get("formulas"):
        write_table(
            ("this number is", "in terms of the limit of", "digits"),
            [
                (f["expression"].replace(f["formula"], "L"), f["formula"], f["digits_verified"])
                for f in result["formulas"]
            ],
            right=("digits",),
        )
    note(f"{result['value']} ({result['digits']} digits): {result['reason'] or result['outcome'].replace('_', ' ')}")


def _write_relations(title: str, relations: list[dict[str, Any]]) -> None:
    """Relations with their lengths against the digits' bits, and how many as short chance would give."""
    measured = all("complexity_bits" in r for r in relations)
    named = any(map(_constants, relations))
    rows = []
    for r in relations:
        row = [r["expression"], r["proof"], r["digits_verified"] or r["digits_used"]]
        if named:
            row.insert(1, _constants(r))
        if measured:
            row += [f"{r['complexity_bits']:.0f} of {r['information_bits']:.0f}", _expected(r["expected_by_chance"])]
        rows.append(row)
    columns = [title, *(["constant"] if named else []), "proof", "digits", *(["bits", "by chance"] if measured else [])]
    write_table(columns, rows, right=("digits", "bits", "by chance"))


def _constants(relation: dict[str, Any]) -> str:
    return relation.get("constant") or ", ".join(relation.get("constants", ()))


def _expected(hits: float) -> str:
    """An expected number of hits, as one digit or as many as it has before the point."""
    return f"{hits:.0f}" if hits >= 1 else f"{hits:.1g}"
