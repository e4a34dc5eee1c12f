"""Formulas, expressions and names as mathematics; what cannot be read as such is shown as its text."""

from __future__ import annotations

from html import escape

from catalog.constants.expressions import parse_expression, to_latex
from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF
from indexer.pages.mathml import mathml

LONGEST = 160
"""Characters of an expression that is still typeset; longer ones would not fit on a page."""


def formula(value: PCF) -> str:
    """Return a formula as a continued fraction."""
    return mathml(value.latex())


def permalink(value: PCF) -> str:
    """Return the path of a formula's page on a site of `formulary serve`, by its coefficients."""
    return f"/pcf/{','.join(map(str, value.a))}/{','.join(map(str, value.b))}"


def linked(value: PCF, site: str | None) -> str:
    """Return a formula as a continued fraction, as a link to its page where there is a site."""
    shown = formula(value)
    return shown if site is None else f'<a href="{escape(site.rstrip("/") + permalink(value))}">{shown}</a>'


def expression(text: str | None, latex: str | None = None) -> str:
    """Return an expression such as `4/(pi - 2)` or the name of a constant, by its LaTeX where that is known."""
    if text is None:
        return ""
    if latex:
        return mathml(latex)
    if len(text) <= LONGEST:
        try:
            return mathml(to_latex(parse_expression(text, ("v",))))
        except FormularyError:
            pass
    return f"<code>{escape(text if len(text) <= LONGEST else text[:LONGEST] + '…')}</code>"


def relation(text: str, constant: str | None, latex: str | None = None) -> str:
    """Return a limit as an expression in a constant; one that is a quotient is written once, as v, beside it."""
    if constant and "/" in constant and constant in text:
        return f"{expression(text.replace(constant, 'v'))} <span class='soft'>with</span> {named(constant, latex)}"
    return expression(text)


def named(constant: str, latex: str | None) -> str:
    """Return the equation v = constant."""
    try:
        return mathml("v = " + (latex or to_latex(parse_expression(constant))))
    except FormularyError:
        return f"v = {expression(constant)}"


def label(text: str | None, latex: str | None = None) -> str:
    """Return the label of a cluster: a constant as mathematics, a word as a word."""
    if text is None:
        return "no label"
    if text in ("rational", "quadratic", "algebraic", "mixed") or text.startswith("unnamed-"):
        return escape(text)
    return expression(text, latex)
