"""The catalogue: facts, the indexer's work, and the views for analysts.

Migrations go one way: back is by a dump made before.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    for name in ("0001_tables.sql", "0001_views.sql"):
        driver.execute((SQL / name).read_text(encoding="utf-8"))
    driver.execute("insert into catalogue (epoch) values (catalogue_epoch())")
