"""Readers that are at it too long, ended by the owner: a login that can only read may switch its own time limit off."""

from __future__ import annotations

import psycopg

LONGEST_READ = 3600.0
"""Seconds that a reader may take for a statement, or leave a transaction open; an export of millions takes minutes."""

_LONG = """
select count(pg_terminate_backend(pid))
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
    and has_table_privilege(usesysid, 'formula', 'select') and not has_table_privilege(usesysid, 'formula', 'insert')
    and (
        (state = 'active' and now() - query_start > make_interval(secs => %(seconds)s))
        or (state like 'idle in transaction%%' and now() - state_change > make_interval(secs => %(seconds)s))
    )
"""


def end_long_readers(connection: psycopg.Connection, seconds: float = LONGEST_READ) -> int:
    """End the sessions of readers that take longer for a statement, or are idle so long within a transaction.

    Returns how many; 0 too where the owner has no right to end them, as on a given server whose reader it did not make.
    """
    try:
        with connection.transaction():
            row = connection.execute(_LONG.encode(), {"seconds": seconds}).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return 0
    return int(row[0]) if row else 0
