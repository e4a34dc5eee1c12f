"""The matrices U with C1(n) U(n+1) = lambda(n) U(n) C2(n) and entries of bounded degree: all of them, exactly.

U at one integer n0 determines U at n0 + 1, n0 + 2, ..., so the unknowns are the four entries of U(n0). Modulo a prime
the values of V = U times its poles at consecutive n are linear in them, and so are the coefficients of the polynomials
through these values; those beyond the degree bounds must vanish. A prime at which only 0 is left proves that no U
exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product as tuples
from math import isqrt, lcm

from flint import fmpq, fmpq_mat, fmpq_poly, fmpz, fmpz_poly, nmod_mat

from indexer.mathematics.equivalence.gauge import Gauge
from indexer.mathematics.equivalence.matrices import Matrix, determinant, product, shifted
from indexer.mathematics.kernels.library import Kernels, kernels
from indexer.mathematics.kernels.maps import PRIME, map_modulo

SPARE = 3
"""Values beyond those that determine a polynomial of the highest degree: conditions on the unknowns."""

MAX_PRIMES = 400
"""Primes of 61 bits after which U(n0) is given up: numerators and denominators of 12,000 bits."""

Values = list[tuple[list[fmpz], fmpz, fmpz]]
"""For consecutive n: the 4 x 4 matrix that takes U(n) to U(n+1), row by row, its divisor, and the poles at n."""


def solve(first: Matrix, second: Matrix, gauge: Gauge) -> Matrix | None:
    """Return V of primitive polynomials, det V != 0, that satisfies the equation up to a rational factor.

    None is a proof that there is none within the degree bounds. Raises ArithmeticError where numbers grow beyond
    `MAX_PRIMES`.
    """
    top = max(gauge.bounds)
    if top < 0:
        return None
    start = _start(first, second, gauge)
    native = kernels()
    if native is not None:
        settled, found = _by_kernels(native, first, second, gauge, start)
        if settled:
            return found
    for spare in (SPARE, _enough(first, second, gauge)):
        values = _values(first, second, gauge, start, top + 1 + spare)
        basis = _rational_kernel(values, gauge.bounds)
        candidates = {m: _polynomials(values, _mixed(basis, m), top, start) for m in _mixtures(len(basis))}
        if all(_proportional(first, second, V) for V in candidates.values()):
            return next((V for V in candidates.values() if determinant(V)), None)
    raise ArithmeticError("values of a map between the recurrences satisfy the equation, its polynomials do not")


def _by_kernels(native: Kernels, first: Matrix, second: Matrix, gauge: Gauge, start: int) -> tuple[bool, Matrix | None]:
    """Return whether the kernels settle the question, and the same V: what they find is verified exactly."""
    divisor = gauge.denominator * determinant(first)
    polynomials = (*first, *second, gauge.numerator, divisor, gauge.poles)
    residues = [[int(c) % PRIME for c in polynomial.coeffs()] for polynomial in polynomials]
    known = map_modulo(native, residues, start, gauge.bounds, SPARE)
    if known is None or (known[0] and known[1] is None):
        return False, None
    candidate = known[1]
    if candidate is None:
        return True, None
    entries = [fmpz_poly(entry) for entry in candidate.entries]
    if entries[candidate.free](start) * gauge.poles(start) < 0:
        entries = [-entry for entry in entries]
    V = _reduced(entries)
    if not _proportional(first, second, V):
        return False, None
    return True, V if determinant(V) else None


def _enough(first: Matrix, second: Matrix, gauge: Gauge) -> int:
    """Return how many values make the equation, cleared of denominators, an identity of polynomials."""
    degree = 2 * int(gauge.poles.degree()) + max(gauge.bounds)
    degree += max(int(gauge.denominator.degree() + max(entry.degree() for entry in first)), 0)
    return degree + max(int(gauge.numerator.degree() + max(entry.degree() for entry in second)), 0) + 1


def _mixtures(dimension: int) -> list[tuple[int, ...]]:
    """Return coefficients of single solutions and sums of two: det V is quadratic, it vanishes on all or on none."""
    every = [m for m in tuples((0, 1), repeat=dimension) if 1 <= sum(m) <= 2]
    return sorted(every, key=sum)


def _mixed(basis: list[list[fmpq]], mixture: tuple[int, ...]) -> list[fmpq]:
    return [sum((v[i] for c, v in zip(mixture, basis, strict=True) if c), fmpq(0)) for i in range(4)]


def _start(first: Matrix, second: Matrix, gauge: Gauge) -> int:
    """Return an integer from which on no determinant, scale or pole vanishes."""
    polynomials = determinant(first), determinant(second), gauge.numerator, gauge.denominator, gauge.poles
    return 1 + max((int(root) for f in polynomials if f.degree() > 0 for root, _ in f.roots()), default=0)


def _values(first: Matrix, second: Matrix, gauge: Gauge, start: int, count: int) -> Values:
    """Return what U(n+1) = lambda/det C1 . adj C1 . U(n) C2 is at `count` consecutive n from `start`."""
    scale, divisor = gauge.numerator, gauge.denominator * determinant(first)
    values: Values = []
    for n in range(start, start + count):
        (p, q, r, s), (t, u, v, w) = [[entry(n) for entry in matrix] for matrix in (first, second)]
        factor = scale(n)
        x, y, z, o = factor * s, -factor * q, -factor * r, factor * p
        rows = [
            *(x * t, x * v, y * t, y * v),
            *(x * u, x * w, y * u, y * w),
            *(z * t, z * v, o * t, o * v),
            *(z * u, z * w, o * u, o * w),
        ]
        values.append((rows, divisor(n), gauge.poles(n)))
    return values


def _rational_kernel(values: Values, bounds: tuple[int, ...]) -> list[list[fmpq]]:
    """Return a basis of the vectors U(n0), each with a 1 where the others have 0."""
    modulus, residues = 1, [0]
    pivots: tuple[int, ...] = ()
    guess: list[fmpq] | None = None
    for p in _primes():
        found = _kernel(values, bounds, p)
        if found is None:
            continue  # the prime divides a number that is divided by
        basis, free = found
        if not basis:
            return []
        flat = [x for vector in basis for x in vector]
        if modulus == 1 or len(free) < len(pivots):
            modulus, residues, pivots, guess = p, flat, free, None
        elif free != pivots:
            continue  # a prime of more solutions than there are
        else:
            inverse = pow(modulus % p, -1, p)
            residues = [x + modulus * ((y - x) * inverse % p) for x, y in zip(residues, flat, strict=True)]
            modulus *= p
        rational = _reconstructed(residues, modulus)
        if rational is not None and rational == guess:
            return [rational[k : k + 4] for k in range(0, len(rational), 4)]
        guess = rational
    raise ArithmeticError("the coefficients of a map between the recurrences are too large")


def _kernel(values: Values, bounds: tuple[int, ...], p: int) -> tuple[list[list[int]], tuple[int, ...]] | None:
    """Return a basis of the vectors U(n0) modulo p and their free columns; None where p divides a divisor."""
    count = len(values)
    state = nmod_mat(4, 4, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], p)
    entries: list[list[int]] = [[], [], [], []]
    for rows, divisor, poles in values:
        scaled = [int(x) for x in (state * poles).entries()]
        for e in range(4):
            entries[e] += scaled[4 * e : 4 * e + 4]
        rest = int(divisor % p)
        if not rest:
            return None
        state = nmod_mat(4, 4, rows, p) * state * pow(rest, -1, p)
    conditions: list[int] = []
    for bound, column in zip(bounds, entries, strict=True):
        coefficients = _interpolation_modulo(count, p) * nmod_mat(count, 4, column, p)
        conditions += [int(x) for x in coefficients.entries()[4 * max(bound + 1, 0) :]]
    reduced, rank = nmod_mat(len(conditions) // 4, 4, conditions, p).rref()
    return _kernel_of(reduced, rank, p)


def _kernel_of(reduced: nmod_mat, rank: int, p: int) -> tuple[list[list[int]], tuple[int, ...]]:
    """Return the kernel of a matrix of four columns in reduced echelon form, one vector a free column."""
    pivots = [next(c for c in range(4) if reduced[row, c]) for row in range(rank)]
    free = tuple(c for c in range(4) if c not in pivots)
    basis = []
    for column in free:
        vector = [int(c == column) for c in range(4)]
        for row, pivot in enumerate(pivots):
            vector[pivot] = -int(reduced[row, column]) % p
        basis.append(vector)
    return basis, free


def _reconstructed(residues: Sequence[int], modulus: int) -> list[fmpq] | None:
    """Return the rational numbers of less than half the size of the modulus that have these residues."""
    bound = isqrt(modulus // 2)
    numbers = []
    for residue in residues:
        before, value, denominator_before, denominator = modulus, residue, 0, 1
        while value > bound:
            quotient, rest = divmod(before, value)
            before, value = value, rest
            denominator_before, denominator = denominator, denominator_before - quotient * denominator
        if abs(denominator) > bound:
            return None
        numbers.append(fmpq(value, denominator))
    return numbers


def _polynomials(values: Values, vector: Sequence[fmpq], top: int, start: int) -> Matrix:
    """Return the primitive polynomials V through the values that U(n0) determines."""
    state, table = fmpq_mat(4, 1, list(vector)), []
    for rows, divisor, poles in values[: top + 1]:
        table += (state * poles).entries()
        state = fmpq_mat(4, 4, rows) * state / divisor
    coefficients = (_interpolation(top + 1) * fmpq_mat(top + 1, 4, table)).table()
    shift = fmpq_poly([-start, 1])
    return _primitive([fmpq_poly([row[e] for row in coefficients])(shift) for e in range(4)])


def _primitive(entries: list[fmpq_poly]) -> Matrix:
    """Return polynomials without common factor and denominator."""
    size = lcm(*(int(entry.denom()) for entry in entries))
    return _reduced([(entry * size).numer() for entry in entries])


def _reduced(integers: Sequence[fmpz_poly]) -> Matrix:
    """Return polynomials divided by what they have in common."""
    common = fmpz_poly([])
    for entry in integers:
        common = common.gcd(entry)
    p, q, r, s = (entry // common for entry in integers)
    return p, q, r, s


def _proportional(first: Matrix, second: Matrix, V: Matrix) -> bool:
    """Say whether C1(n) V(n+1) is a multiple of V(n) C2(n)."""
    left, right = product(first, shifted(V)), product(V, second)
    pivot = next(i for i in range(4) if right[i])
    return bool(left[pivot]) and all(left[pivot] * right[i] == left[i] * right[pivot] for i in range(4))


def _primes() -> Iterator[int]:
    """Yield the `MAX_PRIMES` largest primes below 2^61."""
    p = 2**61
    for _ in range(MAX_PRIMES):
        p = _prime_below(p)
        yield p


@lru_cache(maxsize=MAX_PRIMES)
def _prime_below(n: int) -> int:
    n = n - 1 - n % 2
    while not fmpz(n).is_prime():
        n -= 2
    return n


@lru_cache(maxsize=256)
def _interpolation(count: int) -> fmpq_mat:
    """Return the matrix from values at 0, 1, ..., count - 1 to the coefficients of the polynomial through them."""
    return fmpq_mat(count, count, [k**i for k in range(count) for i in range(count)]).inv()


@lru_cache(maxsize=256)
def _interpolation_modulo(count: int, p: int) -> nmod_mat:
    """Return the same modulo a prime."""
    return nmod_mat(count, count, [pow(k, i, p) for k in range(count) for i in range(count)], p).inv()
