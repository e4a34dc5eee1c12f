"""Which path is taken: kernels that are there, switched off, wanted and lacking, of other sources, or no library."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import FormularyError, KernelsError
from indexer.mathematics.kernels import building, library
from indexer.mathematics.kernels.building import SUFFIX, BuildError, build
from indexer.mathematics.kernels.library import VARIABLE, VARIANTS, load
from tests.helpers.command import formulary


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the library is looked for: nowhere at first."""
    path = tmp_path / f"kernels{SUFFIX}"
    monkeypatch.setattr(library, "LIBRARY", path)
    monkeypatch.delenv(VARIABLE, raising=False)
    library._chosen.cache_clear()
    yield path
    library._chosen.cache_clear()


def test_built_kernels_are_taken_and_named(place: Path, built: Path) -> None:
    shutil.copy(built, place)
    found = library.kernels()
    assert found is not None
    assert VARIANTS[found.variant] in library.path_in_use()
    assert not library.unusable()


def test_without_kernels_python_evaluates(place: Path) -> None:
    assert library.kernels() is None
    assert library.path_in_use() == "Python (no kernels were built)"
    assert not library.unusable()


def test_kernels_can_be_switched_off(place: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(built, place)
    monkeypatch.setenv(VARIABLE, "off")
    assert library.kernels() is None
    assert library.path_in_use() == "Python (FORMULARY_KERNELS is off)"


def test_kernels_that_are_wanted_must_be_there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "on")
    with pytest.raises(KernelsError, match="no kernels were built"):
        library.kernels()


def test_a_wish_that_is_none_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "fast")
    with pytest.raises(FormularyError, match="give one of auto, on, off"):
        library.kernels()


def test_a_library_of_other_sources_is_refused_by_name(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "digest", lambda: "0123456789abcdef")
    found = load(built)
    assert found.kernels is None
    assert f"{built.name} is of version" in str(found.reason)
    assert "0123456789abcdef" in str(found.reason)


def test_what_is_no_library_is_refused_by_name(place: Path) -> None:
    place.write_bytes(b"no library")
    assert library.kernels() is None
    assert f"{place.name} is no library of kernels for this processor" in library.path_in_use()
    assert library.unusable()


def test_a_missing_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BuildError, match="no C compiler was found"):
        build(tmp_path / "kernels")


def test_a_compiler_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(BuildError, match="false failed: exit code 1"):
        build(tmp_path / "kernels")
    assert list(tmp_path.iterdir()) == []


def test_a_compiler_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "compiler"
    compiler.write_text("#!/bin/sh\nexec sleep 60\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.setattr(building, "COMPILE_SECONDS", 0.1)
    with pytest.raises(BuildError, match="timed out"):
        build(tmp_path / "kernels")


def test_the_command_says_which_path_evaluates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    said = formulary("--version")
    assert (said.returncode, said.stdout.rstrip().endswith("Python (FORMULARY_KERNELS is off)")) == (0, True)


def test_the_command_refuses_a_wish_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "fast")
    refused = formulary("evaluate", "PCF(1, 1)")
    assert (refused.returncode, VARIABLE in refused.stderr) == (2, True)
