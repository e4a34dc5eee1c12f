"""Batches: cut and joined again, their anchors, their vectors."""

from __future__ import annotations

import numpy as np

from catalog.formulas.pcf import parse_formula
from indexer.daemon.task import Task, units_of
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.sources.registry import QUADRATIC_5


def test_parts_of_a_batch_joined_are_the_batch() -> None:
    (whole,) = Task(QUADRATIC_5.name, QUADRATIC_5.template, None, budget=3)(units_of(18290, 18314))
    assert whole.findings.relations and whole.findings.guesses and whole.findings.exclusions
    joined = Batch.joined([whole.part(0, 5), whole.part(5, 6), whole.part(6, len(whole))])
    assert joined.findings == whole.findings
    assert joined.constants == whole.constants
    for name in ("a", "b", "keys", "canonical_keys", "columns"):
        assert getattr(joined.rows, name) == getattr(whole.rows, name)
    assert np.array_equal(joined.rows.vectors, whole.rows.vectors, equal_nan=True)  # type: ignore[arg-type]


def test_anchors_of_a_batch_are_its_named_formulas() -> None:
    (batch,) = Task(QUADRATIC_5.name, QUADRATIC_5.template, None, budget=0)(units_of(18294, 18298))
    anchor = next(batch.anchors())
    assert (str(anchor.formula), anchor.constant, anchor.row) == ("PCF(2n + 1, n^2)", "pi", 0)
    assert np.array_equal(anchor.vector, neighbour_vector(anchor.formula))


def test_only_convergent_formulas_have_vectors() -> None:
    texts = ("PCF(1, 1)", "PCF(1, -1)", "PCF(n, 1-n)", "PCF(2n-4, 2n-1)")
    vectors = Batch.of([compute(parse_formula(text)) for text in texts]).rows.vectors
    assert vectors is not None
    assert np.isfinite(vectors).all(axis=1).tolist() == [True, False, False, False]
    assert np.isnan(vectors[1:]).all()
