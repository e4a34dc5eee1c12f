"""Constants that tests search with."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.constants import evaluation


@dataclass(frozen=True)
class Named:
    """A member of a library that a test makes up."""

    name: str
    expression: str


def typed(expression: str, digits: int) -> str:
    """The value of an expression as somebody types it, to so many digits."""
    return str(evaluation.to_mpmath(expression, digits + 10))[: digits + 1]
