"""Polynomial continued fractions as values: coefficients, printing, symmetries, and the key they are stored under."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.errors import FormulaError


@dataclass(frozen=True, slots=True, order=True)
class PCF:
    """The polynomial continued fraction a(0) + b(1)/(a(1) + b(2)/(a(2) + ...)).

    `a` and `b` are the integer coefficients of the partial denominators and partial numerators, constant term
    first, without trailing zeros, neither polynomial zero.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            trimmed = list(getattr(self, name))
            while trimmed and trimmed[-1] == 0:
                trimmed.pop()
            if not trimmed:
                raise FormulaError(f"{name}(n) is the zero polynomial; give {name} at least one nonzero coefficient")
            object.__setattr__(self, name, tuple(int(c) for c in trimmed))

    @property
    def deg_a(self) -> int:
        """Degree of a(n)."""
        return len(self.a) - 1

    @property
    def deg_b(self) -> int:
        """Degree of b(n)."""
        return len(self.b) - 1
