"""The command `formulary`, run as its users run it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from unittest.mock import patch

from indexer.cli.main import run
from tests.helpers import PROJECT

SENTENCE = re.compile(r"formulary: [^\n]+[^.\n]\n")
"""What stands on stderr when a command refuses."""


def process(*arguments: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "indexer.cli.main", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        timeout=120,
    )


def formulary(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which is faster, and with warnings as errors."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    with (
        patch.dict(os.environ, {"COLUMNS": "80", "FORMULARY_DEBUG": "1", **environment}),
        patch.object(sys, "stdin", given),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run(list(arguments))
    out.seek(0)
    return subprocess.CompletedProcess(arguments, code, out.read(), err.getvalue())


def json_of(*arguments: str, code: int = 0, quiet: bool = True, **environment: str) -> Any:
    """The object that the command writes with --json, ending with this exit code; stderr is empty where `quiet`."""
    done = formulary(*arguments, "--json", **environment)
    assert done.returncode == code, done.stderr
    assert done.stderr == "" or code or not quiet
    return json.loads(done.stdout)


def refused(*arguments: str, code: int = 2, **environment: str) -> str:
    """The one sentence with which the command refuses."""
    done = formulary(*arguments, **environment)
    assert (done.returncode, done.stdout) == (code, "")
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    return done.stderr
