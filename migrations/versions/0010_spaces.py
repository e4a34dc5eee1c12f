"""Spaces can be paused, the views say what is identified, and comments say how one formula is found."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0010_spaces.sql").read_text(encoding="utf-8"))
