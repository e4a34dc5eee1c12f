"""Matrices of a field as text: polynomials in the names of its axes."""

from __future__ import annotations

from typing import Any

from flint import fmpq_mpoly_ctx

from indexer.sources.matrix_fields.field import Field


def matrix_texts(chosen: Field) -> dict[str, list[list[str]]]:
    """Return the matrix of a step up each axis, row by row, up to a factor."""
    ring = fmpq_mpoly_ctx.get(list(chosen.axes))
    point: tuple[Any, ...] = ring.gens()
    return {axis: _texts(ring, chosen.step(k, point)) for k, axis in enumerate(chosen.axes)}


def _texts(ring: Any, matrix: Any) -> list[list[str]]:
    entries = [x if hasattr(x, "to_dict") else ring.constant(x) for row in matrix for x in row]
    common = next((x for x in entries if x), ring.constant(1))
    for x in entries:
        if x:
            common = common.gcd(x)
    size = len(matrix)
    texts = [str(x / common) if x else "0" for x in entries]
    return [texts[i * size : (i + 1) * size] for i in range(size)]
