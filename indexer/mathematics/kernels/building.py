"""Building the kernels with the machine's C compiler: by the package's build hook, or by hand in a copy of the sources.

Only the standard library is needed, and no module of this project: the build hook reads this file alone.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

SOURCES = FOLDER / "source"
"""The C sources."""

SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")

LIBRARY = FOLDER / f"formulary_kernels{SUFFIX}"
"""The library, beside the package's modules."""

COMPILERS = ("cc", "gcc", "clang")
"""Compilers that are looked for, in this order, where the variable CC names none."""

FLAGS = ("-std=gnu99", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno")
"""How they are compiled: contracted operations would round otherwise than numpy does."""

COMPILE_SECONDS = 120
"""Seconds after which a compiler is given up."""

KEPT_LINES = 8
"""Lines of a compiler's complaint that are shown."""


class BuildError(Exception):
    """The kernels could not be built, for the reason given."""


def digest() -> str:
    """Return what names the version of the sources: the first 16 hexadecimal digits of their SHA-256."""
    total = hashlib.sha256()
    for path in sorted(SOURCES.iterdir()):
        if path.suffix in {".c", ".h"}:
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def compiler() -> list[str]:
    """Return the command of the C compiler; BuildError where there is none."""
    named = shlex.split(os.environ.get("CC", ""))
    for command in [named] if named else [[name] for name in COMPILERS]:
        if shutil.which(command[0]):
            return command
    raise BuildError(f"no C compiler was found ({' '.join(named) or ', '.join(COMPILERS)})")


def build(target: Path = LIBRARY) -> Path:
    """Compile the kernels into `target`, replaced at once; raises BuildError with what the compiler says."""
    command = compiler()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".kernels-") as folder:
        made = Path(folder) / target.name
        files = [str(path) for path in sorted(SOURCES.glob("*.c"))]
        arguments = [*command, *FLAGS, f'-DKERNEL_VERSION="{digest()}"', "-o", str(made), *files, "-lm"]
        try:
            ran = subprocess.run(arguments, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BuildError(f"{command[0]}: {error}") from error
        if ran.returncode != 0 or not made.exists():
            lines = (ran.stderr or ran.stdout).strip().splitlines()[:KEPT_LINES]
            raise BuildError(f"{command[0]} failed: " + "\n".join(lines or [f"exit code {ran.returncode}"]))
        made.replace(target)
    return target


def platform_tag() -> str:
    """Return the platform that a wheel with the library is for, as wheels name it."""
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
