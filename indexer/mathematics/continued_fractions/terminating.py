"""The value p_{n-1}/q_{n-1} of a formula with b_n = 0: exactly, or enclosed where the exact fraction is too long."""

from __future__ import annotations

from itertools import pairwise

from flint import arb, arb_mat, ctx, fmpz
from gmpy2 import mpz

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.convergents import step_matrix

MAX_EXACT_BITS = 4_000_000
"""Largest size of an exact value, in bits (estimated before it is computed)."""

MAX_STEPS = 2_000_000
"""Largest n whose value is enclosed: a few seconds."""

BLOCK = 512
"""Steps that are multiplied exactly before balls are."""

MAX_GUARD_BITS = 1 << 13
"""Guard bits, lost in cancellation, at which an enclosure is given up."""


def exact_fraction(formula: PCF, zero: int) -> tuple[mpz, mpz] | None:
    """Return p_{n-1}, q_{n-1} at n = `zero`, the least with b_n = 0; None where longer than `MAX_EXACT_BITS`."""
    per_step = formula.height.bit_length() + max(formula.deg_a, formula.deg_b) * zero.bit_length()
    if zero * per_step > MAX_EXACT_BITS:
        return None
    p, _, q, _ = step_matrix(formula, 0, zero)
    return p, q


def enclosed(formula: PCF, zero: int, bits: int) -> arb | None:
    """Return p_{n-1}/q_{n-1} to about `bits` bits, None beyond `MAX_STEPS` or where cancellation leaves no number.

    By a product tree of balls over exact blocks of steps.
    """
    if zero > MAX_STEPS:
        return None
    ends = [*range(0, zero, BLOCK), zero]
    blocks = [[fmpz(int(x)) for x in step_matrix(formula, s, e)] for s, e in pairwise(ends)]
    guard, best = 64, None
    while guard <= MAX_GUARD_BITS:
        with ctx.workprec(bits + guard):
            p, q = _product([arb_mat(2, 2, block) for block in blocks])
            value = None if 0 in q else p / q
        if value is not None and 0 not in value:
            best = value
            if value.rel_accuracy_bits() >= bits:
                break
        guard *= 4
    return best


def _product(matrices: list[arb_mat]) -> tuple[arb, arb]:
    """Return the first column of the product of matrices."""
    while len(matrices) > 1:
        odd = matrices[-1:] if len(matrices) % 2 else []
        matrices = [left * right for left, right in zip(matrices[::2], matrices[1::2], strict=False)] + odd
    return matrices[0][0, 0], matrices[0][1, 0]
