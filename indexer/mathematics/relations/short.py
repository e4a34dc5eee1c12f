"""All short integer relations of a few numbers, unjudged: what a reduced basis has to offer.

`search` accepts a relation by the digits of its coefficients alone. Here the relations are only listed, for callers
that know how many others they have sought and judge by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import fmpz

from indexer.mathematics.relations.lattices import reduced


def has_bits(coefficients: Sequence[fmpz], most_bits: float) -> bool:
    """Say whether integers have so many bits at most in all, without their signs."""
    return sum([x.bit_length() for x in coefficients]) <= most_bits


def short_relations(
    values: Sequence[int],
    tolerance: int,
    most_bits: float,
    fits: Callable[[Sequence[fmpz], float], bool] = has_bits,
) -> list[tuple[int, ...]]:
    """Return the rows x of a reduced basis with |x . values| <= tolerance * |x|_1, the last coefficient positive.

    `values` are numbers scaled to integers by one common factor, each within a fraction of `tolerance` of the number.
    Rows are left out where all coefficients but one do not `fit` into `most_bits`.

    >>> third = (1 << 40) // 3
    >>> short_relations([1 << 40, third], 4, 20)
    [(-1, 3)]
    """
    size = len(values)
    sizes = [abs(value) for value in values]
    lead = sizes.index(max(sizes))
    first, rest = values[lead], [*values[:lead], *values[lead + 1 :]]
    if not first:
        return []
    found = []
    entries = reduced([first, *rest]).entries()
    for start in range(0, size * size, size):
        tail = entries[start + 1 : start + size]
        if not fits(tail, most_bits):
            continue
        remainder, known = int(entries[start]), [int(x) for x in tail]
        row = [(remainder - sum(x * v for x, v in zip(known, rest, strict=True))) // first, *known]
        if not any(row) or abs(remainder) > tolerance * sum(map(abs, row)):
            continue
        restored = [*row[1 : lead + 1], row[0], *row[lead + 1 :]]
        last = next(x for x in reversed(restored) if x)
        found.append(tuple(x if last > 0 else -x for x in restored))
    return found
