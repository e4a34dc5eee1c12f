"""Kinds of formulas in a table of their own; a formula of another kind than pcf has a definition instead of a and b."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0007_kinds.sql").read_text(encoding="utf-8"))
