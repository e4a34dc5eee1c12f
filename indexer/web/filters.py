"""Filters of the templates: addresses, mathematics, numbers. What they return as HTML is escaped by `pages`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from catalog.formulas.pcf import PCF
from indexer.pages import typeset
from indexer.pages.mathml import mathml
from indexer.pages.sections import words

_MATH = re.compile(r"\$([^$]*)\$")


def address(formula: PCF) -> str:
    """The permalink of a formula: its coefficients, constant terms first."""
    return typeset.permalink(formula)


def constant_address(name: str) -> str:
    """The page of a constant."""
    return f"/constant/{quote(name, safe='')}"


def field_address(name: str) -> str:
    """The page of a matrix field."""
    return f"/field/{quote(name, safe='')}"


def listing(path: str, **asked: Any) -> str:
    """A page with conditions; those that ask nothing are left out."""
    held = {name: value for name, value in asked.items() if value not in (None, "")}
    return f"{path}?{urlencode(held)}" if held else path


def typeset_formula(formula: PCF) -> Markup:
    """A formula as mathematics."""
    return Markup(typeset.formula(formula))


def typeset_expression(text: str | None, latex: str | None = None) -> Markup:
    """An expression or a constant as mathematics."""
    return Markup(typeset.expression(text, latex))


def typeset_relation(text: str, constant: str | None) -> Markup:
    """A limit in terms of a constant as mathematics."""
    return Markup(typeset.relation(text, constant))


def typeset_label(text: str | None, latex: str | None = None) -> Markup:
    """The label of a cluster."""
    return Markup(typeset.label(text, latex))


def typeset_latex(latex: str) -> Markup:
    """LaTeX as mathematics."""
    return Markup(mathml(latex))


def sentence(text: str) -> Markup:
    """A sentence with LaTeX between dollars."""
    parts = _MATH.split(text)
    return Markup("".join(mathml(part) if k % 2 else escape(part) for k, part in enumerate(parts)))


def bound(error_log10: float) -> Markup:
    """A power of ten that an error is smaller than, rounded up."""
    return Markup(f"10<sup>{'−' if error_log10 < 0 else ''}{abs(math.ceil(error_log10))}</sup>")


def figure(value: Any) -> str:
    """A metric with a few digits."""
    if value is None:
        return ""
    return f"{value:.6g}".replace("-", "−") if isinstance(value, float) else str(value)


def decimals(value: float) -> str:
    """A figure with four decimals."""
    return f"{value:.4f}".replace("-", "−")


def count(value: int) -> str:
    """An integer with commas."""
    return f"{value:,}"


OUTCOMES = {
    "budget": "given up for the time it takes",
    "too_few_digits": "too few digits to tell",
    "closed_form": "a closed form that has no shorter name",
}
"""What came of a guess or of a search, where its word does not say it."""


def outcome(word: str) -> str:
    """What came of a guess or of a search, in words."""
    return OUTCOMES.get(word, words(word))


FILTERS: dict[str, Callable[..., Any]] = {
    "address": address,
    "constant_address": constant_address,
    "field_address": field_address,
    "listing": listing,
    "formula": typeset_formula,
    "expression": typeset_expression,
    "relation": typeset_relation,
    "label": typeset_label,
    "latex": typeset_latex,
    "sentence": sentence,
    "bound": bound,
    "figure": figure,
    "count": count,
    "decimals": decimals,
    "in_words": words,
    "outcome": outcome,
}
