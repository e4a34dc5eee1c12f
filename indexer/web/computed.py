"""What the processes of `computing` compute: functions of one item, which is sent to them."""

from __future__ import annotations

import json
from typing import Any

from catalog.constants import library as constants
from catalog.constants.library import Constant
from catalog.formulas.notations import Reading
from catalog.formulas.pcf import PCF
from catalog.store.fields import Path
from catalog.version import __version__
from indexer.contract.lines import evaluate_formula, identify_value
from indexer.contract.proofs import certificate_object
from indexer.contract.written import written_object
from indexer.mathematics.proofs.argument import argument
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.proving import prove
from indexer.pages.figures import convergence_figure
from indexer.pictures.style import themed_svg
from indexer.sources.matrix_fields.constants import certificate_through

DIGITS = 110
"""Digits of a formula that is evaluated for a page."""


def warm(nothing: None) -> None:
    """Read the library and prove one theorem: what the first computation would wait for."""
    constants.library()
    prove(PCF((1, 2), (0, 0, 1)))


def evaluated(formula: PCF) -> dict[str, Any]:
    """The object of a formula that is not in the catalogue."""
    return evaluate_formula(formula, DIGITS)


def identified(asked: tuple[str, tuple[Constant, ...]]) -> dict[str, Any]:
    """The object of a typed number, sought among the library and further constants."""
    return identify_value(*asked)


def written(reading: Reading) -> dict[str, Any]:
    """The value that was written, of which the formula's limit is a Moebius map."""
    return written_object(evaluate_formula(reading.formula, DIGITS), reading)


def proved(asked: tuple[PCF, tuple[Path, ...]]) -> dict[str, Any]:
    """The object of `prove`, with `sentences`: the proof in English, mathematics in LaTeX between dollars.

    A formula is given with trajectories that it represents, one of which may prove it.
    """
    formula, paths = asked
    certificate = prove(formula) or certificate_through(formula, paths)
    if certificate is not None:
        check(json.loads(json.dumps(certificate.to_json())))  # a theorem is what the checker accepts
    sentences = [] if certificate is None else argument(certificate, latex=True)
    return certificate_object(formula, certificate) | {"sentences": sentences}


def pictured(formula: PCF) -> str:
    """The convergence of a formula as an SVG file; raises FormularyError where it diverges."""
    return themed_svg(convergence_figure(formula), f"Convergence of {formula}, formulary {__version__}")
