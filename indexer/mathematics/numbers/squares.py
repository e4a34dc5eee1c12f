"""Squares: exact square roots of integers and rational numbers, and the square part of an integer."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import prod

import flint
from gmpy2 import is_square, isqrt, mpq, remove

FACTORED_BITS = 96
"""Size in bits up to which an integer is factored in full, which takes some milliseconds at most."""

SMALL_PRIMES = 2_000
"""Primes below this are taken out of longer integers one by one."""


def integer_root(n: int) -> int | None:
    """Return the integer r >= 0 with r^2 = n, None where n is no square."""
    return int(isqrt(n)) if is_square(n) else None


def rational_root(value: mpq | Fraction) -> mpq | None:
    """Return the rational number r >= 0 with r^2 = value, None where the value is no rational square.

    >>> rational_root(mpq(4, 9)), rational_root(mpq(-1)), rational_root(mpq(2))
    (mpq(2,3), None, None)
    """
    above, below = value.numerator, value.denominator
    return mpq(isqrt(above), isqrt(below)) if is_square(above) and is_square(below) else None


@lru_cache(maxsize=4096)
def square_part(n: int) -> tuple[int, int]:
    """Return (s, d) with n = s^2 d, s >= 0 and d squarefree; (0, 1) for n = 0.

    Where more than `FACTORED_BITS` bits are left of n without its prime factors below `SMALL_PRIMES`, d may keep the
    square of a larger prime; but d = 1 for every square n.

    >>> square_part(3 * 10007**2), square_part(-12)
    ((10007, 3), (2, -3))
    """
    sign, rest = (-1 if n < 0 else 1), abs(n)
    if (root := integer_root(rest)) is not None:
        return root, sign
    if rest.bit_length() <= FACTORED_BITS:
        s = prod(int(p) ** (int(e) // 2) for p, e in flint.fmpz(rest).factor())
        return s, sign * (rest // s**2)
    return _long_square_part(rest, sign)


def _long_square_part(n: int, sign: int) -> tuple[int, int]:
    """Return the square part of sign n, for an n > 0 beyond `FACTORED_BITS`."""
    s, d, rest = 1, sign, n
    for p in range(2, SMALL_PRIMES):
        left, exponent = remove(rest, p)
        rest = int(left)
        s, d = s * p ** (exponent // 2), d * p ** (exponent % 2)
    if rest.bit_length() > FACTORED_BITS and not is_square(rest):
        return s, d * rest
    outer, inner = square_part(rest)
    return s * outer, d * inner
