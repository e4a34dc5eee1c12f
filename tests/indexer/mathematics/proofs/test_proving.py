from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from flint import ctx

from catalog.constants.evaluation import evaluate
from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.closed_forms.summation import lommel_sums
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.equivalence.decision import no_limit
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.proving import prove, prove_sum
from indexer.mathematics.proofs.theorems import Theorem, theorems
from tests.helpers.reference import pcf, rows

IDENTIFIED = [row for row in rows("identified.jsonl") if row["kind"] != "infinite"]
DIGITS = 40


def holds(certificate: Certificate) -> bool:
    """Whether the relation agrees with the limit, evaluated on its own."""
    known = limit(certificate.formula, DIGITS)
    assert known is not None
    if known.ball is None:
        return certificate.expression == "inf"
    x, y, z, w = certificate.coefficients
    with ctx.workprec(6 * DIGITS + 4 * max(abs(c).bit_length() for c in certificate.coefficients)):
        c = evaluate(certificate.constant, 5 * DIGITS)
        return bool((known.ball * (z + w * c) - (x + y * c)).contains(0))


@pytest.mark.parametrize("part", range(4))
def test_every_formula_that_was_identified_is_proved_and_its_certificate_accepted(part: int) -> None:
    for row in IDENTIFIED[part::16]:
        found = prove(pcf(row))
        assert found is not None, row
        assert check(json.loads(json.dumps(found.to_json())))
        assert holds(found), row


def values_of(theorem: Theorem, choose: random.Random) -> dict[str, Fraction]:
    """Values of a row's variables that may meet its hypotheses; `c` makes the coefficients of a formula integers."""
    names = set(re.findall(r"\b[a-z]\b", " ".join([*theorem.first, *theorem.second, *theorem.where])))
    if not theorem.sum:
        most = {"x": 60, "y": 400}
        values = {n: Fraction(choose.randrange(1, most.get(n, 9)), choose.randrange(2, 6)) for n in sorted(names)}
        if names & {"u", "v"}:  # squares of l and m, whose roots lie in one field
            values |= {n: Fraction(choose.randrange(1, 9), choose.randrange(2, 6)) ** 2 for n in names & {"u", "v"}}
            values |= {"y": Fraction(choose.randrange(1, 30), 4) ** 2} if "y" in names else {}
            values |= {n: -values[n] for n in names if f"{n} < 0" in theorem.where}
        return values | ({"c": Fraction(216_000)} if names else {})
    return {name: Fraction(choose.choice([-1, 1]) * choose.randrange(1, 60), choose.randrange(2, 60)) for name in names}


@pytest.mark.parametrize("key", list(theorems()))
def test_every_base_theorem_holds_and_is_accepted(key: str) -> None:
    theorem, choose, found = theorems()[key], random.Random(key), 0
    fixed = not theorem.where
    for _ in range(400):
        certificate = theorem.at(values_of(theorem, choose))
        if certificate is None:
            continue
        assert check(json.loads(json.dumps(certificate.to_json())))
        assert holds(certificate), certificate
        found += 1
        if fixed or found == 20:
            break
    assert found == (1 if fixed else 20)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("PCF(2n^2+2n+1, -n^4)", ["telescoping", "theorem", "compose"]),
        ("PCF(2n^2+6n+5, -(n+1)^4)", ["equivalence", "telescoping", "theorem", "compose"]),
        ("PCF(n^2+3n+3, n^2+2n)", ["equivalence", "rewrite", "recurrence", "identity", "compose"]),
        ("PCF(2, -1)", ["telescoping", "compose"]),
    ],
)
def test_the_steps_of_a_proof(text: str, kinds: list[str]) -> None:
    found = prove(parse_formula(text))
    assert found is not None
    assert [step["step"] for step in found.to_json()["steps"]] == kinds


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("PCF(n^2+3n+2, -n^2)", "hyp0f1(3, 1)"),
        ("PCF(n^2+4n+4, -2n^2-2n)", "hyp0f1(4, 2)"),
        ("PCF(n^2+4n+3, -3n^2)", "hyp0f1(5, 3)"),
        ("PCF(4n^2+4n+2, -4n^2+4n-1)", "pi*struvel(0, 1)"),
        ("PCF(4n^2+4n, 4n^2-4n+1)", "pi*struveh(0, 1)"),
        ("PCF(4n^2+3n, -4n^2+5n)", "hyp0f1(-1/4, 1/4)"),
        ("PCF(2n^2-n-4, 2n^2-5n)", "3*sqrt(2)*sin(sqrt(2)) + cos(sqrt(2))"),
        ("PCF(2n^2-5, 2n^2-4n-2)", "hyp1f2(1, 2 - sqrt(2), 2 + sqrt(2), -1/2)"),
    ],
)
def test_a_limit_that_telescopes_to_an_entire_function_has_its_name(text: str, constant: str) -> None:
    found = prove_sum(parse_formula(text))
    assert found is not None
    assert found.constant == constant
    assert check(json.loads(json.dumps(found.to_json())))
    assert holds(found)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("PCF(2n+1, n^4)", "12/pi^2"),
        ("PCF((2n+1)(n^2+n+1), -n^6)", "1/zeta(3)"),
        ("PCF((2n+1)(n^2+n+3), -n^6)", "1/hurwitzzeta(3, (1 + sqrt(5))/2)"),
        ("PCF((2n+1)(8n^2+8n+7), -16n^4(4n^2-1))", "1/(2 - 2*catalan)"),
        ("PCF(12n^2+36n+28, -32(n+1)^4)", "16*catalan/(2*catalan - 1)"),
        ("PCF(10n^2+10n+3, -9n^4)", "2/dirichletl(-3, 2)"),
        ("PCF(8, 144n^2-144n+27)", "4 + gamma(1/24)*gamma(19/24)/(gamma(13/24)*gamma(7/24))"),
    ],
)
def test_a_classical_fraction_has_its_name(text: str, expression: str) -> None:
    found = prove(parse_formula(text))
    assert found is not None
    assert found.expression == expression
    assert check(json.loads(json.dumps(found.to_json())))
    assert holds(found)


def telescoping_formulas(count: int) -> Iterator[PCF]:
    """Formulas of degrees (2, 2) with a first-order solution that grows."""
    choose = random.Random(15)
    while count:
        a2, b2, b1 = (choose.choice([-1, 1]) * choose.randrange(1, 8) for _ in range(3))
        a1 = Fraction(a2 * b1, b2) + (2 + choose.randrange(4)) * a2  # the factor C(n) may be of degree 0 to 3
        formula = PCF((choose.randrange(-20, 20), int(a1), a2), (choose.randrange(-20, 20), b1, b2))
        if a1.denominator == 1 and no_limit(formula) is None and any(lommel_sums(formula)):
            count -= 1
            yield formula


def test_whatever_telescopes_to_a_sum_of_order_two_is_proved() -> None:
    for formula in telescoping_formulas(60):
        found = prove_sum(formula)
        assert found is not None, formula
        assert check(json.loads(json.dumps(found.to_json())))
        assert holds(found), formula


@pytest.mark.parametrize("text", ["PCF(1, -n^2)", "PCF(n, n-3)", "PCF(n^2+n+1, n^3+1)"])
def test_what_has_no_proof_gives_none(text: str) -> None:
    assert prove(parse_formula(text)) is None


def mutations(document: Any, choose: random.Random) -> Any:
    """A certificate with one number changed."""
    text = json.dumps(document)
    offset = text.index('"steps"')
    numbers = list(re.finditer(r"-?\d+", text[offset:]))
    match = choose.choice(numbers)
    changed = str(int(match[0]) + choose.choice([-3, -1, 1, 2]))
    return json.loads(text[: offset + match.start()] + changed + text[offset + match.end() :])


def test_certificates_of_all_kinds_of_steps_do_not_bear_a_changed_number() -> None:
    choose = random.Random(7)
    texts = [
        "PCF(2n+1, n^2)",
        "PCF(n, n)",
        "PCF(4n-2, -1)",
        "PCF(n^2+3n+3, n^2+2n)",
        "PCF(8n, (2n-1)^4)",
        "PCF(3n, -2n^2+3n)",
    ]
    documents = []
    for text in texts:
        found = prove(parse_formula(text))
        assert found is not None
        documents.append(found.to_json())
    for _ in range(1000):
        document = choose.choice(documents)
        changed = mutations(document, choose)
        try:
            check(changed)
        except Exception as refusal:
            assert type(refusal).__name__ == "Refused"
            continue
        assert one_map(changed) == one_map(document), changed


def one_map(document: Any) -> Any:
    """A certificate without the common factors of maps."""

    def plain(key: str, value: Any) -> Any:
        if key == "map" and all(isinstance(c, int) for c in value):
            pivot = next(Fraction(c) for c in value if c)
            return [str(c / pivot) for c in value]
        if isinstance(value, dict):
            return {name: plain(name, item) for name, item in value.items()}
        return [plain("", item) for item in value] if isinstance(value, list) else value

    return plain("", document["steps"])


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("PCF(3n^2+4n+2, -2n^4)", "1/polylog(2, 1/2)"),
        ("PCF(n^2+6n+3, 6n^4)", "-2/polylog(2, -2/3)"),
        ("PCF(5(n+1)^3 - 2n^3, 10n^6)", "-2/polylog(3, -2/5)"),
        ("PCF(2(n+1)^5 + n^5, -2n^10)", "1/polylog(5, 1/2)"),
    ],
)
def test_a_polylogarithm_is_a_sum_by_eulers_formula(text: str, expression: str) -> None:
    certificate = prove(parse_formula(text))
    assert certificate is not None
    check(certificate.to_json())
    assert certificate.expression == expression


def test_a_power_is_no_value_of_gauss_function() -> None:
    assert prove(parse_formula("PCF(-4n^2 + 6n + 28, 192n^4 + 1056n^3 + 1824n^2 + 960n)")) is None
