"""Certificates of formulas with deg a <= 1: accepted for every named constant, refused when changed."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import HealthCheck, assume, given, settings

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.proofs.arithmetic import Quadratic, Refused, sign
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.functions import number_text, value_of
from indexer.mathematics.proofs.links import prove_link
from indexer.mathematics.proofs.low_degree import prove_low_degree
from indexer.mathematics.proofs.products import ratio
from tests.helpers.reference import pcf, rows
from tests.indexer.mathematics.closed_forms.test_derivation import formulas
from tests.indexer.mathematics.proofs.test_checker import meaning, mutated

NAMED = [pcf(row) for row in rows("identified.jsonl") if len(row["a"]) <= 2 and row["kind"] == "named"]

FAMOUS = [
    "PCF(n, n)",
    "PCF(2n + 1, n^2)",
    "PCF(6n + 3, -n^2)",
    "PCF(2n + 1, 1)",
    "PCF(2n - 1, 5)",
    "PCF(2n + 4, -n^2 - 2n)",
    "PCF(1, 2n)",
    "PCF(1, 2n + 1)",
    "PCF(1, 4n^2 + 4n - 3)",
    "PCF(1, n^2 + 7n - 3)",
    "PCF(6n^2 + 5n + 1, 9n^4 - 3n^3 - 2n^2)",
    "PCF(4n - 5, 5n^2 + 5n)",
    "PCF(5n + 1, -4n^2 - 2n + 2)",
]


def test_every_named_relation_of_the_reference_has_a_certificate_that_is_accepted() -> None:
    for formula in NAMED:
        certificate = prove_low_degree(formula)
        assert certificate is not None, formula
        check(json.loads(json.dumps(certificate.to_json())))


@given(formulas())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_constant_with_a_name_comes_with_a_certificate_that_is_accepted(formula: PCF) -> None:
    form = closed_form(formula)
    assume(form is not None and form.constant is not None)
    certificate = prove_low_degree(formula)
    assert certificate is not None
    check(certificate.to_json())


def test_links_of_families_have_certificates_that_are_accepted() -> None:
    for row in rows("families.jsonl"):
        first, second = pcf(row), pcf(row["representative"])
        certificate = prove_link(first, second)
        assert certificate is not None, row
        assert certificate.coefficients == tuple(row["relation"])
        check(json.loads(json.dumps(certificate.to_json())))


def test_a_link_to_another_formula_is_refused() -> None:
    certificate = prove_link(parse_formula("PCF(3n + 3, 3n^2 + 4n - 1)"), parse_formula("PCF(3n, 3n^2 - 2n - 2)"))
    assert certificate is not None
    document = certificate.to_json()
    document["relation"]["other"] = {"a": [0, 3], "b": [-3, -2, 3]}
    with pytest.raises(Refused):
        check(document)


def test_a_thousand_mutations_are_refused() -> None:
    choose = random.Random(16)
    documents = [found.to_json() for text in FAMOUS if (found := prove_low_degree(parse_formula(text)))]
    assert len(documents) == len(FAMOUS)
    tried = 0
    while tried < 1_000:
        document = choose.choice(documents)
        changed = mutated(document, choose)
        if meaning(changed) == meaning(document):
            continue
        tried += 1
        with pytest.raises(Refused):
            check(changed)


def test_a_certificate_of_another_formula_is_refused() -> None:
    first, second = (prove_low_degree(parse_formula(text)) for text in ("PCF(n, n)", "PCF(n + 1, n)"))
    assert first is not None and second is not None
    document = first.to_json() | {"formula": second.to_json()["formula"]}
    with pytest.raises(Refused):
        check(document)


def test_the_products_of_constants_are_compared_exactly() -> None:
    assert ratio("sqrt(8)*atan(sqrt(1/9))", "sqrt(2)*atan(1/3)") == (2, False)
    assert ratio("exp(1)*e1(1)", "e*e1(1)") == (1, False)
    assert ratio("2/pi", "pi") == (2, True)
    assert ratio("gamma(1/6)*sqrt(pi)*2^(1/3)", "sqrt(3)*gamma(1/3)^2") == (1, False)
    assert ratio("gamma(5/6)*gamma(1/6)", "pi") == (2, False)
    with pytest.raises(Refused):
        ratio("pi", "e")
    with pytest.raises(Refused):
        ratio("sqrt(2)", "sqrt(3)")


def test_the_expressions_of_the_table_are_exact() -> None:
    values = {"s": Quadratic(2), "d": Quadratic(5)}
    assert value_of("(1 + s*sqrt(d))^2 - 4*s^2", values) == Quadratic(5, 4, 5)
    assert value_of("sqrt(d) > s", values) and not value_of("sqrt(d) > s + 1", values)
    assert number_text(value_of("(3 - sqrt(d))/s", values)) == "(3 - sqrt(5))/2"
    assert sign(Quadratic(2, -1, 5)) == -1
    for text in ("s**s**99999", "__import__('os')", "s.d", "sqrt(sqrt(d))", "1 +"):
        with pytest.raises((Refused, KeyError)):
            value_of(text, values)
