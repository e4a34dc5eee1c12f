"""The tail x_n = a_n + b_{n+1}/(a_{n+1} + ...): its value, from a bracket or a series far out, stepped back.

A value at depth n is had by starting deep enough, from the bracket or from the asymptotic series of the tail (`series`)
between bounds on either side (`enclosing`; both are a proof: `ball`), and stepping back; where no bounds are found, a
second depth must agree (`agreement`); each step back contracts the error
by |b_{n+1}|/(x_n x_{n+1}). Where the tail is not yet regular (`brackets`) the steps are taken at once, by an exact
integer matrix on numerator and denominator, so that x_n = 0 does no harm and no bit is lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from flint import arb, arb_mat, ctx, fmpz

from catalog.formulas.pcf import PCF
from catalog.vocabulary import BoundKind
from indexer.mathematics.continued_fractions.brackets import Brackets
from indexer.mathematics.continued_fractions.contraction import (
    geometric,
    log2_contracted,
    log2_contraction,
    log2_contraction_at,
)
from indexer.mathematics.continued_fractions.convergents import (
    FirstSteps,
    Matrix,
    polynomial_values,
    step_matrix,
    values,
)
from indexer.mathematics.continued_fractions.enclosing import enclosed
from indexer.mathematics.continued_fractions.long_products import LEAST_START, long_product, product_tree
from indexer.mathematics.continued_fractions.series import TailSeries

MAX_STEPS = 600_000
"""Steps back that a value may cost (half a microsecond each at 400 bits); beyond it fewer digits are given."""

SERIES_STEPS = 20_000
"""Steps back from a bracket beyond which a start from the tail's series, enclosed, is sought first."""

MAX_STEP_BITS = 400_000_000
"""Steps times bits of working precision that a value may cost; it lowers `MAX_STEPS` at high precision."""

LADDER = (30, 60, 93, 125, 250, 500, 1000)
"""Depths to which the first steps are multiplied exactly: for the limit as far as it needs, for metrics at most."""

LADDER_LOOK = 93
"""Depth on the ladder from which on the bits had must suffice, in proportion, at its end."""

LADDER_BITS = 1000
"""Most bits of x_0 that are looked for on the ladder."""

SHALLOW_STEPS = 96
"""Steps up to which all are taken at once, exactly, at any precision; their number is found step by step."""

SHALLOW_BITS = 1000
"""Most bits that are looked for so, for the range of a double."""

DOUBLE_BITS = 48
"""Bits of a tail in double precision."""

SHALLOW_LOOK, SHALLOW_SHARE = 16, 0.1
"""After so many steps less than this share of the bits is had: the depth will not be a shallow one."""

EXACT_BITS = 2048
"""Bits from which all steps back are taken at once, exactly; below, steps in ball arithmetic are faster."""

MAX_EXACT_BITS = 8_000_000
"""Size of the exact matrix of these steps in bits, about a second; beyond it they are taken in ball arithmetic."""

MAX_BITS = 1 << 14
"""Most bits of a value whose steps back are not taken exactly."""

MATRIX_BLOCK = 512
"""Irregular steps that make one exact matrix."""

LONG_STEPS = 16_384
"""Irregular steps beyond which they are multiplied by polynomials that hold for many runs of them (`long_products`)."""

LONG_GUARD_BITS = 112
"""Bits beyond the working precision for that, as a product of oscillating steps loses some."""

MAX_LONG_STEP_BITS = 4_000_000_000
"""Irregular steps times bits that a value may cost, some seconds: 900 bits where they are the most."""

LONG_LOSS_BITS = 48
"""Bits that such a product costs its value, where x_0 depends on x_n more than in proportion."""

BLOCK = 4096
"""Steps whose coefficients are tabulated at a time."""

GUARD_BITS = 24
"""Bits beyond those asked for, for the rounding of the steps and the width of the starting bracket."""

BRACKET_BITS = 40
"""Relative width, in bits, down to which both ends of a bracket are stepped; wider balls lose what a step gains."""

BRACKET_BLOCK = 20
"""Steps of both ends of a bracket between two looks at its width."""

OCTAVE, DEPTH_FACTOR = 2.0, 1.15
"""Ratios of neighbours on the two grids of depths from which a series is started: the second one refines the first."""

SERIES_TRIES, SERIES_FURTHER = 4, 1.5
"""Depths at which an enclosure by the series is sought, and how much further out each is than the one before."""

FURTHEST = 3
"""How many times as far out as the tail is regular a series may be started from, since many steps cost little each."""

AGREEMENT_FACTOR = 1.4
"""Ratio of the two depths that must agree where the start is not enclosed."""

AGREEMENT_MARGIN_BITS = 10
"""Bits by which the difference of the two depths is widened into a radius."""


@dataclass(frozen=True, slots=True)
class TailValue:
    """x_n as the ratio numerator/denominator of two balls, with the kind of its bound.

    Infinity is a denominator of zero. `steps` is the depth that was started from, `exhausted` says that more steps
    would have been needed for the bits asked for, so that asking for more is in vain.
    """

    numerator: arb
    denominator: arb
    bound_kind: BoundKind
    steps: int
    exhausted: bool


class AnyTail(Protocol):
    """What gives x_n of one formula: a `Tail`, or one by closed forms (`closed_tail`)."""

    first_steps: FirstSteps
    """The exact steps to the depths of `LADDER`, of the formula or of its mirror."""

    def double_at(self, n: int) -> float | None:
        """Return x_n in double precision where that is cheap, else None."""

    def at(self, n: int, bits: int) -> TailValue:
        """Return x_n with about `bits` correct bits."""


class Tail:
    """The tail of one formula that converges and does not terminate.

    It is regular from `regular_from` on; `sign` is -1 where (-a, b) is computed with and x is negated at the end.
    Raises TooDeepError where it is regular only beyond the supported depth.
    """

    def __init__(self, formula: PCF) -> None:
        self.sign = 1 if formula.a[-1] > 0 else -1
        self.formula = formula if self.sign == 1 else formula.mirror()
        self._brackets = Brackets(self.formula)
        self.regular_from = self._brackets.regular_from
        self._series: TailSeries | None = None
        self._blocks: dict[tuple[int, int], list[fmpz]] = {}
        self._long: dict[tuple[int, int], tuple[int, arb_mat, int]] = {}
        self.first_steps = FirstSteps(self.formula, LADDER)

    def at(self, n: int, bits: int) -> TailValue:
        """Return x_n with about `bits` correct bits, fewer where `MAX_STEPS` does not suffice (the balls tell)."""
        top = max(n, self.regular_from)
        if n == 0 and bits <= LADDER_BITS:
            index = self._ladder_index(bits + GUARD_BITS)
            if index is not None:
                with ctx.workprec(tail_precision(bits)):
                    return self._from_steps(self.first_steps.product(index), LADDER[index])
        if top - n <= SHALLOW_STEPS:
            depth = self._shallow_depth(top, bits + GUARD_BITS)
            if depth is not None:
                with ctx.workprec(tail_precision(bits)):
                    return self._exactly(n, depth)
        if bits >= EXACT_BITS:
            depth = self._bracket_depth(top, bits + GUARD_BITS, self._max_exact_steps(top))
            if depth is not None:
                with ctx.workprec(tail_precision(bits)):
                    return self._exactly(n, depth)
        most = MAX_BITS if top - n <= LONG_STEPS else min(MAX_BITS, MAX_LONG_STEP_BITS // (top - n))
        exhausted, bits = bits > most, min(bits, most)
        bits += LONG_LOSS_BITS * (top - n > LONG_STEPS)
        with ctx.workprec(tail_precision(bits)):
            value, kind, depth = self._far_out(top, bits + GUARD_BITS)
            exhausted = exhausted or value.rel_accuracy_bits() < bits
            numerator, denominator = self._linear_steps(value, top, n)
            return TailValue(self.sign * numerator, denominator, kind, depth, exhausted)

    def double_at(self, n: int) -> float | None:
        """Return x_n to about `DOUBLE_BITS` bits, from the bracket a few steps ahead.

        None where the tail is not regular at n, the steps are not a few, or a value leaves the range of a double.
        """
        if n < self.regular_from:
            return None
        depth = self._shallow_depth(n, DOUBLE_BITS)
        if depth is None or depth - n > SHALLOW_STEPS:
            return None
        try:
            low, high = (top / bottom for top, bottom in self._brackets.ratios(depth))
            a_values, b_values = self._shallow_values(n)
            for k in range(depth - n - 1, -1, -1):
                low, high = a_values[k] + b_values[k] / low, a_values[k] + b_values[k] / high
        except (OverflowError, ZeroDivisionError):
            return None
        return self.sign * high if abs(high - low) <= abs(high) * 2.0 ** (4 - DOUBLE_BITS) else None

    def _max_exact_steps(self, top: int) -> int:
        """Return how many steps from `top` on an exact matrix of `MAX_EXACT_BITS` holds, irregular ones among them."""
        degree = max(self.formula.deg_a, self.formula.deg_b)
        step_bits = self.formula.height.bit_length() + (degree + 1) * (top + 1000).bit_length()
        return MAX_EXACT_BITS // step_bits - top

    def _exactly(self, n: int, depth: int) -> TailValue:
        """Return x_n from the bracket at `depth`, each end stepped back exactly.

        x_n lies between the images of both ends unless infinity does; then only numerator and denominator apart are
        enclosed.
        """
        return self._from_steps(step_matrix(self.formula, n, depth), depth)

    def _from_steps(self, steps: Matrix, depth: int) -> TailValue:
        p, p_next, q, q_next = steps
        tops, bottoms = [], []
        for numerator, denominator in self._brackets.ratios(depth):
            tops.append(self.sign * fmpz(int(p * numerator + p_next * denominator)))
            bottoms.append(fmpz(int(q * numerator + q_next * denominator)))
        if bottoms[0] * bottoms[1] > 0:
            first, second = (arb(top) / bottom for top, bottom in zip(tops, bottoms, strict=True))
            return TailValue(first.union(second), arb(1), "ball", depth, False)
        top, bottom = (arb(ends[0]).union(arb(ends[1])) for ends in (tops, bottoms))
        return TailValue(top, bottom, "ball", depth, False)

    def _ladder_index(self, bits: int) -> int | None:
        """Return the index in `LADDER` from which x_0 is had to about `bits` bits, None where no end of it is near.

        Both ends of the bracket, at most a_n apart, part by det/q^2 of their images.
        """
        for index, n in enumerate(LADDER):
            if n < self.regular_from:
                continue
            p, _, q, _ = self.first_steps.product(index)
            size = (p.bit_length() - q.bit_length()) + 2 * q.bit_length() + abs(self.formula.a_at(n)).bit_length()
            gained = size - self.first_steps.log2_determinant(index)
            if gained >= bits:
                return index
            if n >= LADDER_LOOK and gained * LADDER[-1] < bits * n:
                return None
        return None

    def _shallow_depth(self, top: int, bits: int) -> int | None:
        """Return the depth that `_bracket_depth` would give, None where it lies more than `SHALLOW_STEPS` from `top`.

        Without arrays; also None where a value leaves the range of a double.
        """
        if bits > SHALLOW_BITS:
            return None
        left, wanted = 1.0, 2.0**-bits
        a_values, b_values = self._shallow_values(top)
        try:
            for steps, b_next in enumerate(b_values):
                ratio = 4 * b_next / (a_values[steps] * a_values[steps + 1])
                left *= abs(ratio) / (1 + math.sqrt(max(1 + ratio, 0.0))) ** 2
                if left <= wanted:
                    return top + steps + 2
                if steps == SHALLOW_LOOK and left > wanted**SHALLOW_SHARE:
                    return None
        except (OverflowError, ZeroDivisionError):
            pass
        return None

    def _shallow_values(self, top: int) -> tuple[list[int], list[int]]:
        """Return a_n and b_{n+1} for the n from `top` on that are looked at."""
        stop = top + SHALLOW_STEPS
        return values(self.formula.a, top, stop + 1), values(self.formula.b, top + 1, stop + 1)

    def _bracket_depth(self, top: int, bits: int, steps: int) -> int | None:
        """Return the depth from which the bracket, stepped back to `top`, gives `bits` bits; None beyond `steps`."""
        total, start, block = 0.0, top, 64
        while start - top < steps:
            drops = np.cumsum(log2_contraction(self.formula, start, start + block))
            reached = np.flatnonzero(total + drops <= -bits)
            if len(reached):
                return start + int(reached[0]) + 2
            total += float(drops[-1])
            start, block = start + block, min(2 * block, 1 << 15)
            marks = geometric(start, top + steps)
            ahead = log2_contraction_at(self.formula, marks)
            if total + float(np.minimum(ahead[:-1], ahead[1:]) @ np.diff(marks)) > -bits:
                return None
        return None

    def _from_bracket(self, depth: int, top: int) -> arb:
        low, high = self._brackets.balls(depth)
        if depth - max(top, LEAST_START) > LONG_STEPS:  # both ends are taken by a product
            return self._steps(low.union(high), depth, top)
        n = depth
        while n > top and not (high - low) * 2**BRACKET_BITS < low:
            start = max(top, n - BRACKET_BLOCK)
            low, high = self._both_ends(low, high, start, n)
            n = start
        return self._steps(low.union(high), n, top)

    def _both_ends(self, low: arb, high: arb, start: int, stop: int) -> tuple[arb, arb]:
        """Step both ends of a bracket back from `stop` to `start`."""
        numerators = polynomial_values(self.formula.b, start + 1, stop + 1)
        for a_n, b_next in zip(polynomial_values(self.formula.a, start, stop)[::-1], numerators[::-1], strict=True):
            ends = (a_n + b_next / low, a_n + b_next / high)
            low, high = ends if b_next < 0 else (ends[1], ends[0])
        return low, high

    def _far_out(self, top: int, bits: int) -> tuple[arb, BoundKind, int]:
        """Return x_top, the kind of its bound, and the depth that was started from."""
        bracket = self._bracket_depth(top, bits, _max_steps(bits))
        if bracket is not None and bracket - top <= SERIES_STEPS:
            return self._from_bracket(bracket, top), "ball", bracket
        if self._series is None or self._series.bits < bits:
            self._series = TailSeries(self.formula, bits)
        depth, reached = self._series_depth(top, bits)
        needed = bits + self._series.accurate_bits(depth) - reached
        value = self._from_series(top, depth, bits, needed, bracket or top + max(_max_steps(bits), FURTHEST * top))
        if value is not None and (bracket is None or value.rel_accuracy_bits() >= bits - GUARD_BITS):
            return value, "ball", depth
        if bracket is not None:
            return self._from_bracket(bracket, top), "ball", bracket
        value, depth = self._agreed(top, depth, reached)
        return value, "agreement", depth

    def _from_series(self, top: int, depth: int, bits: int, needed: float, most: int) -> arb | None:
        """Return x_top from the tail's series, enclosed at `depth` or a little further out, at most at `most`.

        `needed` are the bits that the series must have at `depth`, the steps back giving the others.
        """
        assert self._series is not None
        best: arb | None = None
        for _ in range(SERIES_TRIES):
            if depth > most:
                break
            ends = enclosed(self.formula, self._series, depth, needed)
            if ends is not None:
                value = self._steps(ends[0].union(ends[1]), depth, top)
                best = value if best is None or value.rel_accuracy_bits() > best.rel_accuracy_bits() else best
                if best.rel_accuracy_bits() >= bits - GUARD_BITS:
                    break
            depth = math.ceil(SERIES_FURTHER * depth)
        return best

    def _agreed(self, top: int, depth: int, reached: float) -> tuple[arb, int]:
        """Return x_top by the tail's series at two depths that must agree, and the larger depth."""
        assert self._series is not None
        further = math.ceil(AGREEMENT_FACTOR * depth) + 8
        first = self._steps(self._series.value(depth), depth, top)
        second = self._steps(self._series.value(further), further, top)
        error = abs(first - second) + abs(second) * arb(2) ** -reached
        return second + arb(0, error.upper() * 2**AGREEMENT_MARGIN_BITS), further

    def _series_depth(self, top: int, bits: int) -> tuple[int, float]:
        """Return the least depth, on a geometric grid, at which series and steps back together give `bits` bits.

        With it the bits that they are estimated to give there, fewer where the steps do not suffice.
        """
        assert self._series is not None
        depth, reached, gained, factor = max(top, 16), top, 0.0, OCTAVE
        most = top + _max_steps(bits) / AGREEMENT_FACTOR
        while True:
            further = gained - log2_contracted(self.formula, reached, depth)
            given = self._series.accurate_bits(depth) + further
            if given < bits + AGREEMENT_MARGIN_BITS and depth <= most:
                reached, gained = depth, further
            elif factor == DEPTH_FACTOR or reached == top:
                return depth, given
            else:  # the octave is found
                depth, factor = reached, DEPTH_FACTOR
            depth = math.ceil(depth * factor)

    def _steps(self, value: arb, start: int, stop: int) -> arb:
        """Step x back from index `start` to `stop` where the tail is regular."""
        if start - max(stop, LEAST_START) > LONG_STEPS:
            ends = self._both_images(value, start, stop)
            if ends is not None:
                return ends
        for high in range(start, stop, -BLOCK):
            low = max(stop, high - BLOCK)
            numerators = polynomial_values(self.formula.b, low + 1, high + 1)
            denominators = polynomial_values(self.formula.a, low, high)
            for a_n, b_next in zip(reversed(denominators), reversed(numerators), strict=True):
                value = a_n + b_next / value
        return value

    def _both_images(self, value: arb, start: int, stop: int) -> arb | None:
        """Return where a product of a great many steps takes both ends of a ball, None where infinity may lie between.

        Of a ball itself numerator and denominator would be as wide as it is, and so their quotient.
        """
        matrix = self._product(start, stop)
        ends = [matrix * arb_mat(2, 1, [end, 1]) for end in (value.lower(), value.upper())]
        if not ends[0][1, 0] * ends[1][1, 0] > 0:
            return None
        first, second = (end[0, 0] / end[1, 0] for end in ends)
        return first.union(second)

    def _block(self, start: int, stop: int) -> list[fmpz]:
        """Return the entries of the exact matrix of a few steps, kept for the next value."""
        if (start, stop) not in self._blocks:
            self._blocks[start, stop] = [fmpz(int(x)) for x in step_matrix(self.formula, start, stop)]
        return self._blocks[start, stop]

    def _linear_steps(self, value: arb, start: int, stop: int) -> tuple[arb, arb]:
        """Return numerator and denominator of x at `stop` from x at `start`, by exact integer matrices.

        Steps in ball arithmetic would lose a fixed number of bits each where the tail oscillates; a product tree of
        balls over exact blocks loses them once a level.
        """
        x = self._product(start, stop) * arb_mat(2, 1, [value, 1])
        return x[0, 0], x[1, 0]

    def _product(self, start: int, stop: int) -> arb_mat:
        """Return the product of the steps from x at `start` to x at `stop`, up to a factor."""
        first = max(stop, LEAST_START)
        if start - first <= LONG_STEPS:
            return self._in_blocks(stop, start)
        middle, end = self._in_runs(first, start)
        return self._in_blocks(stop, first) * middle * self._in_blocks(end, start)

    def _in_blocks(self, start: int, stop: int) -> arb_mat:
        """Return the product of the steps from x_stop to x_start, by exact blocks."""
        aligned = range((start // MATRIX_BLOCK + 1) * MATRIX_BLOCK, stop, MATRIX_BLOCK)
        ends = [start, *aligned, stop] if start < stop else []
        return product_tree([arb_mat(2, 2, self._block(*pair)) for pair in pairwise(ends)])

    def _in_runs(self, start: int, stop: int) -> tuple[arb_mat, int]:
        """Return the same up to a factor for a great many steps, and the index up to which they are taken.

        The product is kept for a value of no more bits.
        """
        precision = ctx.prec + LONG_GUARD_BITS
        known = self._long.get((start, stop))
        if known is None or known[0] < precision:
            with ctx.workprec(precision):
                matrices, end = long_product(self.formula, start, stop)
                known = self._long[start, stop] = precision, product_tree(matrices), end
        return known[1:]


def tail_precision(bits: int) -> int:
    """Return the working precision, in bits, at which a value of so many is computed."""
    return bits + GUARD_BITS + 40


def _max_steps(bits: int) -> int:
    return min(MAX_STEPS, MAX_STEP_BITS // bits)
