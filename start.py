#!/usr/bin/env python3
"""Set up Formulary in this folder and run it; needs Python 3.11 or newer, with pip or uv, and nothing else.

    python3 start.py run     set up, make the catalogue, index a first slice (about two minutes), show what was found
    python3 start.py test    set up with the tools for testing, run the tests

Both can be repeated: what is done already is not done again. Further arguments of `test` go to pytest.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
VENV = PROJECT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"

EXTRAS = "[clusters,pandas,parquet,web]"
"""What the examples of the documentation use beyond the core."""

KERNELS = "indexer/mathematics/kernels/source"
"""The C sources, which the installation compiles where there is a compiler."""

FIRST_SLICE = 20_000
"""Ranks of each space that `run` indexes: about two minutes on two cores."""

EXAMPLES = """
select formula, expression as "limit", digits_verified as digits, proof
from (
    select distinct on (identified.constant) identified.*, likelihood
    from identified join constant on constant.name = identified.constant
    where likelihood <= 300 and length(formula) <= 24 and length(identified.expression) <= 24
    order by identified.constant, length(formula), length(identified.expression), identified.id
) as simplest
order by likelihood
limit 16
"""
"""The simplest formula of each of the likeliest constants."""


def main(arguments):
    """Do what the first argument says; returns the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  the one module that an older Python may run
        return refuse(f"Formulary needs Python 3.11 or newer, and this is {sys.version.split()[0]}")
    if os.name == "nt":
        return refuse("Formulary runs on Linux and macOS; on Windows use it in WSL")
    if arguments[:1] == ["run"] and len(arguments) == 1:
        return set_up(EXTRAS) or run()
    if arguments[:1] == ["test"]:
        return set_up("[test]") or call(PYTHON, "-m", "pytest", *arguments[1:], cwd=PROJECT)
    print(__doc__.strip())
    return 0 if arguments in (["-h"], ["--help"]) else 2


def run():
    """Make the catalogue, index the first slice, show what was found and what to try next."""
    command = BIN / "formulary"
    code = (
        call(command, "init")
        or call(command, "run", "--once", "--limit", str(FIRST_SLICE))
        or call(command, "sql", EXAMPLES)
    )
    if code == 0:
        shown = shlex.quote(os.path.relpath(command) if command.is_relative_to(Path.cwd()) else str(command))
        print("\nTry next:")
        print(f'  {shown} show "PCF(2n+1, n^2)"')
        print(f"  {shown} identify 1.2732395447351626861510701069801148")
        print(f"  {shown} run        # index on; stop with Ctrl-C, go on at any time")
    return code


def set_up(extra):
    """Make .venv and install the project and what it needs there, unless that is done."""
    stamp, wanted = VENV / f"formulary{extra}.stamp", fingerprint()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    say(f"installing into {VENV} (once)")
    code = make_venv() or install(extra)
    if code == 0:
        stamp.write_text(wanted)
    return code


def fingerprint():
    """What an installation depends on: this folder, this Python, the declared dependencies, and what is compiled."""
    parts = [str(PROJECT).encode(), sys.version.encode(), (PROJECT / "pyproject.toml").read_bytes()]
    parts += [path.read_bytes() for path in sorted((PROJECT / KERNELS).glob("*.[ch]"))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv():
    """Make the environment, without pip where the system's venv cannot bring it."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return 0
    shutil.rmtree(VENV, ignore_errors=True)
    if shutil.which("uv"):
        return call("uv", "venv", "--quiet", "--python", sys.executable, VENV)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False, capture_output=True)
    if made.returncode == 0:
        return 0
    shutil.rmtree(VENV, ignore_errors=True)
    return call(sys.executable, "-m", "venv", "--without-pip", VENV)


def install(extra):
    """Install the project, editable, by uv, the environment's pip, or the system's pip."""
    project = f"{PROJECT}{extra}"
    if shutil.which("uv"):
        return call("uv", "pip", "install", "--quiet", "--python", PYTHON, "-e", project)
    options = ["install", "--quiet", "--disable-pip-version-check", "-e", project]
    if quietly(PYTHON, "-m", "pip", "--version"):
        return call(PYTHON, "-m", "pip", *options)
    if quietly(sys.executable, "-m", "pip", "--version"):
        return call(sys.executable, "-m", "pip", "--python", PYTHON, *options)
    return refuse("neither pip nor uv is there; install one of them (Debian: apt install python3-pip)")


def quietly(*command):
    """Whether a command succeeds; its output is dropped."""
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def call(*command, cwd=None):
    """Run a command in the foreground; returns its exit code."""
    try:
        return subprocess.run([str(part) for part in command], check=False, cwd=cwd).returncode
    except KeyboardInterrupt:
        return 130


def say(text):
    """Tell the user what goes on, beside the results."""
    print(f"start.py: {text}", file=sys.stderr, flush=True)


def refuse(text):
    """Say why nothing can be done; returns the exit code of bad input."""
    say(text)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
