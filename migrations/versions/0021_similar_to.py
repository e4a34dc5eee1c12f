"""The nearest formulas in SQL by pgvector where a server has it; counts in JSON as text."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0021_similar_to.sql").read_text(encoding="utf-8"))
