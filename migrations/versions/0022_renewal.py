"""The catalogue knows to which schema its relations are renewed, so that a renewal that was ended is gone on with."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0021"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0022_renewal.sql").read_text(encoding="utf-8"))
