"""`formulary verify`: stored relations from scratch."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import FormulaNotFound, NotFound, RecurrenceNotFound
from catalog.progress import told
from catalog.version import __version__
from indexer.cli.opened import catalogue
from indexer.cli.options import FormulaCommand, catalogue_options, json_option, option, read_formula
from indexer.cli.output import write_json, write_table
from indexer.cli.progress import shown as shown_progress

if TYPE_CHECKING:
    import psycopg

    from catalog.formulas.pcf import PCF
    from catalog.formulas.recurrence import Recurrence
    from catalog.store.relations import StoredRelation, StoredTheorem
    from indexer.upkeep.proofs import Checked
    from indexer.upkeep.verifying import Verified

NOT_VERIFIED = 1

SHOWN = 20
"""Relations of one formula or failures in a table; --json has all failures."""


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary verify "PCF(2n+1, n^2)"; formulary verify --sample 1000',
)
@click.argument("formula", nargs=-1, metavar="[FORMULA]")
@option("--all", "every", is_flag=True, help="Verify every relation of the catalogue.")
@option("--sample", type=click.IntRange(1), metavar="N", help="Verify N relations chosen at random.")
@option("--proofs", is_flag=True, help="Check proofs: make the certificate of each theorem and check it.")
@option("--workers", type=click.IntRange(1, 1024), help="Worker processes.  [default: one a core]")
@catalogue_options
@json_option
def verify(
    formula: tuple[str, ...],
    every: bool,
    sample: int | None,
    proofs: bool,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Verify stored relations anew: both sides evaluated from scratch, with more digits than they were stored with.

    Of one FORMULA, of --all, or of --sample N chosen at random. With --proofs theorems are checked instead: a
    certificate is made of what is stored, and the checker of `formulary prove --check` must accept it. Exit code 1
    where one fails; what fails is shown.
    """

    if bool(formula) + every + (sample is not None) != 1:
        raise click.UsageError("give a formula, --all, or --sample N")
    with catalogue(database_url, home) as connection:
        if proofs:
            return _check(connection, *_chosen_theorems(connection, formula, sample), workers, as_json)
        total, relations = _chosen(connection, formula, sample)
        return _verify(connection, relations, total, workers, as_json, bool(formula))


def _chosen(
    connection: psycopg.Connection, formula: tuple[str, ...], sample: int | None
) -> tuple[int, Iterable[StoredRelation]]:
    """How many relations are asked for, and they."""
    from catalog.store.relations import count_relations, sample_relations, stored_relations

    if formula:
        chosen, number = _stored(connection, formula)
        found = list(stored_relations(connection, formula_id=number))
        if not found:
            raise NotFound(f"the catalogue has no relation of {chosen}; there is nothing to verify")
        return len(found), found
    if sample is not None:
        numbers = sample_relations(connection, sample)
        return len(numbers), stored_relations(connection, chosen=numbers)
    return count_relations(connection), stored_relations(connection)


def _chosen_theorems(
    connection: psycopg.Connection, formula: tuple[str, ...], sample: int | None
) -> tuple[int, Iterable[StoredTheorem]]:
    """How many theorems are asked for, and they."""
    from catalog.store.relations import count_theorems, sample_theorems, stored_theorems

    if formula:
        chosen, number = _stored(connection, formula)
        found = list(stored_theorems(connection, formula_id=number))
        if not found:
            raise NotFound(f"the catalogue has no theorem of {chosen}; there is nothing to check")
        return len(found), found
    if sample is not None:
        numbers = sample_theorems(connection, sample)
        return len(numbers), stored_theorems(connection, chosen=numbers)
    return count_theorems(connection), stored_theorems(connection)


def _stored(connection: psycopg.Connection, arguments: tuple[str, ...]) -> tuple[PCF | Recurrence, int]:
    """A formula and its number; raises NotFound where the catalogue does not hold it."""
    from catalog.formulas.recurrence import Recurrence, is_recurrence, parse_recurrence
    from catalog.store.formulas import formula_by_key

    chosen = parse_recurrence(arguments[0]) if is_recurrence(arguments[0]) else read_formula(arguments)
    row = formula_by_key(connection, chosen.key)
    if row is None:
        raise RecurrenceNotFound() if isinstance(chosen, Recurrence) else FormulaNotFound(chosen)
    return chosen, int(row["id"])


def _check(
    connection: psycopg.Connection,
    total: int,
    theorems: Iterable[StoredTheorem],
    workers: int | None,
    as_json: bool,
) -> int:
    """Check theorems, and write which of them are none."""
    from indexer.upkeep.proofs import check_all

    started, count = time.monotonic(), 0
    failed: list[Checked] = []
    with shown_progress() as tell:
        for outcome in told(check_all(theorems, workers), tell, "checking proofs", total):
            count += 1
            if outcome.reason is not None:
                failed.append(outcome)
    seconds = time.monotonic() - started
    if as_json:
        failures = [outcome.to_json() for outcome in failed]
        counts = {"checked": count - len(failed), "failed": len(failed), "seconds": round(seconds, 3)}
        write_json(counts | {"failures": failures}, rows="failures")
    else:
        if failed:
            rows = [(str(o.theorem.formula), o.theorem.expression, o.reason) for o in failed[:SHOWN]]
            write_table(("formula", "relation", "outcome"), rows)
        click.echo(f"{count - len(failed)} of {count} theorems have a certificate that stands, in {seconds:.1f} s")
    return NOT_VERIFIED if failed else 0


def _verify(
    connection: psycopg.Connection,
    relations: Iterable[StoredRelation],
    total: int,
    workers: int | None,
    as_json: bool,
    show_all: bool,
) -> int:
    """Verify, enter what failed into the catalogue, and write what came of it."""
    from catalog.store.relations import Failure, failing_relations, record_verification
    from indexer.upkeep.verifying import verify_all

    started, count, least = time.monotonic(), 0, None
    failing, mended = failing_relations(connection), []
    failed: list[Verified] = []
    shown: list[Verified] = []
    with shown_progress() as tell:
        for outcome in told(verify_all(relations, workers), tell, "verifying relations", total):
            count += 1
            if outcome.reason is not None:
                failed.append(outcome)
            else:
                if outcome.relation.id in failing:
                    mended.append(outcome.relation.id)
                least = outcome.digits if least is None else min(least, outcome.digits)
            if show_all:
                shown.append(outcome)
    seconds = time.monotonic() - started
    if mended or failed:
        failures = [Failure(outcome.relation.id, outcome.reason or "", outcome.digits) for outcome in failed]
        record_verification(connection, mended, failures, __version__)
    if as_json:
        fields: dict[str, Any] = {
            "verified": count - len(failed),
            "failed": len(failed),
            "least_digits": least,
            "seconds": round(seconds, 3),
            "failures": [outcome.to_json() for outcome in failed],
        }
        chosen = {"relations": [outcome.to_json() for outcome in shown]} if show_all else {}
        write_json(fields | chosen, rows="relations" if show_all else "failures")
    else:
        _write(shown or failed)
        words = f"{count - len(failed)} of {count} relations hold in {seconds:.1f} s"
        click.echo(words + (f", to {least} digits or more" if least is not None else ""))
    return NOT_VERIFIED if failed else 0


def _write(outcomes: list[Verified]) -> None:
    if outcomes:
        write_table(
            ("formula", "relation", "stored", "now", "outcome"),
            [
                (str(o.relation.formula), o.relation.expression, o.relation.digits, o.digits, o.reason or "holds")
                for o in outcomes[:SHOWN]
            ],
            right=("stored", "now"),
        )
