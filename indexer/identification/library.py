"""The library as a search wants it: in the order of its attempts, and by the constants that are maps of each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Protocol

import numpy as np

from catalog.constants import library as constants
from catalog.constants.evaluation import evaluate_known, known_digits
from catalog.constants.library import Constant, Library
from catalog.errors import ExpressionError
from catalog.store.constants import OWN
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.screening import SCREENED_BOUND, Constants, Numbers, moebius_bounds
from indexer.mathematics.relations.search import DIGITS, Scaled, moebius_scaled, scale

GUARD_BITS = 16
"""Bits by which a constant is evaluated more precisely than it is scaled."""


class NamedConstant(Protocol):
    """What is needed of a member of the library (`catalog.constants.library`)."""

    @property
    def name(self) -> str:
        """The name by which it is shown."""

    @property
    def expression(self) -> str:
        """The expression by which it is evaluated."""


@lru_cache(maxsize=8192)
def scaled_constant(expression: str, digits: int) -> Scaled | None:
    """Return an expression as a scaled integer, kept for the next formula.

    None where it has no real value, or is known by its digits alone, and these are fewer.
    """
    try:
        if (known_digits(expression) or digits) < digits:
            return None
        return scale(evaluate_known(expression, bits_for(digits) + GUARD_BITS), digits)
    except ExpressionError:
        return None


class PreparedLibrary:
    """Constants in order of likelihood, prepared once for many searches: in turns, as integers, by their texts.

    The user's own ones that are known by their digits alone, which no relation can be verified with as others are, are
    no members of a sweep: they are tried when all else is excluded.
    """

    def __init__(self, members: Iterable[NamedConstant] = (), entire: Iterable[str] = ()) -> None:
        """Keep names and expressions; nothing is evaluated yet.

        `entire` are the groups whose members are values of entire functions.
        """
        kept = tuple(members)
        self._members = tuple((constant.name, constant.expression) for constant in kept)
        last = [constant for constant in kept if _is_own_by_digits(constant)]
        self.by_digits = tuple((constant.name, constant.expression) for constant in last)
        swept = [constant for constant in kept if constant not in last] if last else kept
        self._orders = {flag: tuple(_in_turn(swept, frozenset(entire), flag)) for flag in (False, True)}
        self._by_name = dict(self._members)
        self._screened: dict[tuple[int, bool], tuple[tuple[tuple[str, str], ...], Constants]] = {}
        self._by_text: dict[str, tuple[str, str]] = {}
        for constant in kept:
            for text in (constant.expression, constant.name, *getattr(constant, "equivalents", ())):
                self._by_text.setdefault(_plain(text), (constant.name, constant.expression))

    @classmethod
    def of(cls, library: PreparedLibrary | Iterable[NamedConstant]) -> PreparedLibrary:
        """Return the library prepared, which it may be already; its algebraic members are told by their polynomial."""
        if isinstance(library, PreparedLibrary):
            return library
        if isinstance(library, Library):
            return cls(library.candidates(), library.entire)
        return cls(library)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield names and expressions in order of likelihood."""
        return iter(self._members)

    def __contains__(self, name: object) -> bool:
        """Return whether a constant of this name is a member."""
        return name in self._by_name

    def __len__(self) -> int:
        """Return the number of members of a sweep."""
        return len(self._orders[False])

    @cached_property
    def version(self) -> str:
        """Return a digest of names and expressions in their order, 12 hexadecimal digits, which exclusions refer to."""
        text = "\n".join(f"{name}={expression}" for name, expression in self)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def members(self, *, entire: bool) -> tuple[tuple[str, str], ...]:
        """Return names and expressions in the order of a sweep: the groups in turn, a member of each.

        A formula that converges faster than any power has its limit from solutions of a differential equation that are
        entire functions; where `entire`, the groups of their values come before all others, else after them.
        """
        return self._orders[entire]

    def screened(self, count: int, *, entire: bool) -> tuple[tuple[tuple[str, str], ...], Constants]:
        """Return the first members of a sweep that have a real value, ready for a screening; kept for the next one."""
        if (count, entire) not in self._screened:
            members = [(member, scaled_constant(member[1], DIGITS)) for member in self._orders[entire][:count]]
            known = [(member, value) for member, value in members if value is not None]
            constants = Constants.of(Numbers.of([value for _, value in known]))
            self._screened[count, entire] = tuple(member for member, _ in known), constants
        return self._screened[count, entire]

    def expression_of(self, name: str) -> str:
        """Return the expression of a member; any other name is taken for an expression."""
        return self._by_name.get(name, name)

    def preferred(self, expression: str) -> tuple[str, str]:
        """Return name and expression of the member that an expression equals or is a Moebius map of, else its own.

        Members are compared once for each expression and the answer kept.
        """
        text = _plain(expression)
        if text not in self._by_text:
            self._by_text[text] = self._equivalent(expression) or (expression, expression)
        return self._by_text[text]

    @cached_property
    def _values(self) -> tuple[list[tuple[str, str]], list[Scaled], Constants]:
        """The members that have a real value, in order of likelihood, with their values."""
        known = [(member, value) for member in self._members if (value := scaled_constant(member[1], DIGITS))]
        values = [value for _, value in known]
        return [member for member, _ in known], values, Constants.of(Numbers.of(values))

    def _equivalent(self, expression: str) -> tuple[str, str] | None:
        """Return the likeliest member that is a Moebius map, of those that a screening leaves."""
        value = scaled_constant(expression, DIGITS)
        if value is None or not self._members:
            return None
        members, values, constants = self._values
        every = np.arange(len(members))
        bounds = moebius_bounds(Numbers.of([value]), constants, (0 * every, every))
        for row in np.flatnonzero(bounds < SCREENED_BOUND).tolist():
            if moebius_scaled(value, values[row], DIGITS).outcome == "found":
                return members[row]
        return None


def prepared_library(own: tuple[Constant, ...] = ()) -> PreparedLibrary:
    """Return the library that comes with formulary after the user's own constants, prepared once a process."""
    return _prepared(own)


@lru_cache(maxsize=4)
def _prepared(own: tuple[Constant, ...]) -> PreparedLibrary:
    library = constants.library()
    return PreparedLibrary((*own, *library.candidates()), library.entire)


def _in_turn(members: Iterable[NamedConstant], groups: frozenset[str], entire: bool) -> Iterator[tuple[str, str]]:
    """Yield the user's own constants, then those of the groups that fit, then the others; groups take turns."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for constant in members:
        tables.setdefault(getattr(constant, "group", OWN), []).append((constant.name, constant.expression))
    yield from tables.pop(OWN, ())
    for fits in (True, False):
        chosen = [tables[group] for group in tables if ((group in groups) == entire) == fits]
        for row in zip_longest(*chosen):
            yield from (member for member in row if member is not None)


def _is_own_by_digits(constant: NamedConstant) -> bool:
    if getattr(constant, "group", OWN) != OWN:
        return False
    try:
        return known_digits(constant.expression) is not None
    except ExpressionError:
        return False


def _plain(expression: str) -> str:
    return expression.replace(" ", "")
