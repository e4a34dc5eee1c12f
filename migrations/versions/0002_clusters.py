"""Clusters to read, and infinite families (patterns) to keep.

Migrations go one way: back is by a dump made before.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0002_clusters.sql").read_text(encoding="utf-8"))
