"""Checks of the steps that speak of hypergeometric functions: standard library only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from indexer.mathematics.proofs.arithmetic import Matrix

CHECKS_OF_FUNCTIONS: dict[str, tuple[Callable[[Any], Matrix], set[str]]] = {}
"""Each kind of step: the function that derives its map, and its keys beside step, first, second and map."""
