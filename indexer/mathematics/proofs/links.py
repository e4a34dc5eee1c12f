"""Certificates of links: the Moebius map between the limits of two formulas of one family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.links import exact_link
from indexer.mathematics.proofs.certificate import Coefficients, Step, subject
from indexer.mathematics.proofs.low_degree import step_json
from indexer.mathematics.relations.text import moebius_text


@dataclass(frozen=True, slots=True)
class LinkCertificate:
    """L1 = (x + y L2)/(z + w L2) for the limits of two formulas, with its proof."""

    first: PCF
    second: PCF
    coefficients: Coefficients
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """The certificate as a JSON object: its relation has `other`, a formula, in place of a constant."""
        relation = {
            "other": subject(self.second),
            "coefficients": list(self.coefficients),
            "expression": moebius_text(self.coefficients, str(self.second)),
        }
        composed = {"step": "compose", "map": list(self.coefficients)}
        return {"formula": subject(self.first), "relation": relation, "steps": [*self.steps, composed]}


def prove_link(first: PCF, second: PCF) -> LinkCertificate | None:
    """Return the certificate of the map between two limits, None where contiguity leads from neither to the other."""
    found = exact_link(first, second)
    if found is None:
        return None
    return LinkCertificate(first, second, found.coefficients, tuple(map(step_json, found.steps)))
