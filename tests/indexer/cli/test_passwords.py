"""A password given by --database-url is not in the process' title, and not in what is said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.cli.passwords import without_url


@pytest.mark.parametrize(
    "form", [["--database-url", "postgresql://u:verysecret@{}/x"], ["--database-url=host={0} password=verysecret"]]
)
def test_a_password_is_in_no_title_and_no_message(form: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        if form[0].startswith("--database-url="):
            host = host.replace(":", " port=")
        process = subprocess.Popen(
            [sys.executable, "-m", "indexer.cli.main", "run", *(word.format(host) for word in form)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        silent.settimeout(60)
        accepted, _ = silent.accept()
        title = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        accepted.close()
    said, _ = process.communicate(timeout=60)
    assert b"indexer.cli.main" in title
    assert b"verysecret" not in title
    assert process.returncode == 3
    assert "cannot reach the database" in said
    assert "verysecret" not in said


def test_only_the_option_is_taken_out() -> None:
    assert without_url(["f", "run", "--database-url", "x", "--once"]) == (["f", "run", "--once"], "x")
    assert without_url(["f", "--database-url=x"]) == (["f"], "x")
    assert without_url(["f", "show", "1"]) == (["f", "show", "1"], None)
