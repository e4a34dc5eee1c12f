"""`formulary prove`: the proof of what a formula is, and whether a certificate is one."""

from __future__ import annotations

import json

import click

from indexer.cli.evaluate import open_lines, require_no_arguments, write_answers
from indexer.cli.options import (
    FORMULA_HELP,
    FormulaCommand,
    from_options,
    json_option,
    option,
    read_formula,
)
from indexer.cli.output import note, write_json

NOT_PROVED = 1


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary prove "PCF(2n+1, n^2)"',
    help=f"""Prove what the limit of a formula is; needs no catalogue.

    The proof is a chain of exact steps from the formula to a named constant, each with its reference: the formula
    rewritten, an equivalence to another one, a hypergeometric function that solves its recurrence, contiguity,
    identities, sums. As JSON it is a certificate, which --check verifies with a small program of its own that
    knows nothing of how it was found. Exit code 1 where no proof is found, or where a certificate is refused.

    {FORMULA_HELP}""",
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "json"]),
    default="text",
    envvar="FORMULARY_PROVE_FORMAT",
    help="How the proof is written.",
)
@option("--check", "certificate", metavar="FILE", help="Check the certificate of a file; - is stdin.")
@from_options
@json_option
def prove(
    formula: tuple[str, ...],
    form: str,
    certificate: str | None,
    from_file: str | None,
    workers: int | None,
    as_json: bool,
) -> int:
    """Prove one formula, those of a file, or check a certificate."""
    if certificate is not None:
        if from_file is not None:
            raise click.UsageError("--check and --from do not go together")
        require_no_arguments(formula)
        return _check(certificate, as_json)
    if from_file is not None:
        from indexer.contract.proofs import proved

        require_no_arguments(formula)
        return write_answers(from_file, "proving", lambda lines: proved(lines, workers))
    return _prove(formula, "json" if as_json else form)


def _prove(arguments: tuple[str, ...], form: str) -> int:
    """Write the proof of one formula."""
    from indexer.contract.proofs import NO_PROOF, certificate_object
    from indexer.mathematics.equivalence.decision import no_limit
    from indexer.mathematics.proofs import proving
    from indexer.mathematics.proofs.argument import argument

    formula = read_formula(arguments)
    reason = no_limit(formula)
    if reason is not None:
        raise click.UsageError(f"{reason}; give a formula that converges and does not terminate")
    found = proving.prove(formula)
    if form == "json":
        write_json(certificate_object(formula, found))
    elif found is None:
        note(f"formulary: {formula}: {NO_PROOF}")
    else:
        claim, *steps, end = argument(found, latex=form == "latex")
        if form == "latex":
            lines = [rf"\begin{{theorem}} {claim} \end{{theorem}}", r"\begin{proof}", *steps, end, r"\end{proof}"]
        else:
            lines = [claim, "", *(f"{index}. {step}" for index, step in enumerate(steps, 1)), "", end]
        print("\n".join(lines))
    return 0 if found is not None else NOT_PROVED


def _check(path: str, as_json: bool) -> int:
    """Check the certificate of a file."""
    from indexer.mathematics.proofs.arithmetic import Refused
    from indexer.mathematics.proofs.checker import check

    with open_lines(path) as lines:
        text = "".join(lines)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise click.UsageError(f"{path} holds no JSON; a certificate is what `formulary prove --json` writes") from None
    try:
        sentence = check(document)
    except Refused as refusal:
        if as_json:
            write_json({"accepted": False, "reason": str(refusal)})
        note(f"formulary: refused: {refusal}")
        return NOT_PROVED
    if as_json:
        write_json({"accepted": True, "reason": None})
    else:
        print(f"accepted: {sentence}")
    return 0
