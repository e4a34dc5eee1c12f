"""Linear recurrences of order 3 and more as formulas of their own kind, which have their limits."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0023_recurrences.sql").read_text(encoding="utf-8"))
