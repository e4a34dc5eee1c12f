"""What those who query need: complexity as a column with its index, human judgement, look-up, neighbours, families."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0003_queries.sql").read_text(encoding="utf-8"))
