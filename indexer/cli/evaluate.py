"""`formulary evaluate`: a formula without a catalogue."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.progress import told
from indexer.cli.constant import write_constant
from indexer.cli.options import (
    FORMULA_HELP,
    FormulaCommand,
    from_options,
    json_option,
    meant_constant,
    option,
    read_notation,
)
from indexer.cli.output import note, write_fields, write_json, writes_rows
from indexer.cli.progress import shown

if TYPE_CHECKING:
    from catalog.formulas.notations import Reading

DIGITS = 110
"""Significant digits of a limit unless told otherwise."""

SHOWN_FRACTIONS = 5
"""Interlaced continued fractions of a formula that `show` lists; --json has them all."""

SHOWN_TRAJECTORIES = 5
"""Trajectories of a formula that are written; --json has all."""

MAX_DIGITS = 10_000
"""Most digits that can be asked for."""

digits_option = option(
    "--digits",
    type=click.IntRange(1, MAX_DIGITS),
    default=DIGITS,
    envvar="FORMULARY_DIGITS",
    help="Significant digits of the limit.",
)

MAX_DEPTH = 100_000
"""Deepest n at which delta can be asked for, as `delta.MAX_DELTA_DEPTH`, which help does not import."""

depth_option = option(
    "--depth", type=click.IntRange(1, MAX_DEPTH), help="Give delta at this n too; that of the metrics is at n = 1000."
)


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary evaluate "PCF(2n+1, n^2)" --digits 30',
    help=f"Give status, convergence class, limit and metrics of a formula; needs no catalogue.\n\n{FORMULA_HELP}",
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@digits_option
@depth_option
@from_options
@json_option
def evaluate(
    formula: tuple[str, ...],
    digits: int,
    depth: int | None,
    from_file: str | None,
    workers: int | None,
    as_json: bool,
) -> int:
    """Evaluate one formula, or those of a file."""
    if from_file is not None:
        from indexer.contract.lines import evaluated

        require_no_arguments(formula)
        return write_answers(from_file, "evaluating", lambda lines: evaluated(lines, digits, workers, depth))
    if (constant := meant_constant(formula)) is not None:
        write_constant(constant, digits, as_json)
        return 0
    from indexer.contract.lines import evaluate_formula

    reading = read_notation(formula)
    result = with_written(evaluate_formula(reading.formula, digits, depth), reading)
    if as_json:
        write_json(result)
    else:
        write_formula(result, metrics=True)
    return say_missing_digits(result, digits)


def with_written(result: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """A formula's object, with the value that was written where it is not the formula's limit, or is guessed."""
    from indexer.contract.written import written_object

    return result if reading.plain or "written" in result else result | {"written": written_object(result, reading)}


def say_missing_digits(result: dict[str, Any], digits: int) -> int:
    """1 where fewer digits than asked for can be had, with their number on stderr; else 0."""
    limit = result["limit"]
    if limit is None or limit["digits"] is None or limit["digits"] >= digits:
        return 0
    note(f"formulary: only {limit['digits']} of {digits} digits of the limit of {result['formula']} can be had")
    return 1


def require_no_arguments(arguments: tuple[str, ...]) -> None:
    """Refuse a formula beside --from."""
    if arguments:
        raise click.UsageError("give a formula or --from FILE, not both")


@contextmanager
def open_lines(path: str) -> Iterator[Iterable[str]]:
    """The lines of a file, or of stdin for `-`; bytes that are not text make a bad line, not an error."""
    try:
        with click.open_file(path, encoding="utf-8", errors="replace") as file:
            yield file
    except IsADirectoryError:
        raise click.FileError(path, "it is a folder") from None
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise click.FileError(path, (error.strerror or str(error)).lower()) from None


def write_answers(path: str, phase: str, answers: Callable[[Iterable[str]], Iterator[dict[str, Any]]]) -> int:
    """Write an object for each line of a file and show how far it is; returns the exit code."""
    with open_lines(path) as lines, shown(beside_results=True) as tell:
        return write_lines(told(answers(lines), tell, phase, _count_lines(path)))


def _count_lines(path: str) -> int | None:
    """The lines of a file without blank ones at its end, None where it can be read once only."""
    if not Path(path).is_file():
        return None
    with Path(path).open("rb") as file:
        return max((number for number, line in enumerate(file, 1) if line.strip()), default=0)


def write_lines(results: Iterator[dict[str, Any]]) -> int:
    """One object a line as soon as it is there; 2 where a line was bad."""

    from indexer.contract.guarded import is_bad

    bad = read = 0
    kept: list[dict[str, Any]] = []
    for result in results:
        read += 1
        bad += is_bad(result)
        if writes_rows():
            kept.append(result)  # their columns are known when all are there
            continue
        write_json(result)
        sys.stdout.flush()
    if kept:
        write_json(kept)
    if not read:
        note("formulary: there are no lines to read")
    if bad:
        note(f'formulary: {bad} {"line" if bad == 1 else "lines"} could not be used; see the objects with "error"')
    return 2 if bad else 0


def write_formula(result: dict[str, Any], metrics: bool = False) -> None:
    """A formula for reading: what it is, why, its relatives and sources, and last its metrics where they are wanted."""
    limit, closed = result["limit"], result["closed_form"]
    write_fields(
        [
            ("formula", result["formula"]),
            ("is", _answer(result)),
            *_written(result.get("written")),
            ("limit", limit and (limit["exact"] or limit["value"]).removesuffix("/1")),
            ("digits", limit and _digits(limit)),
            ("status", _status(result)),
            ("because", result.get("reason")),
            ("error", result.get("error")),
            *((_label(relation), _relation(relation)) for relation in result["relations"]),
            ("closed form", closed and closed["text"]),
            ("theorem", closed and closed["theorem"]),
            *_delta(result.get("delta_at")),
            *((f"guess {guess['rank']}", _guess(guess)) for guess in result["guesses"]),
            ("outcome", (result.get("outcome") or "").replace("_", " ")),
            ("", result.get("identification_reason")),
            ("attempts", result.get("attempts")),
            *(("excluded", _exclusion(exclusion)) for exclusion in _exclusions(result)),
            *(("rejected", _rejected(relation)) for relation in result.get("rejected", ())),
            ("family", result["family"] and _family(result["family"])),
            *_class(result["class"]),
            ("cluster", result["cluster"] and _cluster(result["cluster"])),
            ("id", result.get("id")),
            *trajectory_lines(result.get("representations", ())),
            *_fractions(result.get("interlaced", ())),
            *(("source", source) for source in result.get("sources", ())),
            *(("note", note) for note in result.get("notes", ())),
            *((name.replace("_", " "), value) for name, value in (result["metrics"] or {}).items() if metrics),
        ]
    )


def _answer(result: dict[str, Any]) -> str:
    """What the formula is, in one line: its name and how far that is proved, or what is known instead."""
    named = next((relation for relation in result["relations"] if relation["kind"] != "formula"), None)
    limit, closed = result["limit"], result["closed_form"]
    if named is not None:
        proof = named["proof"].replace("_", " ")
        return f"{named['expression']}  ({proof if proof == 'theorem' else f'{proof}, no proof'})"
    if written := (result.get("written") or {}).get("relations"):
        return f"{written[0]['expression']}  (as it was written; {written[0]['proof'].replace('_', ' ')})"
    if limit is not None and limit["exact"] is not None:
        return f"{limit['exact'].removesuffix('/1')}  (exact)"
    if closed is not None:
        return f"{closed['text']}  (closed form)"
    if limit is None:
        return f"no number: {result['status'].replace('_', ' ')}"
    if limit["value"] == "inf":
        return "infinite  (exact)"
    return "a number without a known name"


def _family(key: str) -> str:
    """A family in words, with its key where that says more."""
    from indexer.mathematics.closed_forms.families import family_words

    return family_words(key) + (f": {key}" if "(" in key else "")


def _written(written: dict[str, Any] | None) -> Iterator[tuple[str, str | None]]:
    """What was written, with its value and names, where that is another number than the limit of the formula."""
    if written is not None and written["map"] != [0, 1, 1, 0]:
        yield "as written", written["understood"]
        yield "its value", written["value"]
        for relation in written["relations"]:
            yield relation["constant"], f"{relation['expression']}  ({relation['proof'].replace('_', ' ')})"


def _delta(found: dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """delta at a depth that was asked for."""
    if found is not None:
        yield f"delta at n = {found['n']}", found["reason"] if found["value"] is None else found["value"]


def trajectory_lines(found: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The first trajectories of matrix fields that a formula represents."""
    for row in found[:SHOWN_TRAJECTORIES]:
        direction, start = ", ".join(map(str, row["direction"])), ", ".join(row["start"])
        steps = "" if row["folds"] in (None, [1, 1]) else f", {row['folds'][0]} steps to {row['folds'][1]}"
        how = "" if row["folds"] is None else f"  (equivalent{steps})"
        yield "trajectory", f"{row['field']} along ({direction}) from ({start}){how}"
    if len(found) > SHOWN_TRAJECTORIES:
        yield "", f"and {len(found) - SHOWN_TRAJECTORIES} more"


def _fractions(found: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The first continued fractions that are contracted to a formula, with what they are."""
    from indexer.mathematics.relations.text import moebius_text

    for row in found[:SHOWN_FRACTIONS]:
        value = f" = {row['value']}" if row["value"] else ""
        guessed = f", guessed from {row['guessed_from']} terms" if row["guessed_from"] else ""
        yield "also", f"{row['fraction']}{value} = {moebius_text([int(c) for c in row['map']], 'L')}{guessed}"
    if len(found) > SHOWN_FRACTIONS:
        yield "", f"and {len(found) - SHOWN_FRACTIONS} more"


def _status(result: dict[str, Any]) -> str:
    kind = result["convergence_class"]
    return str(result["status"]) + (f" ({kind.replace('_', '-')})" if kind else "")


def _class(found: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """A class of equivalent formulas, and how the limit is related to that of its representative."""
    if found is None or found["formulas"] == 1:
        return
    from indexer.mathematics.relations.text import moebius_text

    own = ", which this one represents" if found["map"] is None else ""
    yield "class", f"{found['formulas']:,} equivalent formulas, number {found['id']}{own}"
    if found["map"] is not None:
        yield "equivalent", f"{found['formula']} = {moebius_text(found['map'], found['representative'])}  (theorem)"


def _cluster(cluster: dict[str, Any]) -> str:
    name = cluster["given_name"] or cluster["label"]
    return f"{cluster['id']}" + (f" ({name})" if name else "")


def _digits(limit: dict[str, Any]) -> str | None:
    if limit["error_log10"] is None:
        return "exact"
    bound = f", error below 10^{limit['error_log10']:.1f}" if limit["error_log10"] is not None else ""
    return f"{limit['digits']} ({limit['bound_kind']}{bound})"


def _rejected(relation: dict[str, Any]) -> str:
    day = relation["rejected_at"][:10]
    return f"{relation['expression']}: {relation['reason']} ({relation['author']}, {day})"


def _label(relation: dict[str, Any]) -> str:
    return str(relation.get("constant") or relation.get("kind") or "relation")


def _relation(relation: dict[str, Any]) -> str:
    digits = relation["digits_verified"] or relation["digits_used"]
    return f"{relation['expression']}  ({relation['proof'].replace('_', ' ')}, {digits} digits)"


def _exclusions(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What was sought and not found, as computed or as stored."""
    own = result.get("exclusion")
    return [own] if own else list(result.get("exclusions", ()))


def _exclusion(exclusion: dict[str, Any]) -> str:
    given = ", if the limit's two depths are right to agree" if exclusion["conditional"] else ""
    if "bound" in exclusion:
        bound, constants, digits = f"{float(exclusion['bound']):.2g}", exclusion["constants"], exclusion["digits"]
        return f"coefficients up to {bound} with {constants} constants, at {digits} digits{given}"
    words = f"coefficients below 10^{exclusion['coefficient_digits']} with {exclusion['constants_tried']} constants"
    needed = f"; {exclusion['digits_needed']} digits would decide" if exclusion["digits_needed"] else ""
    library = f"library {exclusion['library_version']}, {exclusion['outcome'].replace('_', ' ')}"
    return f"{words}, at {exclusion['digits_used']} digits{given} ({library}{needed})"


def _guess(guess: dict[str, Any]) -> str:
    constant = f"{guess['constant']}: " if guess["constant"] else ""
    return f"{constant}{guess['outcome'].replace('_', ' ')} ({guess['why']})"
