"""A run says by which path it evaluated: native kernels, or Python and why."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0009_evaluation_path.sql").read_text(encoding="utf-8"))
