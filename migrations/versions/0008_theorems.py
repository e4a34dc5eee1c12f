"""Theorems: the strongest proof, an outcome for closed forms without a shorter name, and views that know both."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0008_theorems.sql").read_text(encoding="utf-8"))
