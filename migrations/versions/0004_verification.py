"""Relations whose last verification failed; and notifications to daemons when spaces or formulas come."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0004_verification.sql").read_text(encoding="utf-8"))
