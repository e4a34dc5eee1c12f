"""Interlaced continued fractions, which formulas are the contractions of."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0018_interlaced.sql").read_text(encoding="utf-8"))
