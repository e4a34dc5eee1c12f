"""How often the nearest neighbour has the same constant, beside a look-up by family key and the commonest constant.

    python benchmarks/neighbour_vector.py [IDENTIFIED.jsonl] [--box N]

Left out of the neighbours of a query: itself, its mirror and inflations ("mirrors"), and in the second column its
deflations by polynomials and all index shifts of any of these as well ("shifts"). "to be had" is the share of queries
for which any formula with the same constant remains; no method can do better. The second table takes N random queries
of the box with deg a <= 1 and an irrational limit, all such formulas of the box as neighbours, and asks for a relation
that is verified to 120 digits. The third table asks for the named formulas with deg a = 2 whether their constant stands
beside them, among the first neighbour or the first eight, where all named formulas of deg a <= 1 of the box are
neighbours too and the index shifts of a query are left out; "roots" is the vector of version 1, which placed formulas
without a closed form by the roots of a and b mod 1.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF
from indexer.kinds.pcf.recurrence_vector import fractional_roots
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.families import family_key, family_relation
from indexer.mathematics.closed_forms.normal_form import NormalForm, normal_form
from indexer.mathematics.proofs.low_degree import prove_low_degree
from indexer.mathematics.proofs.proving import prove

EIGHT = 8
"""Neighbours among which a constant is looked for."""

SHIFTS = 12
"""Index shifts up to this many steps are left out."""

DEFAULT_FILE = Path(__file__).parent.parent / "tests" / "data" / "identified.jsonl"


@cache
def reduced(formula: PCF, polynomials: bool) -> PCF:
    """Return the canonical form: positive leading coefficient of a, deflated by integers, or by polynomials as well."""
    return (formula.deflate_polynomial()[0] if polynomials else formula).canonical()[0]


@cache
def orbit(formula: PCF, shifts: int) -> frozenset[PCF]:
    """Return the reduced forms that are left out: of the formula alone, or of its index shifts too."""
    start = reduced(formula, shifts > 0)
    return frozenset(start.shift(k).canonical()[0] for k in range(-shifts, shifts + 1))


def is_left_out(candidate: PCF, query: PCF, shifts: int) -> bool:
    """Return whether a candidate belongs to what is left out for this query."""
    return reduced(candidate, shifts > 0) in orbit(query, shifts)


def first_neighbour(query: int, formulas: list[PCF], vectors: npt.NDArray[np.float32], shifts: int) -> int | None:
    """Return the nearest formula that is not left out, by brute force."""
    distances = ((vectors - vectors[query]) ** 2).sum(axis=1)
    order = (int(i) for i in np.argsort(distances, kind="stable"))
    return next((i for i in order if not is_left_out(formulas[i], formulas[query], shifts)), None)


def named(path: Path) -> tuple[list[PCF], list[str]]:
    """Return the named formulas, one of each mirror pair, and their constants."""
    rows = [json.loads(line) for line in path.open()]
    rows = [row for row in rows if row["kind"] == "named" and row["a"][-1] > 0]
    return [PCF(tuple(row["a"]), tuple(row["b"])) for row in rows], [row["constant"] for row in rows]


def report_named(path: Path) -> None:
    """Print the first table."""
    formulas, constants = named(path)
    vectors = np.array([neighbour_vector(f) for f in formulas])
    print(f"{len(formulas)} named formulas, {len(set(constants))} constants, of {path.name}")
    print(f"{'deg a':>6}  {'left out':10}{'vector':>10}{'key':>10}{'commonest':>12}{'to be had':>12}{'queries':>10}")
    for degrees in ((0, 1), (2,)):
        queries = [q for q, f in enumerate(formulas) if f.deg_a in degrees]
        for label, shifts in (("mirrors", 0), ("shifts", SHIFTS)):
            shares = named_shares(formulas, constants, vectors, queries, shifts)
            print(f"{'<= 1' if 1 in degrees else '2':>6}  {label:10}{shares[0]:10.1%}{shares[1]:10.1%}", end="")
            print(f"{shares[2]:12.1%}{shares[3]:12.1%}{len(queries):10}")


def named_shares(
    formulas: list[PCF],
    constants: list[str],
    vectors: npt.NDArray[np.float32],
    queries: list[int],
    shifts: int,
) -> list[float]:
    """Return the shares of right constants by vector, by key, by the commonest constant, and those to be had at all."""
    keys = [family_key(f) for f in formulas]
    commonest = Counter(constants).most_common(1)[0][0]
    hits = [0, 0, 0, 0]
    for q in queries:
        others = [i for i, f in enumerate(formulas) if not is_left_out(f, formulas[q], shifts)]
        nearest = first_neighbour(q, formulas, vectors, shifts)
        by_key = next((i for i in others if keys[i] is not None and keys[i] == keys[q]), None)
        hits[0] += nearest is not None and constants[nearest] == constants[q]
        hits[1] += by_key is not None and constants[by_key] == constants[q]
        hits[2] += constants[q] == commonest
        hits[3] += any(constants[i] == constants[q] for i in others)
    return [hit / len(queries) for hit in hits]


def box() -> Iterator[PCF]:
    """Yield formulas with coefficients -5..5, deg a <= 1, irrational limits; one of each mirror pair."""
    span = range(-5, 6)
    for A1 in range(6):
        for A0 in span:
            if A1 == 0 and A0 <= 0:
                continue
            for b in ((B0, B1, B2) for B2 in span for B1 in span for B0 in span if B0 or B1 or B2):
                formula = PCF((A0, A1), b)
                key = family_key(formula) if equation(formula) else None
                if key is not None and not key.startswith(("rational", "quadratic")):
                    yield formula


def report_box(queries: int) -> None:
    """Print the second table, once for the formulas whose constant has a name and once for all."""
    formulas = list(box())
    start = time.perf_counter()
    vectors = np.array([neighbour_vector(f) for f in formulas])
    each = (time.perf_counter() - start) / len(formulas) * 1e6
    print(f"\n{len(formulas)} formulas of the box with deg a <= 1 and irrational limits, {each:.0f} us a vector")
    print(f"{'neighbours':>12}  {'left out':10}{'vector':>10}{'key':>10}{'same core':>12}{'queries':>10}")
    forms = [closed_form(f) for f in formulas]
    has_name = [i for i, form in enumerate(forms) if form is not None and form.constant is not None]
    for pool in (has_name, list(range(len(formulas)))):
        subset, places = [formulas[i] for i in pool], vectors[pool]
        chosen = random.Random(1).sample(range(len(pool)), min(queries, len(pool)))
        for label, shifts in (("mirrors", 0), ("shifts", SHIFTS)):
            right = related(subset, places, chosen, shifts)
            print(f"{len(pool):12}  {label:10}{right[0]:10.1%}{right[1]:10.1%}", end="")
            print(f"{right[2]:12.1%}{len(chosen):10}")


def related(
    formulas: list[PCF], vectors: npt.NDArray[np.float32], chosen: list[int], shifts: int
) -> tuple[float, float, float]:
    """Return the shares of the chosen with a verified relation to their first neighbour, and to one of their key.

    The third is the share for which a formula with the same normal form remains.
    """
    by_key = defaultdict(list)
    for i, f in enumerate(formulas):
        by_key[family_key(f)].append(i)
    by_normal_form = defaultdict(list)
    for f in formulas:
        by_normal_form[normal_form_of(f)].append(f)
    by_vector = with_key = had = 0
    for q in chosen:
        query = formulas[q]
        nearest = first_neighbour(q, formulas, vectors, shifts)
        mates = by_key[family_key(query)]
        mate = next((i for i in mates if not is_left_out(formulas[i], query, shifts)), None)
        by_vector += nearest is not None and bool(family_relation(query, formulas[nearest]))
        with_key += mate is not None and bool(family_relation(query, formulas[mate]))
        had += not all(is_left_out(f, query, shifts) for f in by_normal_form[normal_form_of(query)])
    return by_vector / len(chosen), with_key / len(chosen), had / len(chosen)


def report_anchors(path: Path) -> None:
    """Print the third table."""
    formulas, constants = named(path)
    queries = [q for q, formula in enumerate(formulas) if formula.deg_a == 2]
    anchors = [(formula, found.constant) for formula in box() if (found := prove_low_degree(formula)) is not None]
    pool = [*formulas, *(formula for formula, _ in anchors)]
    proved = [prove(formula) for formula in formulas]
    names = [constant if found is None else found.constant for constant, found in zip(constants, proved, strict=True)]
    names += [constant for _, constant in anchors]
    print(f"\n{len(queries)} named formulas with deg a = 2, {len(anchors)} anchors with deg a <= 1")
    print(f"{'vector':>10}{'first':>8}{'of eight':>10}{'to be had':>11}")
    for label, function in (("today", neighbour_vector), ("roots", roots_vector)):
        vectors = np.array([function(formula) for formula in pool])
        first = among = had = 0
        for q in queries:
            shifts = {formulas[q].canonical()[0].shift(k).canonical()[0] for k in range(-SHIFTS, SHIFTS + 1)}
            allowed = [i for i, formula in enumerate(pool) if formula.canonical()[0] not in shifts]
            distances = ((vectors[allowed] - vectors[q]) ** 2).sum(axis=1)
            right = [names[allowed[k]] == names[q] for k in np.argsort(distances, kind="stable")[:EIGHT]]
            first, among = first + right[0], among + any(right)
            had += any(names[i] == names[q] for i in allowed)
        print(f"{label:>10}{first:8}{among:10}{had:11}")


def roots_vector(formula: PCF) -> npt.NDArray[np.float32]:
    """Return the vector of version 1: of formulas without a closed form by degrees and the roots of a and b mod 1."""
    if equation(formula) is not None:
        return neighbour_vector(formula)
    kind = 3 * (200 + 10 * formula.deg_a + formula.deg_b) + (formula.b[-1] < 0)
    size = 2 * np.log(abs(formula.a[-1])) - np.log(abs(formula.b[-1]))
    roots = [x for polynomial in (formula.a, formula.b) for x in of_roots(fractional_roots(polynomial)[0])]
    return np.array([4 * kind, size, *roots], dtype=np.float32)


def of_roots(roots: npt.NDArray[np.complex128]) -> list[float]:
    """Return mean of e(r)/(1 + |Im r|) and e(sum of r)."""
    if not len(roots):
        return [0.0] * 4
    mean = (np.exp(2j * np.pi * roots.real) / (1 + np.abs(roots.imag))).mean()
    total = np.exp(2j * np.pi * roots.real.sum())
    return [mean.real, mean.imag, total.real, total.imag]


def normal_form_of(formula: PCF) -> NormalForm | None:
    """Return the normal form of a formula's constant."""
    found = equation(formula)
    return None if found is None else normal_form(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT_FILE)
    parser.add_argument("--box", type=int, default=0, metavar="N", help="queries of the second table")
    options = parser.parse_args()
    report_named(options.file)
    report_anchors(options.file)
    if options.box:
        report_box(options.box)
