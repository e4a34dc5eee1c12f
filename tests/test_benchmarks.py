"""The benchmarks are programs that nobody runs by chance: each of them still finds what it measures."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.helpers import PROJECT

PROGRAMS = sorted(file.stem for file in (PROJECT / "benchmarks").glob("[!_]*.py"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_benchmark_can_be_imported(name: str) -> None:
    assert import_module(f"benchmarks.{name}").__doc__
