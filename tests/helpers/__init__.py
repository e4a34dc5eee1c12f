"""What tests share: the command, the contract, catalogues and daemons to test against, rows of the reference."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
DATA = PROJECT / "tests" / "data"
DOCS = PROJECT / "docs"
