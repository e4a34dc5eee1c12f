"""Fractions that a ball shows: the simplest one in it, and whether it is too short to be there by chance."""

from __future__ import annotations

from fractions import Fraction

from flint import arb
from gmpy2 import mpq, mpz

from indexer.mathematics.numbers.decimals import scaled_ends

REMAINDER_BITS = 32
"""Bits by which a remainder must fall short of those before it for a fraction to be looked for."""


def as_fraction(number: mpq) -> Fraction:
    """Return a rational number with Python's own integers."""
    return Fraction(int(number.numerator), int(number.denominator))


def simplest_fraction(ball: arb, most_bits: int) -> Fraction | None:
    """Return the fraction of least denominator in a finite ball, None where it has more than `most_bits` bits.

    Its bits are those of numerator and denominator together. Source: the fraction is where the continued fractions of
    both ends part (Khinchin, Continued Fractions, 6).
    """
    low, high, exponent = scaled_ends(ball)
    up, down = mpz(1) << max(exponent, 0), mpz(1) << max(-exponent, 0)
    if high < 0:
        mirrored = _simplest_between(-high * up, -low * up, down, most_bits)
        return None if mirrored is None else -mirrored
    return Fraction(0) if low <= 0 else _simplest_between(low * up, high * up, down, most_bits)


def _simplest_between(low: mpz, high: mpz, denominator: mpz, most_bits: int) -> Fraction | None:
    """Return the simplest fraction from low/denominator to high/denominator, both positive."""
    p_before, q_before, p, q = mpz(0), mpz(1), mpz(1), mpz(0)
    low_below = high_below = denominator
    while p.bit_length() + q.bit_length() <= most_bits:
        whole, rest = divmod(low, low_below)
        last = whole if rest == 0 else whole + 1
        if rest == 0 or last * high_below <= high:
            p, q = last * p + p_before, last * q + q_before
            return Fraction(int(p), int(q)) if p.bit_length() + q.bit_length() <= most_bits else None
        p_before, q_before, p, q = p, q, whole * p + p_before, whole * q + q_before
        low, low_below, high, high_below = high_below, high - whole * high_below, low_below, rest
    return None


def short_fraction(ball: arb, bits: int) -> Fraction | None:
    """Return the fraction of less than half the bits that lies in a ball of at most `bits` bits, if there is one.

    A number that is not such a fraction meets one by chance with probability below 2^(-bits/2).
    """
    most_bits = max(8, min(bits, int(ball.rel_accuracy_bits())) // 2)
    return simplest_fraction(ball, most_bits) if _quotient_stands_out(ball, most_bits) else None


def _quotient_stands_out(ball: arb, most_bits: int) -> bool:
    """Say whether a fraction p/q of at most `most_bits` bits in all may lie in a ball of twice as many.

    A convergent p/q of the middle lies in the ball only where a quotient of about 1/(q^2 radius) follows. By Euclid's
    algorithm on the leading bits, without its cofactors: the remainder that belongs to q is about as short as q, far
    below what the steps before leave.
    """
    middle, exponent = (int(part) for part in ball.mid().man_exp())
    size = middle.bit_length()
    drop = max(0, size - most_bits - REMAINDER_BITS)
    most = (most_bits - size - exponent) // 2
    stop = 1 - exponent - drop - most
    if most < 1 or stop < REMAINDER_BITS:
        return True  # a short number, or so large or small that it is a matter of few steps
    above, below = mpz(abs(middle)) >> drop, mpz(1) << (-exponent - drop)
    while below.bit_length() > stop:
        above, below = below, above % below
    return bool(below.bit_length() < stop - REMAINDER_BITS // 2)
