"""The survey: what a catalogue holds that can be cited, as a page in Markdown with its mathematics in LaTeX.

A theorem is *known* where the catalogue holds a publication of the formula, of its mirror or an inflation, or of a
formula whose recurrence is proved to be equivalent; else it is *not in the literature held*, which says nothing about
what has been published elsewhere. The theorems that are written out are proved anew, their certificates checked, and
both sides evaluated to CHECKED_DIGITS digits as the page is made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, log
from textwrap import wrap

from flint import ctx

from catalog.constants.evaluation import evaluate
from catalog.errors import EvaluationError
from catalog.progress import Tell, silent
from catalog.store.survey import Named, Survey
from catalog.version import __version__
from catalog.vocabulary import CONVERGENCE_CLASSES
from indexer.laws.containment import folded, pattern_of
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.proofs.argument import argument
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.proving import prove
from indexer.mathematics.relations.search import residual_digits

CHECKED_DIGITS = 200
"""Digits to which both sides of a theorem that is written out are evaluated."""

CONSTANTS, THEOREMS, LAWS, RIDDLES = 40, 20, 40, 20
"""Rows of each section."""

LONGEST = 90
"""Characters of a formula beyond which a table has its degrees only."""

WIDTH = 118
"""Characters of a line of prose."""

NOT_HELD = "not in the literature held"


@dataclass(frozen=True)
class Theorem:
    """A theorem that is written out: its certificate, and the digits to which both sides were found to agree."""

    named: Named
    certificate: Certificate
    digits: int


def page(survey: Survey, title: str = "Survey", tell: Tell = silent) -> str:
    """Return the whole page as Markdown; `tell` hears how many theorems are proved anew."""
    by_constant = _by_constant(survey.named)
    sections = (
        ("Where was looked", _spaces(survey)),
        ("Constants", _constants(by_constant)),
        ("Theorems, with their proofs", _theorems(chosen(by_constant), tell)),
        ("Infinite families", _laws(survey)),
        ("What remains", _riddles(survey)),
    )
    total = sum(row["canonical"] for row in survey.counts)
    proved = [named for named in survey.named if named.proof == "theorem"]
    classes = {named.class_id for named in proved}
    alone = sum(not named.is_compared for named in proved)
    new = {named.class_id for named in proved if named.paper is None}
    lines = [
        f"# {title}",
        "",
        f"Made by `formulary survey` {__version__} from a catalogue as it was on {survey.made_at:%Y-%m-%d %H:%M} UTC.",
        "",
        *_prose(
            f"Of {total:,} canonical formulas (a formula, its mirror and its inflations count once)"
            f" {len(survey.named):,} have a named constant behind their limit. {len(proved):,} of these relations are"
            " theorems: each has a certificate, which `formulary prove` writes and a small program of its own checks."
            " The others are *verified*: both sides were evaluated anew and agree, which is evidence and no proof."
            " Formulas whose recurrences are proved to be equivalent have limits that are Moebius maps of each other;"
            f" up to that there are {len(classes):,} theorems, of which the catalogue holds no publication"
            f" of {len(new):,}. *Not in the literature held* means just that, and not that a formula is new."
            + (
                f" {alone:,} theorems have not been compared with others yet, and count for themselves."
                if alone
                else ""
            )
        ),
    ]
    for heading, content in sections:
        lines += ["", f"## {heading}", "", *content]
    return "\n".join(lines) + "\n"


def _by_constant(named: Iterable[Named]) -> dict[str, list[Named]]:
    """Return the formulas by their constant: those with theorems first, the groups of the library in turn."""
    found: dict[str, list[Named]] = defaultdict(list)
    for one in named:
        found[one.constant].append(one)
    turns: Counter[tuple[bool, str | None]] = Counter()
    turn: dict[str, tuple[bool, int, int]] = {}
    for name in sorted(found, key=lambda name: (found[name][0].likelihood, name)):
        without = not _proved(found[name])
        turns[without, found[name][0].group] += 1
        turn[name] = without, turns[without, found[name][0].group], found[name][0].likelihood
    return {name: found[name] for name in sorted(found, key=turn.__getitem__)}


def _proved(named: Iterable[Named]) -> list[Named]:
    return [one for one in named if one.proof == "theorem"]


def chosen(by_constant: dict[str, list[Named]], count: int = THEOREMS) -> list[Named]:
    """Return theorems to be written out: of each constant the one with the largest delta that is not published.

    Where all of a constant's are, the one with the largest delta; of several whose delta is the same to two digits, the
    simplest.
    """
    found = []
    for named in by_constant.values():
        if proved := _proved(named):
            held = [one for one in proved if one.paper is None] or proved
            found.append(
                max(held, key=lambda one: (-inf if one.delta is None else round(one.delta, 2), -one.complexity))
            )
    return found[:count]


def proved_anew(named: Named) -> Theorem:
    """Prove a stored theorem, check its certificate, evaluate both sides; raises EvaluationError where that fails."""
    certificate = prove(named.formula)
    known = limit(named.formula, CHECKED_DIGITS + 10)
    if certificate is None or known is None or known.ball is None:
        raise EvaluationError(f"{named.formula} is stored as a theorem, and no proof of it is found")
    check(certificate.to_json())
    bits = bits_for(CHECKED_DIGITS + 40) + 64
    with ctx.workprec(bits):
        digits = residual_digits(known.ball, evaluate(certificate.expression, bits))
    if digits is None or digits < CHECKED_DIGITS:
        raise EvaluationError(f"{named.formula} and {certificate.expression} agree to {digits} digits only")
    return Theorem(named, certificate, digits)


def _spaces(survey: Survey) -> list[str]:
    rows = []
    for space in survey.spaces:
        given = survey.yields.get(space["space"])
        rows.append(
            (
                f"`{space['space']}`",
                f"{space['ranks_done']:,} of {space['size']:,}",
                f"{space['formulas_new']:,}",
                "" if space["formulas_named"] is None else f"{space['formulas_named']:,}",
                "" if given is None else f"{given.seconds / 60:,.1f}",
            )
        )
    return [
        *_table(("space", "ranks done", "new formulas", "named", "minutes"), rows, right=4),
        "",
        "The minutes are those of the daemons that worked on it; what several of them did at once is counted for each.",
    ]


def _constants(by_constant: dict[str, list[Named]]) -> list[str]:
    rows = []
    for name, named in list(by_constant.items())[:CONSTANTS]:
        proved = _proved(named)
        classes = {one.class_id for one in proved}
        held = {one.class_id for one in proved if one.paper is not None}
        measured = [one for one in named if one.delta is not None]
        best = max(measured, key=lambda one: one.delta or 0.0, default=None)
        rows.append(
            (
                f"${named[0].latex}$" if named[0].latex else f"`{name}`",
                f"{len(proved):,}",
                f"{len(named) - len(proved):,}",
                f"{len(classes):,}",
                f"{len(held):,}",
                "" if best is None else f"{_formula(best)}, {best.delta:.4f}",
                _with_speed(min(named, key=_slowness)),
                _formula(min(named, key=lambda one: (one.complexity, one.id))),
            )
        )
    head = ("constant", "theorems", "verified", "classes", "published", "largest delta", "fastest", "simplest")
    left = len(by_constant) - len(rows)
    more = ["", f"{left:,} more constants are not shown."] if left > 0 else []
    return [
        *_prose(
            "Classes are those of equivalent formulas among the theorems, and *published* counts the classes of which"
            " the catalogue holds a publication. A delta is that of the convergents at n = 1000, an estimate of its"
            " limit; the fastest is told by digits a step, or by the power of n! with which the error falls."
        ),
        "",
        *_table(head, rows, right=4, first=1),
        *more,
    ]


def _slowness(named: Named) -> tuple[int, float, float, int]:
    place = CONVERGENCE_CLASSES.index(named.convergence_class)
    return place, named.convergence_eta or 0.0, named.convergence_gamma or 0.0, named.complexity


def _with_speed(named: Named) -> str:
    eta, gamma = named.convergence_eta, named.convergence_gamma
    if eta:
        return f"{_formula(named)}, n!^{-eta:g}"
    return _formula(named) + (f", {-gamma / log(10):.3f}" if gamma else "")


def _theorems(wanted: Sequence[Named], tell: Tell) -> Iterator[str]:
    if not wanted:
        yield "The catalogue has no theorem that names a constant."
    for number, named in enumerate(wanted, 1):
        tell("proving anew", number, len(wanted))
        theorem = proved_anew(named)
        claim, *steps, end = argument(theorem.certificate, latex=True)
        yield from (f"### {number}. {_formula(named)}", "", claim, "")
        yield from (f"{place}. {step}" for place, step in enumerate(steps, 1))
        delta = "" if named.delta is None else f" Delta at n = 1000 is {named.delta:.4f}."
        checked = f"Both sides agree to {theorem.digits} digits; the checker accepts the certificate."
        yield from ("", end, "", f"*{checked}{delta} {_source(named)}*", "")


def _source(named: Named) -> str:
    if named.paper is None:
        return f"It is {NOT_HELD}."
    author = "" if not named.author else f"{named.author}, "
    equation = "" if not named.equation else f", {named.equation}"
    said = "" if named.said == str(named.formula) else f" (as {named.said})"
    return f"Known: {author}{named.paper}{equation}{said}."


def _laws(survey: Survey) -> list[str]:
    inner = folded([pattern_of(row) for row in survey.laws])
    kept = [row for row in survey.laws if row["id"] not in inner]
    proved = {"closed_form": "a theorem gives each", "verified": "each verified"}
    rows = [
        (
            f"`{row['template']}`" + (f", {row['condition']}" if row["condition"] else ""),
            f"${row['latex']}$",
            f"{row['values_checked']:,}",
            str(proved.get(row["proof"], row["proof"])),
        )
        for row in kept[:LAWS]
    ]
    left = len(kept) - len(rows)
    return [
        *_prose(
            f"{len(kept):,} families that lie in no other one; the values checked are those of the parameters at which"
            " both sides were evaluated. For all other values a family is a conjecture, however likely."
        ),
        "",
        *_table(("family", "limit", "values checked", "proof"), rows, right=0),
        *(["", f"{left:,} more families are not shown."] if left > 0 else []),
    ]


def _riddles(survey: Survey) -> list[str]:
    rows = [
        (
            _short(str(row["formula"]), row["formula"].deg_a, row["formula"].deg_b),
            f"{str(row['limit_value'])[:24]}…",
            f"{row['delta']:.4f}",
            "nothing yet"
            if row["constants"] is None
            else f"{row['constants']:,} constants, coefficients below 10^{row['digits']}"
            + ("" if row["bound_kind"] == "ball" else ", if the digits are right"),
        )
        for row in survey.riddles
    ]
    return [
        *_prose(
            "Formulas without a closed form and without a name, one of each class of equivalent ones, the largest delta"
            " first, and what their limits are proved not to be: a Moebius map, with such coefficients, of one of the"
            " constants that were tried."
        ),
        "",
        *_table(("formula", "limit", "delta", "excluded"), rows, right=0),
    ]


def _prose(text: str) -> list[str]:
    """Return a paragraph as lines."""
    return wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _formula(named: Named) -> str:
    return _short(str(named.formula), named.formula.deg_a, named.formula.deg_b)


def _short(text: str, deg_a: int, deg_b: int) -> str:
    return f"`{text}`" if len(text) <= LONGEST else f"a formula of degrees ({deg_a}, {deg_b})"


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, right: int, first: int | None = None
) -> Iterator[str]:
    """Yield a table in Markdown; `right` columns from `first` on, by default the last ones, are aligned right."""
    start = len(head) - right if first is None else first
    marks = ["---:" if start <= place < start + right else "---" for place in range(len(head))]
    yield _line(head)
    yield f"|{'|'.join(marks)}|"
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
