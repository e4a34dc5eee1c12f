"""Laws in many parameters: their certificates are multiplied out, their limits are those of their members."""

from __future__ import annotations

from dataclasses import replace

import flint
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.errors import ExpressionError
from indexer.laws.containment import Pattern
from indexer.laws.general import LAWS, Contiguous, Euler, GeneralLaw, LawRefused, check_law, law_containing
from indexer.mathematics.continued_fractions.limit import limit

BESSEL, KUMMER, GAUSS, LOMMEL, *POLYLOGARITHMS = LAWS
BY_NAME = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)


@BY_NAME
def test_the_certificate_of_a_law_holds_for_all_parameters(law: GeneralLaw) -> None:
    check_law(law)


@BY_NAME
@pytest.mark.parametrize(
    ("part", "text"), [("a", "{} + k - k + 1"), ("b", "2*({})"), ("limit", "{} + 1"), ("limit", "-({})")]
)
def test_a_law_with_a_changed_part_is_refused(law: GeneralLaw, part: str, text: str) -> None:
    names = law.parameters if "k" in law.parameters else (*law.parameters, "k")
    forged = replace(law, parameters=names, **{part: text.format(getattr(law, part))})
    with pytest.raises(LawRefused, match=f"the law {law.name}"):
        check_law(replace(forged, parameters=law.parameters) if part == "limit" else forged)


def test_a_certificate_of_another_function_is_refused() -> None:
    assert isinstance(GAUSS.certificate, Contiguous) and isinstance(LOMMEL.certificate, Euler)
    other = replace(GAUSS.certificate, function=replace(GAUSS.certificate.function, upper=("p", "q + 1")))
    with pytest.raises(LawRefused):
        check_law(replace(GAUSS, certificate=other))
    series = replace(LOMMEL.certificate.sum, lower=("r", "s + 1"))
    with pytest.raises(LawRefused, match="quotient of terms"):
        check_law(replace(LOMMEL, certificate=replace(LOMMEL.certificate, sum=series)))


@BY_NAME
@settings(suppress_health_check=[HealthCheck.filter_too_much], max_examples=50)
@given(data=st.data())
def test_the_limit_of_a_member_is_that_of_the_law(law: GeneralLaw, data: st.DataObject) -> None:
    values = {name: data.draw(st.integers(-9, 9), name) for name in law.parameters}
    assume(law.allows(values))
    formula = law.at(values)
    found = limit(formula, 30)
    assert found is not None
    with flint.ctx.workprec(400):
        try:
            said = evaluate(law.limit_at(values), 400)
        except ExpressionError:  # the function above or below vanishes
            assert found.ball is None or found.ball.contains(0)
            return
        assert found.ball is not None
        assert abs(found.ball - said) < flint.arb(10) ** -25 * (1 + abs(said))


@pytest.mark.parametrize(
    ("template", "law"),
    [
        ("a = k*n; b = m", BESSEL),
        ("a = 2*n + 1; b = k^2", BESSEL),
        ("a = n + k; b = m*n", KUMMER),
        ("a = 2*n + 1; b = k*n^2", GAUSS),
        ("a = (k + 2)*n + 1; b = -k*n^2 + n", GAUSS),
        ("a = k; b = n^2", None),
        ("a = (k - 2)*n + 1; b = n^2", None),
        ("a = n^2 + k; b = n", None),
        ("a = n; b = (k - 3)*n + 1", None),
    ],
)
def test_a_family_is_an_instance_of_the_law_of_its_shape(template: str, law: GeneralLaw | None) -> None:
    assert law_containing(Pattern(1, template, "k >= 1", "pi")) is law
