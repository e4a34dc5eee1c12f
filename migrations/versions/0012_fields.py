"""Matrix fields, their trajectories, and the formulas that these represent; the view of them."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0012_fields.sql").read_text(encoding="utf-8"))
