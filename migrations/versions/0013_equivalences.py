"""Classes of equivalent formulas, each member with the proof that it is one; views of them."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0013_equivalences.sql").read_text(encoding="utf-8"))
