"""Claims of imported files that nobody has evaluated: a kind of bound, and the weakest proof."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0011_imported.sql").read_text(encoding="utf-8"))
