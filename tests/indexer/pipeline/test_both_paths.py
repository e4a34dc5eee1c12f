"""Kernels and Python give the same rows: texts, statuses, relations equal, figures to 1e-9."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from catalog.formulas.pcf import PCF
from catalog.store.formula_rows import FLOAT_COLUMNS
from indexer.mathematics.continued_fractions import bulk
from indexer.mathematics.equivalence import curvature, solving
from indexer.mathematics.kernels.library import Kernels
from indexer.mathematics.relations import screening
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute_pairs
from indexer.sources.registry import QUADRATIC_5, read_space
from indexer.sources.space import Space, plain

CLOSE = 1e-9
"""Largest difference of two figures, relative above 1."""

SPACES = (
    QUADRATIC_5,
    *(
        read_space(f"compared-{number}", template)
        for number, template in enumerate(
            (
                "a = x n + y; b = z n^2 + u n; x in 1..12, y in -12..12, z in -9..9, u in -9..9",
                "a = x n^2 + y n + z; b = u; x in 1..9, y in -9..9, z in -9..9, u in -40..40",
                "a = x n^3 + y n + z; b = u n^4 + v; x in 1..4, y in -4..4, z in -4..4, u in -4..4, v in -4..4",
            ),
            1,
        )
    ),
)
"""The box; larger coefficients; a constant b; degrees that only the Python path knows."""


def spread(space: Space, blocks: int, ranks: int) -> Iterator[list[PCF]]:
    """Formulas of `blocks` runs of ranks, spread evenly over a space."""
    for first in np.linspace(0, space.size - ranks, blocks).astype(int).tolist():
        items = space.items(first - first % 2, first - first % 2 + ranks)
        yield plain(item for item in items if item is not None)


def assert_same(kernels: Kernels, formulas: list[PCF]) -> None:
    both = []
    for native in (kernels, None):
        with pytest.MonkeyPatch.context() as patch:
            for module in (bulk, screening, curvature, solving):
                patch.setattr(module, "kernels", lambda native=native: native)
            both.append(Batch.of(compute_pairs(formulas)))
    first, second = both
    assert (first.rows.a, first.rows.b, first.rows.keys) == (second.rows.a, second.rows.b, second.rows.keys)
    for name, column in first.rows.columns.items():
        if name in FLOAT_COLUMNS:
            mine, other = (np.array(part.rows.columns[name], dtype=np.float64) for part in both)
            assert np.array_equal(np.isnan(mine), np.isnan(other)), name
            known = ~np.isnan(mine)
            allowed = CLOSE * np.maximum(1, np.abs(other[known]))
            assert (np.abs(mine[known] - other[known]) <= allowed).all(), name
        else:
            assert list(column) == list(second.rows.columns[name]), name
    assert first.findings == second.findings
    assert first.constants == second.constants


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
def test_both_paths_give_the_same_rows(kernels: Kernels, space: Space) -> None:
    for formulas in spread(space, 3, 60):
        assert_same(kernels, formulas)


@pytest.mark.parametrize("text", [(1, -1), (3, -2), (0, 0, 1)])
def test_both_paths_agree_on_a_few_whole_lines(kernels: Kernels, text: tuple[int, ...]) -> None:
    assert_same(kernels, [PCF(text, (c, d)) for c in range(-4, 5) for d in range(1, 4)])


@pytest.mark.slow
@pytest.mark.parametrize(("space", "blocks"), list(zip(SPACES, (430, 60, 60, 5), strict=True)))
def test_both_paths_give_the_same_hundred_thousand_rows(kernels: Kernels, space: Space, blocks: int) -> None:
    count = 0
    for formulas in islice(spread(space, blocks, 200), blocks):
        assert_same(kernels, formulas)
        count += len(formulas)
    assert count > 100 * blocks
