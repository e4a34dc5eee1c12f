"""Plain types in the views, and faster functions for text and coefficients of polynomials.

There never was a 0005: the number was given and not used.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0004"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    driver.execute((SQL / "0006_plain_types.sql").read_text(encoding="utf-8"))
