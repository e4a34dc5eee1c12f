"""Names of constants: the member of the library that a constant is a rational multiple or quotient of, or its text."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

from gmpy2 import mpq

from catalog.constants.library import library
from catalog.errors import ExpressionError
from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.contiguity import Matrix
from indexer.mathematics.closed_forms.derivation import derivation
from indexer.mathematics.closed_forms.identities import identities
from indexer.mathematics.closed_forms.steps import Derivation
from indexer.mathematics.relations.products import ONE, Product, product_of
from indexer.mathematics.relations.writing import monomial_text

ZERO = mpq(0)

DOUBLINGS = 3
"""How often an angle is doubled in search of a member of the library."""

Factors = tuple[tuple[str, mpq], ...]


@lru_cache(maxsize=1024)
def exact_relation(formula: PCF) -> Derivation | None:
    """Return the limit as an exact map of a constant of the library, or of one with a name of its own.

    None as for `derivation`.
    """
    if formula.a[-1] < 0:
        own = exact_relation(formula.mirror())
        return None if own is None else own.mirrored()
    found = derivation(formula)
    if found is None:
        return None
    found = _known(found) or _renamed(found)
    name, matrix = named(found.constant)
    return found.named(name, matrix)


def _renamed(found: Derivation) -> Derivation:
    """Return a derivation that ends at a function with a name, where its constant is no member of the library."""
    last = found.steps[-1]
    if last.kind != "identity" or last.detail not in OTHER_NAMES or _is_member(found.constant):
        return found
    values = dict(last.values)
    key, negative = OTHER_NAMES[last.detail]
    if values.get("z", 1) < 0:
        if negative is None:
            return found
        key, values = negative, values | {"z": -values["z"]}
    further = found.then(identities()[key], values)
    return found if last.detail in KUMMER and not _is_member(further.constant) else further


KUMMER = ("error-function", "dawson")
"""Identities whose constants the library may have as values of 1F1."""

OTHER_NAMES: dict[Any, tuple[str, str | None]] = {
    "error-function": ("error-function-kummer", None),
    "dawson": ("dawson-kummer", None),
    "bessel-ratio": ("bessel-i-ratio", "bessel-j-ratio"),
    "incomplete-gamma": ("lower-gamma", None),
    "upper-gamma": ("upper-gamma-function", None),
}
"""By the identity that a derivation ends with: the one that gives its constant another name, and that for z < 0."""


def _known(found: Derivation) -> Derivation | None:
    """Return a derivation that ends at a member of the library, where an angle halved less or doubled again is one."""
    if _is_member(found.constant):
        return None
    for end in range(len(found.steps) - 1, 0, -1):
        step = found.steps[end]
        if step.kind != "identity" or not isinstance(step.first, str):
            break
        if _is_member(step.first):
            return found.until(end)
    for key, variable in (("arctangent-doubled", "q"), ("artanh-doubled", "p")):
        square = _square(found.constant, key)
        further = found
        for _ in range(DOUBLINGS):
            if square is None or square >= 1:
                break
            values = {variable: square}
            further = further.then(identities()[key], values)
            if _is_member(further.constant):
                return further
            square = _square(further.constant, key)
    return None


def _square(constant: str, key: str) -> mpq | None:
    """Return q of the text sqrt(q)*atan(sqrt(q)), or p of sqrt(p)*atanh(sqrt(p))."""
    function = "atan" if key.startswith("arctangent") else "atanh"
    match = re.fullmatch(rf"sqrt\(([0-9/]+)\)\*{function}\(sqrt\(\1\)\)", constant)
    return mpq(match[1]) if match else None


def _is_member(constant: str) -> bool:
    product = product_of(constant, values=False)
    return product.factors in _members() or product.inverse().factors in _members()


@lru_cache(maxsize=8192)
def named(constant: str) -> tuple[str, Matrix]:
    """Return the name of a constant c, and the matrix m of c = (m0 name + m1)/(m2 name + m3)."""
    product = product_of(constant, values=False)
    inverse = product.inverse()
    if product.factors in _members():
        name, coefficient = _members()[product.factors]
        return name, (product.coefficient / coefficient, ZERO, ZERO, ONE)
    if inverse.factors in _members():
        name, coefficient = _members()[inverse.factors]
        return name, (ZERO, coefficient / inverse.coefficient, ONE, ZERO)
    return monomial_text(Product(ONE, product.factors)), (product.coefficient, ZERO, ZERO, ONE)


@cache
def _members() -> dict[Factors, tuple[str, mpq]]:
    """Return the names of the library by their factors, with their coefficients; the likeliest stay.

    A name in words, which is no expression, is left to its expression.
    """
    members: dict[Factors, tuple[str, mpq]] = {}
    for constant in library().candidates():
        for text in dict.fromkeys((constant.name, constant.expression)):
            with suppress(ExpressionError, ZeroDivisionError):
                product = product_of(text, values=False)
                members.setdefault(product.factors, (text, product.coefficient))
                break
    return members
