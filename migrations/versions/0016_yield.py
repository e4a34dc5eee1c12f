"""Chunks count the formulas that they named, so that spaces can be compared by what they give."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0016_yield.sql").read_text(encoding="utf-8"))
