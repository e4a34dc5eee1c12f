"""Proofs by a field: certificates that the checker accepts, and a thousand changed ones that it refuses."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.proofs.argument import argument
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.checker import check
from indexer.sources.matrix_fields.constants import agrees, certificate_of, constant_of
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.proof import is_minimal
from indexer.sources.matrix_fields.rates import rate_of
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory
from indexer.sources.matrix_fields.walks import product
from tests.indexer.mathematics.proofs.test_checker import meaning, mutated

PROVED = (
    ("3F2(1)", (1, 1, 1, 2, 2), "1 1 1 2 2", "pi^2"),
    ("2F1(-1)", (1, 1, 2), "1 1 2", "log(2)"),
    ("2F1(-1)", (1, 2, 4), "1 1/2 3/2", "pi"),
    ("2F1(1/4)", (1, 1, 2), "1 1 3/2", "pi*sqrt(3)"),
    ("2F1(1/2)", (2, 1, 3), "1 1 2", "log(2)"),
)
MUTATIONS = 1000


def walked(name: str, direction: tuple[int, ...], start: str) -> Trajectory:
    return trajectory(field_of(name), direction, tuple(map(Fraction, start.split())))


@pytest.mark.parametrize(("name", "direction", "start", "constant"), PROVED)
def test_a_field_proves_the_limit_of_a_natural_direction(
    name: str, direction: tuple[int, ...], start: str, constant: str
) -> None:
    found = walked(name, direction, start)
    certificate = certificate_of(found)
    assert certificate is not None and certificate.constant == constant
    assert certificate.steps[0]["step"] == "field"
    assert f"to {constant} is proved" in check(json.loads(json.dumps(certificate.to_json())))
    value = limit(certificate.formula, 80)
    assert value is not None and value.ball is not None
    x, y, z, w = certificate.coefficients
    assert agrees((x, y, z, w), constant, value.ball)
    known = constant_of(found, value.ball)
    assert known is not None and (known.constant, known.proof) == (constant, "field")
    assert "have one minimal solution" in " ".join(argument(certificate))


def test_a_thousand_mutations_are_refused() -> None:
    choose = random.Random(20261125)
    documents: list[dict[str, Any]] = []
    for name, direction, start, _ in PROVED:
        certificate = certificate_of(walked(name, direction, start))
        assert certificate is not None
        documents.append(json.loads(json.dumps(certificate.to_json())))
    done = 0
    while done < MUTATIONS:
        document = choose.choice(documents)
        changed = mutated(document, choose)
        if meaning(changed) == meaning(document):
            continue
        with pytest.raises(Refused) as refusal:
            check(changed)
        assert len(str(refusal.value)) < 600 and "\n" not in str(refusal.value)
        done += 1


parts = st.integers(0, 3)
halves = st.sampled_from([Fraction(k, 2) for k in range(1, 7)])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["2F1(-1)", "2F1(1/3)", "2F1(-2/3)"]), parts, parts, parts, halves, halves, halves)
def test_where_v_is_said_to_be_minimal_the_quotients_tend_to_its_own(
    name: str, i: int, j: int, k: int, a: Fraction, b: Fraction, c: Fraction
) -> None:
    if not (i or j or k):
        return
    found = trajectory(field_of(name), (i, j, k), (a, b, c))
    if found.contraction is None or not is_minimal(found):
        return
    rate = rate_of(found.contraction.formula)
    assert rate is not None and rate > 0
    depth = int(24 / rate) + 50
    at = [float(s + t) for s, t in zip(found.start, found.direction, strict=True)]
    F, G = _series(at, float(name[4:-1].split("/")[0]) / float((name[4:-1] + "/1").split("/")[1]))
    total = product(found.matrix, 1, depth)
    assert total[0, 1] and total[1, 1]
    quotient = float(Fraction(int(total[0, 1]), int(total[1, 1])))
    assert quotient == pytest.approx(-G / F, rel=1e-6)


def _series(at: list[float], z: float) -> tuple[float, float]:
    """F and tF by Pfaff's transformation where z < 0, else by the series."""
    a, b, c = at
    value, slope = 0.0, 0.0
    x, (p, q) = (z / (z - 1), (a, c - b)) if z < 0 else (z, (a, b))
    term = 1.0
    for k in range(2000):
        value += term
        slope += k * term
        term *= (p + k) * (q + k) / ((c + k) * (k + 1)) * x
    if z > 0:
        return value, slope
    # F(z) = (1 - z)^-a g(x), t = z d/dz, dx/dz = -1/(z - 1)^2
    factor = (1 - z) ** -a
    derivative = slope / x
    return factor * value, z * (a * (1 - z) ** (-a - 1) * value - factor * derivative / (z - 1) ** 2)


@pytest.mark.parametrize(
    ("name", "direction", "start"),
    [
        ("2F1(-1)", (1, -2, -1), "1 1 2"),  # another solution is minimal
        ("2F1(-1)", (2, 2, 1), "1 1 2"),  # no sign is known: the lower parameter is soon the smaller one
        ("3F2(1)", (0, 0, 0, 0, 1), "1 1 1 2 2"),  # one eigenvalue at infinity
        ("pi", (1, 1), "1 1"),
    ],
)
def test_where_nothing_is_known_no_proof_is_claimed(name: str, direction: tuple[int, ...], start: str) -> None:
    assert not is_minimal(walked(name, direction, start))
