"""What `prove` writes: a formula, its relation with a constant, and the certificate of the steps that prove it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from catalog.formulas.pcf import PCF
from indexer.contract.guarded import BATCH, Object, guarded
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.equivalence.decision import no_limit
from indexer.mathematics.proofs.certificate import Certificate, subject
from indexer.mathematics.proofs.proving import prove
from indexer.sources.files.lines import NumberedLine, formula_of, numbered
from indexer.workers.pool import in_order

NO_PROOF = "no proof was found: it is equivalent to no formula whose limit is known here"


def proved(lines: Iterable[str], workers: int | None) -> Iterator[Object]:
    """The objects of `prove --from`, one a line, in order."""
    return in_order(_prove_lines, numbered(lines), _killed, workers=workers, batch=BATCH)


def proof_object(formula: PCF) -> Object:
    """The object of a formula; `relation`, `proof` and `certificate` are null where there is no proof."""
    return certificate_object(formula, prove(formula))


def certificate_object(formula: PCF, certificate: Certificate | None) -> Object:
    """The object of a formula and its certificate, if there is one."""
    status = classify(formula).status
    if certificate is None:
        reason = no_limit(formula) or NO_PROOF
        nothing = {"relation": None, "proof": None, "certificate": None}
        return {"formula": subject(formula), "status": status, **nothing, "reason": reason}
    document = certificate.to_json()
    return {
        "formula": document["formula"],
        "status": "converges_to_infinity" if certificate.expression == "inf" else status,
        "relation": document["relation"],
        "proof": "theorem",
        "certificate": {"steps": document["steps"]},
        "reason": None,
    }


def _prove_lines(lines: Sequence[NumberedLine]) -> list[Object]:
    return [guarded(line, _prove_value) for line in lines]


def _prove_value(value: Any) -> Object:
    return proof_object(formula_of(value))


def _killed(line: NumberedLine, reason: str) -> Object:
    """The object of a line that killed its worker process."""
    return {"error": reason, "line": line[0]}
