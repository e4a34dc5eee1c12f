"""How alembic reaches the database: `Database.upgrade` hands it a connection; developers use alembic.ini."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import catalog.schema.fields
import catalog.schema.interlaced
import catalog.schema.judgement  # noqa: F401
from catalog.database.opening import open_database
from catalog.schema.columns import metadata


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with open_database(create=True) as database, database.engine.begin() as connection:
        migrate(connection)
