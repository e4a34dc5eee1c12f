"""The reference of the command line, docs/reference.md, from the help: `python -m indexer.cli.reference`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

WIDTH = 80
"""Columns of the help in the reference."""

HEAD = """# The command line

Made from the help of each command by `python -m indexer.cli.reference`; a test holds the two equal.
"""

FILE = Path(__file__).parents[2] / "docs" / "reference.md"


def reference() -> str:
    """The page."""
    os.environ["COLUMNS"] = str(WIDTH)
    return "\n".join([HEAD, *(f"## {name}\n\n```text\n{text}\n```\n" for name, text in helps())])


def helps() -> Iterator[tuple[str, str]]:
    """Each command's name in full, and its help."""
    from indexer.cli.main import formulary

    yield from _of(formulary, None, "formulary")


def _of(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    settings: dict[str, Any] = {"terminal_width": WIDTH, **command.context_settings}
    context = command.context_class(command, parent=parent, info_name=name.split()[-1], **settings)
    yield name, command.get_help(context)
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            found = command.get_command(context, part)
            assert found is not None
            yield from _of(found, context, f"{name} {part}")


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{FILE} written\n")
