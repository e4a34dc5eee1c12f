"""Tables as the documentation has them, printed line by line as they are measured."""

from __future__ import annotations


def heading(*columns: str) -> None:
    """Print the heads of the columns."""
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|", flush=True)


def line(*columns: str) -> None:
    """Print a line of the table."""
    print(f"| {' | '.join(columns)} |", flush=True)
