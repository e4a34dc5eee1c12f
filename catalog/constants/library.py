"""The library of named constants, which stand in `constants.toml`; their values are those of their expressions."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from importlib import resources
from itertools import product
from math import ceil, log2
from typing import Any

from flint import arb

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import parse_expression, to_latex
from catalog.errors import ExpressionError, NotFound

ALGEBRAIC = "algebraic"
"""The group of quadratic numbers, which are identified by their polynomial and not by a relation with a name."""
GIVEN = "given"
"""The group of a constant that is given as an expression."""

_BITS_STEP = 64  # precisions are rounded up to this, so that near ones share a cached ball
_CACHED_BALLS = 8192
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:/(\d+))?")


@dataclass(frozen=True)
class Constant:
    """A named constant. `name` evaluates to it as `expression` does, except for a few names in words.

    `equivalents` are expressions of which it is a Moebius map with rational coefficients, so that they are not
    members of the library themselves. `oeis` is the sequence of its decimal digits, `source` where it is from.
    """

    name: str
    expression: str
    group: str
    oeis: str | None = None
    source: str | None = None
    aliases: tuple[str, ...] = ()
    equivalents: tuple[str, ...] = field(default=(), compare=False)

    @property
    def latex(self) -> str:
        """LaTeX of the name, or of the expression where the name is in words."""
        try:
            return to_latex(self.name)
        except ExpressionError:
            return to_latex(self.expression)

    def ball(self, digits: int) -> arb:
        """Return a ball that holds the value to at least `digits` significant digits; it is kept for the next call."""
        bits = ceil(digits * log2(10)) + 4
        return _ball(self.expression, -(-bits // _BITS_STEP) * _BITS_STEP)


@lru_cache(maxsize=_CACHED_BALLS)
def _ball(expression: str, bits: int) -> arb:
    return evaluate(expression, bits)


class Library:
    """Constants in the order of likelihood, found by name or alias."""

    def __init__(self, constants: Iterable[Constant], entire: Iterable[str] = ()) -> None:
        """A library of these constants; of two with one name the first stays.

        `entire` are the groups whose members are values of entire functions.
        """
        self.entire = frozenset(entire)
        self._constants = {c.name: c for c in reversed(list(constants))}
        self._constants = dict(reversed(self._constants.items()))

    def __iter__(self) -> Iterator[Constant]:
        """Return all constants, the likeliest first."""
        return iter(self._constants.values())

    def __len__(self) -> int:
        """Return how many constants there are."""
        return len(self._constants)

    def __contains__(self, name: object) -> bool:
        """Return whether a constant has exactly this name."""
        return name in self._constants

    def __getitem__(self, text: str) -> Constant:
        """Return the constant of a name, an alias, or another spelling such as `ln(2)` for `log(2)`.

        Raises NotFound with the equivalent member, or the nearest names.
        """
        name = text.strip()
        found = self._constants.get(name) or self._spellings.get(name.casefold()) or self._in_words.get(_in_words(name))
        if found:
            return found
        canonical = _canonical(name)
        found = self._constants.get(canonical) or self._expressions.get(canonical)
        if found:
            return found
        raise NotFound(f"no constant {name[:60]} in the library; {self._hint(name, canonical)}")

    def meant(self, text: str) -> Constant:
        """Return the constant of a name in any spelling, or else one of its own for an expression such as `pi^2/6`.

        Raises NotFound for what is neither.
        """
        try:
            return self[text]
        except NotFound:
            try:
                return Constant(text.strip(), str(parse_expression(text)), GIVEN)
            except ExpressionError:
                pass
            raise

    def candidates(self) -> Iterator[Constant]:
        """Return the constants worth a search for a relation: all but the algebraic ones."""
        return (c for c in self if c.group != ALGEBRAIC)

    def _hint(self, name: str, canonical: str) -> str:
        if canonical in self._equivalents:
            return f"its equivalent {self._equivalents[canonical].name} is there"
        near = get_close_matches(name[:60], dict.fromkeys([*self._constants, *self._spellings]), n=3, cutoff=0.4)
        return f"the nearest names are {', '.join(near)}" if near else "list them all with constant list"

    @cached_property
    def _spellings(self) -> dict[str, Constant]:
        return {alias.casefold(): c for c in reversed(list(self)) for alias in (*c.aliases, c.name)}

    @cached_property
    def _in_words(self) -> dict[str, Constant]:
        return {words: c for alias, c in self._spellings.items() if (words := _in_words(alias))}

    @cached_property
    def _expressions(self) -> dict[str, Constant]:
        return {_canonical(c.expression): c for c in self}

    @cached_property
    def _equivalents(self) -> dict[str, Constant]:
        return {_canonical(text): c for c in self for text in c.equivalents}


def _in_words(text: str) -> str:
    """Return a name of words without accents, case, the article, "'s" and the word constant; nothing for others.

    >>> _in_words("Ap\u00e9ry's constant"), _in_words("exp(-1)")
    ('apery', '')
    """
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(c for c in letters if not unicodedata.combining(c)).strip()
    if not re.fullmatch(r"[a-z][a-z '–-]+", plain):
        return ""
    return re.sub(r"[\s–-]+", " ", re.sub(r"^the\s+|'s\b|(?<=s)'|\s+constant$", "", plain)).strip()


def _canonical(text: str) -> str:
    """Return the text an expression prints as with its rational parts reduced; what cannot be read stays as it is."""
    try:
        return str(parse_expression(text).substitute({}))
    except ExpressionError:
        return text


@cache
def library() -> Library:
    """Return the library that comes with formulary, read once a process."""
    return read_library((resources.files("catalog.constants") / "constants.toml").read_text(encoding="utf-8"))


def read_library(text: str) -> Library:
    """Return the library of a TOML text with `[[constant]]` and `[[family]]` tables in the order of likelihood.

    A `[[constant]]` has the fields of `Constant`. A `[[family]]` has templates for them, and under `parameters`
    the values of each: a list of rationals such as `"3/2"` and of ranges without 0, `"-5..5/9"` for -5/9 to 5/9.
    Each of its members is written in lowest terms; `except` names those that are left out. `order` says in which
    order the tables' groups stand.
    """
    data = tomllib.loads(text)
    constants = [_constant(table) for table in data.get("constant", ())]
    for table in data.get("family", ()):
        constants += _members(table)
    position = {group: i for i, group in enumerate(data.get("order", ()))}
    return Library(sorted(constants, key=lambda c: position.get(c.group, len(position))), data.get("entire", ()))


def _constant(table: Mapping[str, Any]) -> Constant:
    texts = {key: table.get(key) for key in ("oeis", "source")}
    return Constant(
        name=table["name"],
        expression=table.get("expression", table["name"]),
        group=table["group"],
        aliases=tuple(table.get("aliases", ())),
        equivalents=tuple(table.get("equivalents", ())),
        **texts,
    )


def _members(table: Mapping[str, Any]) -> Iterator[Constant]:
    parameters = {name: _values(texts) for name, texts in table["parameters"].items()}
    name = parse_expression(table["name"], parameters)
    expression = parse_expression(table["expression"], parameters) if "expression" in table else name
    equivalents = [parse_expression(text, parameters) for text in table.get("equivalents", ())]
    left_out = set(table.get("except", ()))
    for values in product(*parameters.values()):
        chosen = dict(zip(parameters, values, strict=True))
        shown = str(name.substitute(chosen))
        if shown not in left_out:
            written = shown if expression is name else str(expression.substitute(chosen))
            yield Constant(
                shown,
                written,
                table["group"],
                source=table.get("source"),
                equivalents=tuple(str(e.substitute(chosen)) for e in equivalents),
            )


def _values(texts: Iterable[str]) -> list[Fraction]:
    """Return the distinct rationals in the order given."""
    values: list[Fraction] = []
    for text in texts:
        if match := _RANGE.fullmatch(text):
            low, high, below = int(match[1]), int(match[2]), int(match[3] or 1)
            values += [Fraction(k, below) for k in range(low, high + 1) if k]
        else:
            values.append(Fraction(text))
    return list(dict.fromkeys(values))
