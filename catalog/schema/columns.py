"""What the tables are made of: the metadata with its names of constraints, and the columns that many tables have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, MetaData, text
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


class XID8(UserDefinedType[int]):
    """Postgres' 64-bit transaction number, which does not wrap around."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "xid8"


def one_of(column: str, values: tuple[str, ...], *, null: bool = False) -> CheckConstraint:
    """Return a CHECK that holds a text column to `values`; it is named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    condition = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {condition}" if null else condition, name=column)


def identity() -> Column[int]:
    """Return the surrogate key that a table begins with."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Number of the row")


def moment(name: str, comment: str, *, now: bool = False, **options: Any) -> Column[Any]:
    """Return a point in time; with `now` it is NOT NULL and set by the database's clock."""
    if now:
        options |= {"server_default": text("now()"), "nullable": False}
    return Column(name, DateTime(timezone=True), comment=f"{comment} (UTC)", **options)


def refers(name: str, target: str, comment: str, *, on_delete: str | None = None, **options: Any) -> Column[Any]:
    """Return a reference to another table's row."""
    return Column(name, BigInteger, ForeignKey(target, ondelete=on_delete), comment=comment, **options)
