"""The survey: what a catalogue holds that can be cited, as a page in Markdown with its mathematics in LaTeX.

A theorem is *known* where the catalogue holds a publication of the formula, of its mirror or an inflation, or of a
formula whose recurrence is proved to be equivalent, and an *instance of a classical theorem* where one gives the limits
of all formulas of its shape; else it is *not in the literature held*, which says nothing about what has been published
elsewhere. The theorems that are written out are proved anew, their certificates checked, and
both sides evaluated to CHECKED_DIGITS digits as the page is made, and once more by hand where the fraction is fast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from flint import ctx

from catalog.constants.evaluation import evaluate
from catalog.errors import EvaluationError
from catalog.progress import Tell, silent
from catalog.store.survey import Classical, Named, Survey, Surveyed
from catalog.version import __version__
from indexer.laws.containment import folded, pattern_of
from indexer.laws.general import LAWS as GENERAL
from indexer.laws.general import check_law, law_containing
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.proofs.argument import argument
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.classical import is_classical
from indexer.mathematics.proofs.proving import prove
from indexer.mathematics.proofs.theorems import theorems as base_theorems
from indexer.mathematics.relations.search import residual_digits
from indexer.pages.by_hand import steps_by_hand
from indexer.pages.markdown import prose, table
from indexer.sources.matrix_fields.constants import certificate_through

CHECKED_DIGITS = 200
"""Digits to which both sides of a theorem that is written out are evaluated."""

CONSTANTS, THEOREMS, PAPERS, LAWS, RIDDLES = 40, 20, 40, 40, 20
"""Rows of each section."""

LONGEST = 90
"""Characters of a formula beyond which a table has its degrees only."""

EXPORT = "export --dataset survey"
"""Command that writes the data set."""

NOT_HELD = "not in the literature held"

CLASSICAL = Classical("a theorem of Ramanujan (B. C. Berndt, Ramanujan's Notebooks II, 1989, chapter 12)", is_classical)
"""Theorems on fractions with parameters, besides those of closed forms."""


@dataclass(frozen=True)
class Theorem:
    """A theorem that is written out: its certificate, and the digits to which both sides were found to agree."""

    named: Named
    certificate: Certificate
    digits: int
    steps: int | None
    """The convergent that agrees to CHECKED_DIGITS by hand; None where the fraction is too slow."""


def page(survey: Survey, title: str = "Survey", tell: Tell = silent, pictures: Mapping[str, str] | None = None) -> str:
    """Return the whole page as Markdown; `tell` hears how many theorems are proved anew.

    `pictures` are shown at the end: the address of each by what it shows.
    """
    theorems, wanted = [], wanted_of(survey.shown)
    for done, named in enumerate(wanted):
        tell("proving anew", done, len(wanted))
        theorems.append(proved_anew(named))
    sections = (
        ("Where was looked", _spaces(survey)),
        ("Constants", _constants(survey)),
        ("Theorems, with their proofs", _theorems(theorems)),
        ("The literature held", _literature(survey)),
        ("Infinite families", _laws(survey)),
        ("What remains", _riddles(survey)),
        ("How to make it again", _again(survey)),
        ("Pictures", [line for text, address in (pictures or {}).items() for line in (f"![{text}]({address})", "")]),
    )
    lines = [
        f"# {title}",
        "",
        f"Made by `formulary survey` {__version__} from a catalogue as it was on {survey.made_at:%Y-%m-%d %H:%M} UTC.",
        "",
        *prose(_summary(survey)),
    ]
    for heading, content in sections:
        if content := list(content):
            lines += ["", f"## {heading}", "", *content]
    return "\n".join(lines).rstrip() + "\n"


def _summary(survey: Survey) -> str:
    """Return what the whole catalogue holds."""
    total, found = sum(row["canonical"] for row in survey.counts), survey.total
    numbers = sum(formulas for formulas, _ in survey.numbers.values())
    text = (
        f"Of {total:,} canonical formulas (a formula, its mirror and its inflations count once)"
        f" {found.formulas:,} have one of {survey.constants:,} named constants behind their limit, and {numbers:,} a"
        f" rational or algebraic number. {found.theorems:,} of the relations to constants are"
        " theorems: each has a certificate, which `formulary prove` writes and a small program of its own checks."
        " The others are *verified*: both sides were evaluated anew and agree, which is evidence and no proof."
        " Formulas whose recurrences are proved to be equivalent have limits that are Moebius maps of each other;"
        f" up to that there are {found.classes:,} theorems. {found.published:,} of them are *known*: the"
        f" catalogue holds a publication. {found.classical:,} others are *instances of a classical theorem*, which"
        " writes the limits of all formulas of their shape as quotients of functions, so that only their values may be"
        " of interest."
        f" {found.classes - found.published - found.classical:,} are *not in the literature held*, which means just"
        " that, and not that they are new."
    )
    if found.alone:
        text += f" {found.alone:,} theorems have not been compared with others yet, and count for themselves."
    return text


def _again(survey: Survey) -> list[str]:
    """Return the commands that make the catalogue, the page and the data set."""
    spaces = [f'$ formulary space add "{space["space"]}"' for space in survey.spaces if space["ranks_done"]]
    commands = ("run --once", "import arxiv FILE", "family find", "survey -o survey.md --pictures pictures", EXPORT)
    return [
        *prose(
            "A run can be ended at any time, and goes on where it was; `formulary space list --known` has the"
            " templates of the spaces. The data set is Parquet, formulas, relations, constants and families, with what"
            " every column means."
        ),
        "",
        "```console",
        "$ formulary init",
        *spaces,
        *(f"$ formulary {command}" for command in commands),
        "```",
    ]


def wanted_of(shown: Iterable[Surveyed], count: int = THEOREMS) -> list[Named]:
    """Return the theorems to be written out, one of a constant: those first that are not in the literature held."""
    found = [constant.choice for constant in shown if constant.choice is not None]
    return sorted(found, key=lambda named: (named.paper or named.classical) is not None)[:count]


def proved_anew(named: Named) -> Theorem:
    """Prove a stored theorem, check its certificate, evaluate both sides; raises EvaluationError where that fails."""
    certificate = prove(named.formula) or certificate_through(named.formula, named.paths)
    known = limit(named.formula, CHECKED_DIGITS + 10)
    if certificate is None or known is None or known.ball is None:
        raise EvaluationError(f"{named.formula} is stored as a theorem, and no proof of it is found")
    check(certificate.to_json())
    bits = bits_for(CHECKED_DIGITS + 40) + 64
    with ctx.workprec(bits):
        digits = residual_digits(known.ball, evaluate(certificate.expression, bits))
    if digits is None or digits < CHECKED_DIGITS:
        raise EvaluationError(f"{named.formula} and {certificate.expression} agree to {digits} digits only")
    return Theorem(named, certificate, digits, steps_by_hand(named.formula, certificate.expression, CHECKED_DIGITS))


def _spaces(survey: Survey) -> Iterator[str]:
    rows = []
    for space in survey.spaces:
        given = survey.yields.get(space["space"])
        named = space["formulas_named"]
        rows.append(
            (
                f"`{space['space']}`",
                f"{space['ranks_done']:,} of {space['size']:,}",
                f"{space['formulas_new']:,}",
                "" if named is None else f"{named:,}",
                f"{100 * named / space['formulas_new']:.1f} %" if named and space["formulas_new"] else "",
                "" if given is None else f"{given.seconds / 60:,.1f}",
                "" if given is None else f"{given.new_per_second:,.0f}",
            )
        )
    head = ("space", "ranks done", "new formulas", "named", "share", "minutes", "new a second")
    yield from table(head, rows, right=6)
    yield ""
    yield from prose(
        "*Named* are new formulas with a relation to numbers or constants as they were indexed; classes and families"
        " named others later. The minutes are those of the daemons that worked on a space; what several of them did at"
        " once is counted for each."
    )
    if survey.sittings:
        yield from ("", "### Sittings", "")
        sittings = (
            (
                f"{row['started_at']:%Y-%m-%d %H:%M}",
                f"{(row['seconds'] or 0.0) / 60:,.1f}",
                f"{row['worker_count']:,}",
                f"{row['ranks']:,}",
                f"{row['formulas_new'] or 0:,}",
                row["end_reason"] or "not ended, or killed",
            )
            for row in survey.sittings
        )
        yield from table(("begun", "minutes", "workers", "ranks", "new formulas", "ended"), sittings, right=4, first=1)


def _constants(survey: Survey) -> Iterator[str]:
    rows = [
        (
            f"${constant.latex}$" if constant.latex else f"`{constant.name}`",
            f"{constant.counted.theorems:,}",
            f"{constant.counted.formulas - constant.counted.theorems:,}",
            f"{constant.counted.classes:,}",
            f"{constant.counted.published:,}",
            f"{constant.counted.classical:,}",
            "" if constant.delta is None else f"{_formula(constant.delta)}, {constant.delta.delta:.4f}",
            _with_speed(constant.speed),
            _formula(constant.simplicity),
        )
        for constant in survey.shown
    ]
    counts = ("theorems", "verified", "classes", "known", "classical")
    head = ("constant", *counts, "largest delta", "fastest", "simplest")
    yield from prose(
        "Classes are those of equivalent formulas among the theorems; of them are counted those that are *known*, as"
        " the catalogue holds a publication, and others that are instances of a *classical* theorem. A delta is that of"
        " the convergents at n = 1000, an estimate of its limit; the fastest is told by digits a step, or by the power"
        " of n! with which the error falls."
    )
    yield ""
    yield from table(head, rows, right=5, first=1)
    if survey.constants > len(rows):
        yield from ("", f"{survey.constants - len(rows):,} more constants are not shown.")
    if survey.numbers:
        yield ""
        yield from table(
            ("other limits", "formulas", "theorems"),
            [(kind, f"{formulas:,}", f"{proved:,}") for kind, (formulas, proved) in sorted(survey.numbers.items())],
            right=2,
        )


def _with_speed(named: Named) -> str:
    eta, gamma = named.convergence_eta, named.convergence_gamma
    if eta:
        return f"{_formula(named)}, n!^{-eta:g}"
    return _formula(named) + (f", {-gamma / log(10):.3f}" if gamma else "")


def _theorems(theorems: Sequence[Theorem]) -> Iterator[str]:
    if not theorems:
        yield "The catalogue has no theorem that names a constant."
        return
    by_hand = [theorem for theorem in theorems if theorem.steps is not None]
    yield from prose(
        f"{len(theorems)} theorems, one of a constant: the largest delta of those that are not in the literature held,"
        " where there are any, else of the known ones. A fraction that is a sum by Euler's formula is as new as the"
        " sum. Each was proved anew as this page was made, its certificate read by the checker, a program of its own"
        " that searches nothing, and both sides evaluated with bounds."
        f" {len(by_hand)} of them were also checked by hand: a convergent, computed in whole numbers from the"
        f" definition, agrees with mpmath's value of the right side to {CHECKED_DIGITS} digits; the others converge too"
        " slowly for that."
    )
    yield ""
    for number, theorem in enumerate(theorems, 1):
        named = theorem.named
        claim, *steps, end = argument(theorem.certificate, latex=True)
        yield from (f"### {number}. {_formula(named)}", "", claim, "")
        yield from (f"{place}. {step}" for place, step in enumerate(steps, 1))
        delta = "" if named.delta is None else f" Delta at n = 1000 is {named.delta:.4f}."
        checked = f"Both sides agree to {theorem.digits} digits; the checker accepts the certificate."
        if theorem.steps is not None:
            checked += f" By hand: p(n)/q(n) at n = {theorem.steps} agrees to {CHECKED_DIGITS} digits."
        yield from ("", end, "", f"*{checked}{delta} {_source(theorem)}*", "")


def _source(theorem: Theorem) -> str:
    named = theorem.named
    if named.paper is None:
        if named.classical is not None:
            return f"An instance of {named.classical}."
        return _leaning(theorem.certificate)
    author = "" if not named.author else f"{named.author}, "
    equation = "" if not named.equation else f", {named.equation}"
    said = "" if named.said == str(named.formula) else f" (as {named.said})"
    return f"Known: {author}{named.paper}{equation}{said}."


def _leaning(certificate: Certificate) -> str:
    """Return what of the literature a proof leans on at its end: a formula, a classical theorem, or a sum."""
    for step in certificate.steps:
        if step["step"] == "recurrence":
            return "It is equivalent to an instance of a classical theorem."
        if step["step"] == "theorem":
            reference = base_theorems()[step["key"]].reference
            if "a" in step["first"]:
                return f"It is equivalent to a formula of the literature: {reference}."
            return f"By Euler's formula it is equivalent to a sum of the literature: {reference}."
    return f"It is {NOT_HELD}."


def _literature(survey: Survey) -> Iterator[str]:
    total, *papers = survey.literature
    yield from prose(
        f"What a theorem is compared with: {total['formulas']:,} formulas of {total['papers']:,} publications, up to"
        " mirrors, inflations and equivalence. `formulary import arxiv` brings in more. Limits of fractions with deg a"
        " <= 1 and deg b <= 2 are, by Pincherle's theorem, quotients of contiguous Bessel, Kummer, Tricomi, parabolic"
        " cylinder or Gauss functions (O. Perron, Die Lehre von den Kettenbrüchen; DLMF 10.29, 12.8, 13.3, 15.5), and"
        " those of chapter 12 of Ramanujan's second notebook quotients of Gamma functions: they are the instances of"
        " classical theorems above."
    )
    yield ""
    rows = [
        (", ".join(part for part in (row["author"], row["paper"]) if part), f"{row['formulas']:,}") for row in papers
    ]
    yield from table(("publication", "formulas"), rows, right=1)
    if total["papers"] > len(rows):
        yield from ("", f"{total['papers'] - len(rows):,} more publications are not shown.")


def _laws(survey: Survey) -> list[str]:
    inner = folded([pattern_of(row) for row in survey.laws])
    kept = [row for row in survey.laws if row["id"] not in inner]
    for law in GENERAL:
        check_law(law)
    general = Counter(law_containing(pattern_of(row)) for row in kept)
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
        *prose(
            f"{len(kept):,} families that lie in no other one; the values checked are those of the parameters at which"
            " both sides were evaluated. For all other values a family is a conjecture, however likely."
        ),
        "",
        *table(("family", "limit", "values checked", "proof"), rows, right=0),
        *(["", f"{left:,} more families are not shown."] if left > 0 else []),
        "",
        "### In full generality",
        "",
        *prose(
            "These hold for all values of their parameters that their conditions allow, integers or not: the"
            " certificate of each is a few identities between rational functions in the parameters, in n and the index"
            " of a series, which were multiplied out as this page was made; that the functions are the minimal"
            " solution is the literature's. *Instances* are those of the families above whose members all lie in one,"
            " with parameters that are algebraic numbers; what these add is what their limits come to."
        ),
        "",
        *table(
            ("family", "limit", "for", "by", "instances"),
            [(f"`{law.template}`", f"${law.latex()}$", law.where, law.theorem, f"{general[law]:,}") for law in GENERAL],
            right=1,
        ),
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
        *prose(
            "Formulas without a closed form and without a name, one of each class of equivalent ones, the largest delta"
            " first, and what their limits are proved not to be: a Moebius map, with such coefficients, of one of the"
            " constants that were tried."
        ),
        "",
        *table(("formula", "limit", "delta", "excluded"), rows, right=0),
    ]


def _formula(named: Named) -> str:
    return _short(str(named.formula), named.formula.deg_a, named.formula.deg_b)


def _short(text: str, deg_a: int, deg_b: int) -> str:
    return f"`{text}`" if len(text) <= LONGEST else f"a formula of degrees ({deg_a}, {deg_b})"
