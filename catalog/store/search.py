"""Searching the catalogue by what is known of formulas: `Filter` says which, `find` reads them in an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

import psycopg
from psycopg import sql

from catalog.constants.library import library
from catalog.database.blocks import Blocks
from catalog.errors import FilterError, NotFound
from catalog.store.constants import constant_names
from catalog.store.rows import Row, column, rows
from catalog.syntax import plain_signs

SQL = Blocks(__file__)

SORTS = {
    "complexity": ("formula.complexity", None),
    "delta": ("formula.delta desc", "formula.delta is not null"),
    "limit": ("formula.limit_float8", "formula.limit_float8 is not null"),
    "digits": ("formula.limit_digits desc", "formula.limit_digits is not null"),
    "speed": ("formula.convergence_eta, formula.convergence_gamma", "formula.convergence_gamma is not null"),
    "id": ("formula.id", None),
}
"""Orders of `find`: the column, best first, and what a formula must have to be in it."""

LONGEST_NUMBER = 1_000
"""Characters of a decimal number that a limit is compared with."""

LARGEST_EXPONENT = 300
"""Powers of ten within which limits are compared: what a double holds."""

SUGGESTIONS = 3
"""Near misses that a message names."""


@dataclass(frozen=True)
class Filter:
    """Which formulas: all conditions hold. None and empty ask nothing.

    `constant` is a name as in the catalogue, `radicand` a squarefree d: limits in Q(sqrt d) that are not rational.
    `degrees` are those of a and b (None: any), `near` a decimal number: limits that agree with it in all its digits.
    `identified`: with (True) a verified or proved relation, or convergent with neither (False) that nor a closed form.
    The growth is that of q_reduced_gamma. `proof`: that of the best relation; `source`: words of the paper or the
    author where it was published. `kind` is one of `FORMULA_KINDS`.
    """

    constant: str | None = None
    radicand: int | None = None
    family: str | None = None
    statuses: Sequence[str] = ()
    classes: Sequence[str] = ()
    degrees: tuple[int | None, int | None] = (None, None)
    min_delta: float | None = None
    max_delta: float | None = None
    min_growth: float | None = None
    max_growth: float | None = None
    max_height: int | None = None
    max_complexity: int | None = None
    near: str | None = None
    reduction: str | None = None
    identified: bool | None = None
    proof: str | None = None
    source: str | None = None
    kind: str | None = None
    canonical: bool = True

    @property
    def empty(self) -> bool:
        """Whether every formula passes."""
        return self == Filter(canonical=False)

    def conditions(self) -> tuple[sql.Composable, dict[str, Any]]:
        """Return the condition on table `formula` in SQL, and its parameters. Raises FilterError."""
        deg_a, deg_b = self.degrees
        low, high = _interval(self.near) if self.near is not None else (None, None)
        asked = [
            ("formula.is_canonical", "canonical", self.canonical or None),
            ("formula.kind = %(kind)s", "kind", self.kind),
            ("formula.family = %(family)s", "family", self.family),
            ("formula.status = any (%(statuses)s)", "statuses", list(self.statuses) or None),
            ("formula.convergence_class = any (%(classes)s)", "classes", list(self.classes) or None),
            ("cardinality(formula.a) = %(deg_a)s + 1", "deg_a", deg_a),
            ("cardinality(formula.b) = %(deg_b)s + 1", "deg_b", deg_b),
            ("formula.delta >= %(min_delta)s", "min_delta", self.min_delta),
            ("formula.delta <= %(max_delta)s", "max_delta", self.max_delta),
            ("formula.q_reduced_gamma >= %(min_growth)s", "min_growth", self.min_growth),
            ("formula.q_reduced_gamma < %(max_growth)s", "max_growth", self.max_growth),
            (SQL.text("has_height"), "max_height", self.max_height),
            ("formula.complexity <= %(max_complexity)s", "max_complexity", self.max_complexity),
            ("formula.limit_float8 >= %(low)s", "low", low),
            ("formula.limit_float8 <= %(high)s", "high", high),
            ("formula.factorial_reduction = %(reduction)s", "reduction", self.reduction),
            (SQL.text("has_constant"), "constant", self.constant),
            (SQL.text("has_radicand"), "radicand", self.radicand),
            (SQL.text("has_relation"), "identified", self.identified),
            (SQL.text("has_proof"), "proof", self.proof),
            (SQL.text("has_source"), "source", self.source),
        ]
        held = [(text, name, value) for text, name, value in asked if value is not None]
        parts: list[sql.Composable] = [sql.SQL(text) for text, _, _ in held]
        return sql.SQL(" and ").join(parts or [sql.SQL("true")]), {name: value for _, name, value in held}


def _interval(text: str) -> tuple[float, float]:
    """Return the doubles around the numbers that round to a decimal, one unit of its last digit to both sides."""
    if len(text) > LONGEST_NUMBER:
        raise FilterError(f"the number has {len(text)} characters, beyond the supported {LONGEST_NUMBER}")
    try:
        number = Decimal(plain_signs(text))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise FilterError(f"{text[:60]!r} is not a decimal number; write one such as 1.2732")
    exponent = number.as_tuple().exponent
    unit = Decimal(1).scaleb(int(exponent))
    slack = abs(float(number)) * 2**-50
    return float(number - unit) - slack, float(number + unit) + slack


def constant_name(connection: psycopg.Connection, text: str) -> str:
    """Return the name that the catalogue has for a constant; raises NotFound with the nearest names."""
    names = constant_names(connection)
    if text in names:
        return text
    try:
        found = library()[text].name
    except NotFound:
        near = get_close_matches(text[:60], names, SUGGESTIONS, 0.4)
        hint = f"the nearest names are {', '.join(near)}" if near else "list them with `formulary constant list`"
        raise NotFound(f"no constant {text[:60]} in the catalogue; {hint}") from None
    return found


def find(
    connection: psycopg.Connection,
    wanted: Filter,
    *,
    sort: str = "complexity",
    reverse: bool = False,
    limit: int | None = 20,
    offset: int = 0,
) -> list[Row]:
    """Return the formulas that pass, in one of `SORTS` (ties by number), with their best relation.

    Rows of id, a, b (tuples of int; None: another kind, which has a definition), definition, status, convergence_class,
    limit_value, limit_digits, delta, complexity, family, constant, relation, proof.
    """
    statement, parameters = statement_of(wanted, sort=sort, reverse=reverse, limit=limit, offset=offset)
    return rows(connection, statement, **parameters)


def statement_of(
    wanted: Filter, *, sort: str = "complexity", reverse: bool = False, limit: int | None = 20, offset: int = 0
) -> tuple[sql.Composed, dict[str, Any]]:
    """Return the query of `find`, and its parameters."""
    order, required = SORTS[sort]
    condition, parameters = wanted.conditions()
    if required is not None:
        condition = sql.SQL(" and ").join([condition, sql.SQL(required)])
    terms = [_reversed(term) if reverse else term for term in f"{order}, formula.id".split(", ")]
    chosen = ", ".join(dict.fromkeys(terms))
    statement = sql.SQL(SQL.text("find")).format(
        condition=condition, order=sql.SQL(chosen), order_again=sql.SQL(chosen.replace("formula.", "chosen."))
    )
    return statement, parameters | {"limit": limit, "offset": offset}


def _reversed(term: str) -> str:
    return term.removesuffix(" desc") if term.endswith(" desc") else f"{term} desc"


def passing(connection: psycopg.Connection, wanted: Filter, ids: Sequence[int] | None = None) -> list[int]:
    """Return the numbers of those formulas that pass, among `ids` or of all."""
    condition, parameters = wanted.conditions()
    if ids is not None:
        condition = sql.SQL(" and ").join([condition, sql.SQL("formula.id = any (%(ids)s)")])
        parameters["ids"] = list(ids)
    query = sql.SQL("select formula.id from formula where {}").format(condition)
    return column(connection, query, **parameters)
