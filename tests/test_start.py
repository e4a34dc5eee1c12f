"""The set-up script: what it says without work to do, and the routes it takes where tools are missing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "start.py"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module whose environment is in a temporary folder."""
    spec = importlib.util.spec_from_file_location("start", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


def test_it_explains_itself(tmp_path: Path) -> None:
    for arguments, code in ([], 2), (["walk"], 2), (["--help"], 0):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == code
        assert "python3 start.py run" in done.stdout


@pytest.mark.parametrize(
    ("uv", "venv_works", "pip_inside", "expected"),
    [
        (True, True, False, ["uv venv", "uv pip"]),
        (False, True, True, ["-m venv", "-m pip"]),
        (False, False, False, ["-m venv", "-m venv --without-pip", "-m pip --python"]),
    ],
)
def test_it_takes_the_tools_that_are_there(
    start: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    uv: bool,
    venv_works: bool,
    pip_inside: bool,
    expected: list[str],
) -> None:
    ran = []

    def run(command: list[Any], **_: Any) -> SimpleNamespace:
        text = " ".join(map(str, command))
        probe = text.endswith("--version")
        if not probe:
            ran.append(text)
        if probe:
            works = pip_inside or str(start.PYTHON) not in text
        else:
            works = venv_works or not text.endswith(f"-m venv {start.VENV}")
        start.VENV.mkdir(exist_ok=True)
        return SimpleNamespace(returncode=0 if works else 1)

    monkeypatch.setattr(start.subprocess, "run", run)
    monkeypatch.setattr(start.shutil, "which", lambda name: name if uv else None)
    assert start.set_up("[test]") == 0
    assert len(ran) == len(expected)
    assert all(words in text for words, text in zip(expected, ran, strict=True))
    assert ran[-1].endswith("[test]")
    assert (start.VENV / "formulary[test].stamp").exists()


def test_a_failed_installation_is_tried_again(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    start.VENV.mkdir()
    monkeypatch.setattr(start.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=1))
    monkeypatch.setattr(start.shutil, "which", lambda _: "uv")
    assert start.set_up("") == 1
    assert not list(start.VENV.glob("*.stamp"))
