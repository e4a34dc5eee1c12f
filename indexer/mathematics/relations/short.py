"""All short integer relations of a few numbers, unjudged: what a reduced basis has to offer.

`search` accepts a relation by the digits of its coefficients alone. Here the relations are only listed, for callers
that know how many others they have sought and judge by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import fmpz

from indexer.mathematics.relations.lattices import reduced


def total_bits(coefficients: Sequence[fmpz]) -> float:
    """Return the bits of integers in all, without their signs."""
    return sum([x.bit_length() for x in coefficients])


def short_relations(
    values: Sequence[int],
    tolerance: int,
    most_bits: float,
    length: Callable[[Sequence[fmpz]], float] = total_bits,
) -> list[tuple[int, ...]]:
    """Return the rows x of a reduced basis with |x . values| <= tolerance * |x|_1, the last coefficient positive.

    `values` are numbers scaled to integers by one common factor, each within a fraction of `tolerance` of the number.
    Rows are left out where all coefficients but one are longer than `most_bits` by `length`.

    >>> third = (1 << 40) // 3
    >>> short_relations([1 << 40, third], 4, 20)
    [(-1, 3)]
    """
    lead = max(range(len(values)), key=lambda i: abs(values[i]))
    order = [lead, *(i for i in range(len(values)) if i != lead)]
    if not values[lead]:
        return []
    first, rest = values[lead], [values[i] for i in order[1:]]
    found = []
    size = len(order)
    entries = reduced([values[i] for i in order]).entries()
    for start in range(0, size * size, size):
        tail = entries[start + 1 : start + size]
        if length(tail) > most_bits:
            continue
        remainder, known = int(entries[start]), [int(x) for x in tail]
        row = [(remainder - sum(x * v for x, v in zip(known, rest, strict=True))) // first, *known]
        if not any(row) or abs(remainder) > tolerance * sum(map(abs, row)):
            continue
        restored = [0] * len(order)
        for index, x in zip(order, row, strict=True):
            restored[index] = x
        last = next(x for x in reversed(restored) if x)
        found.append(tuple(x if last > 0 else -x for x in restored))
    return found
