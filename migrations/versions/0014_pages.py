"""What pages read at any size: best relations, summaries, indexes in the orders of lists."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0014_pages.sql").read_text(encoding="utf-8"))
