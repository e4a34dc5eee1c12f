"""Patterns sought in the signed continued fractions of maps of a number, each held against twice as many quotients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb, ctx

from catalog.errors import ExpressionError, FormulaError
from catalog.syntax import plain_signs
from indexer.sources.signed_fractions.expansions import Enclosed, Moebius, Signs, ends, expand
from indexer.sources.signed_fractions.patterns import LEAST_TERMS, Pattern, find_pattern, recurrence
from indexer.sources.signed_fractions.tails import Proof, Tail, proof_of, tail_of

DIGITS = 450
"""Digits of the number that is expanded."""

DEPTH = 110
"""Quotients among which a pattern is sought."""

CONFIRMED = 2
"""Times as many digits and quotients to which what was found must hold."""


@dataclass(frozen=True)
class Expansion:
    """What was found in one expansion: a `pattern` or, where there is none, a linear `recurrence` of the quotients.

    `digits` of the number agree with what was found; `tail` and `proof` are those of the pattern.
    """

    moebius: Moebius
    signs: Signs
    quotients: tuple[int, ...]
    pattern: Pattern | None
    recurrence: tuple[Fraction, ...] | None
    digits: int
    tail: Tail | None = None
    proof: Proof | None = None


def expanded(number: Enclosed, moebius: Moebius, signs: Signs, most_digits: int | None = None) -> Expansion | None:
    """Return what the expansion of a map of a number shows, proved where it can be; None where it shows nothing.

    `most_digits` is how many digits of the number are known, None where there is no bound.
    """
    pattern = _shown(number, moebius, signs, most_digits)
    if pattern is None:
        return None
    found = _confirmed(number, moebius, pattern, most_digits)
    return None if found is None else _proved(found)


def _proved(found: Expansion) -> Expansion:
    """Return an expansion with the formula of its tail and the proof of that formula's limit."""
    assert found.pattern is not None
    tail = tail_of(found.pattern)
    proof = None if tail is None or found.pattern.degree == 0 else proof_of(tail)
    return replace(found, tail=tail, proof=proof)


def search(
    number: Enclosed, candidates: Iterable[Moebius], signs: Iterable[Signs], most_digits: int | None = None
) -> Iterator[Expansion]:
    """Yield the simplest expansion of every tail that shows a pattern, in the order in which tails are found.

    Negative values are left out: their expansions have the tails of positive ones.
    """
    patterns = list(signs)
    best: dict[object, tuple[tuple[int, int], Expansion]] = {}
    seen = set()
    for moebius in sorted(candidates, key=lambda m: sum(map(abs, m))):
        fractional = _fractional_part(number, moebius, most_digits)
        if fractional is None or fractional in seen:
            continue
        seen.add(fractional)
        for period in patterns:
            pattern = _shown(number, moebius, period, most_digits)
            if pattern is None or pattern.degree == 0:
                continue
            cost = len(pattern.first), sum(map(abs, moebius))
            key = pattern.canonical().key
            if key in best and best[key][0] <= cost:
                continue
            found = _confirmed(number, moebius, pattern, most_digits)
            if found is not None:
                best[key] = cost, found
    for _, found in best.values():
        yield _proved(found)


def _fractional_part(number: Enclosed, moebius: Moebius, most_digits: int | None) -> object | None:
    """Return what positive maps that differ by an integer have in common: their quotients differ in the first alone."""
    interval = ends(number(DIGITS if most_digits is None else most_digits), moebius)
    if interval is None or interval[0][0] <= 0 or interval[1][0] <= 0:
        return None
    (p, q), (r, s) = interval
    return p % q, q, r % s, s


def _shown(number: Enclosed, moebius: Moebius, signs: Signs, most_digits: int | None) -> Pattern | None:
    """Return the pattern of an expansion."""
    quotients = _quotients(number, moebius, signs, DIGITS if most_digits is None else most_digits, DEPTH)
    return None if quotients is None else find_pattern(quotients, signs)


def _confirmed(number: Enclosed, moebius: Moebius, pattern: Pattern, most_digits: int | None) -> Expansion | None:
    """Return the expansion of a pattern that more quotients do not refute; all of them where digits are typed."""
    more, depth = (CONFIRMED * DIGITS, CONFIRMED * DEPTH) if most_digits is None else (most_digits, DEPTH)
    held = _quotients(number, moebius, pattern.signs, more, depth)
    if held is None or not pattern.agrees(held):
        return None
    rule = recurrence(held[len(pattern.first) :])
    return Expansion(moebius, pattern.signs, tuple(held), pattern, rule, _digits_of(held, pattern.signs))


def irregular(number: Enclosed, moebius: Moebius, signs: Signs, most_digits: int | None = None) -> Expansion | None:
    """Return the linear recurrence of quotients without a polynomial pattern, held against more of them."""
    digits = CONFIRMED * DIGITS if most_digits is None else most_digits
    quotients = _quotients(number, moebius, signs, digits, CONFIRMED * DEPTH)
    if quotients is None or len(quotients) < LEAST_TERMS:
        return None
    rule = recurrence(quotients)
    if rule is None or len(rule) > len(quotients) // 4:
        return None
    return Expansion(moebius, signs, tuple(quotients), None, rule, _digits_of(quotients, signs))


def require_terms(number: Enclosed, moebius: Moebius, signs: Signs, most_digits: int) -> None:
    """Raise FormulaError where a number has too few quotients for a pattern, saying how many are needed."""
    interval = ends(number(most_digits), moebius)
    quotients = [] if interval is None else expand(interval, signs, DEPTH)
    if len(quotients) < LEAST_TERMS:
        needed = -(-most_digits * LEAST_TERMS // max(len(quotients), 1))
        raise FormulaError(
            f"{len(quotients)} quotients are too few to tell a pattern from chance; {LEAST_TERMS} are needed, about "
            f"{needed} digits"
        )


def _quotients(number: Enclosed, moebius: Moebius, signs: Signs, digits: int, depth: int) -> list[int] | None:
    """Return the quotients of a map of a number; None where it has none or is rational as far as can be told."""
    interval = ends(number(digits), moebius)
    if interval is None:
        return None
    quotients = expand(interval, signs, depth)
    return quotients if len(quotients) >= LEAST_TERMS else None


def _digits_of(quotients: list[int], signs: Signs) -> int:
    """Return the decimal digits that quotients determine: those of the square of the last denominator."""
    before, q = 0, 1
    for i, a in enumerate(quotients[1:]):
        before, q = q, a * q + signs[i % len(signs)] * before
    return len(str(abs(q) ** 2)) - 1


def ball_of(text: str) -> tuple[Enclosed, int]:
    """Return the enclosure of a number given by its decimal digits, within a unit of the last, and how many there are.

    Raises ExpressionError where the text is no decimal number.
    """
    plain = plain_signs(text.strip()).lstrip("+")
    whole, _, decimals = plain.lstrip("-").partition(".")
    if not (whole + decimals).isascii() or not (whole + decimals).isdigit():
        raise ExpressionError(f"{text[:40]!r} is not a decimal number; write digits with at most one point")
    size, unit = int(whole + decimals), len(decimals)
    digits = len((whole + decimals).lstrip("0"))

    def enclosure(_: int) -> arb:
        with ctx.workprec(4 * (len(plain) + 16)):
            scale = arb(10) ** -unit
            return (-size if plain.startswith("-") else size) * scale + scale * arb(0, 1)

    return enclosure, digits
