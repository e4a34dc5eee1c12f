"""The page of the tables and views, docs/tables.md, from the models and a database: `python -m catalog.schema.page`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from catalog.schema import fields as tables_fields
from catalog.schema import interlaced as tables_interlaced
from catalog.schema import judgement as tables_judgement
from catalog.schema import work as tables_work
from catalog.schema.columns import metadata

FILE = Path(__file__).parents[2] / "docs" / "tables.md"

GROUPS = {
    "Formulas and what was found": (
        *(
            "formula_kind",
            "formula",
            "canonical_pending",
            "formula_vector",
            "source",
            "constant",
            "relation",
            "relation_term",
            "best_relation",
            "listing",
        ),
        *("guess", "exclusion", "verification_failure"),
    ),
    "Structure": ("equivalence", "clustering", "cluster", "cluster_member", "cluster_event", "pattern", "summary"),
    "Matrix fields": (tables_fields.field.name, "field_constant", "trajectory", "representation", "recurrence_limit"),
    "Interlaced fractions": (tables_interlaced.interlaced.name,),
    "Judgement of people": (tables_judgement.note.name, tables_judgement.rejection.name, "cluster_name"),
    "The indexer's work": ("catalogue", tables_work.space.name, "chunk", "run", "index_snapshot"),
}
"""Tables by what they are about; a table that is in no group stands with the last."""

VIEWS = """
    select relname, obj_description(pg_class.oid), attname, format_type(atttypid, atttypmod),
        col_description(pg_class.oid, attnum)
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0
    where relnamespace = 'public'::regnamespace and relkind = 'v'
    order by relname, attnum
"""

HEAD = """# Tables and views

Made from the models and a database by `python -m catalog.schema.page`; a test holds them equal. `\\d+` in psql says
the same. Analysts start with the [views](#views); [the data model](database.md) explains.
"""


def page(connection: psycopg.Connection) -> str:
    """Return the page, with the views of a database of this version."""
    return "\n".join([HEAD, *_views(connection), "## Tables\n", *_tables()])


def groups() -> dict[str, list[Table]]:
    """Return all tables by group."""
    named = {name for names in GROUPS.values() for name in names}
    found = {title: [metadata.tables[name] for name in names] for title, names in GROUPS.items()}
    found[list(GROUPS)[-1]] += [table for name, table in metadata.tables.items() if name not in named]
    return found


def diagram(tables: list[Table]) -> str:
    """Return the keys of tables, and what refers to what, as an entity-relationship diagram for Mermaid."""
    lines = ["erDiagram"]
    for table in tables:
        keys = [column for column in table.columns if column.primary_key or column.foreign_keys]
        lines += [f"    {table.name} {{", *(f"        {_type(column)} {column.name}{_role(column)}" for column in keys)]
        lines.append("    }")
    for table in tables:
        for column in table.columns:
            for key in column.foreign_keys:
                one = "o|" if column.nullable else "||"
                many = "o|" if column.primary_key and len(table.primary_key.columns) == 1 else "o{"
                lines.append(f"    {key.column.table.name} {one}--{many} {table.name} : {column.name}")
    return "\n".join(lines)


def _type(column: Column[object]) -> str:
    return column.type.compile(postgresql.dialect()).lower().replace(" ", "_")  # type: ignore[no-untyped-call]


def _role(column: Column[object]) -> str:
    roles = [name for name, holds in (("PK", column.primary_key), ("FK", column.foreign_keys)) if holds]
    return " " + ", ".join(roles) if roles else ""


def _tables() -> Iterator[str]:
    for title, tables in groups().items():
        yield f"### {title}\n\n```mermaid\n{diagram(tables)}\n```\n"
        for table in tables:
            yield f"#### {table.name}\n\n{_cell(table.comment)}\n"
            yield "| column | type | may be NULL | meaning |\n|---|---|---|---|"
            for column in table.columns:
                kind = _type(column).replace("_", " ")
                yield f"| `{column.name}` | {kind} | {'yes' if column.nullable else ''} | {_cell(column.comment)} |"
            yield ""


def _views(connection: psycopg.Connection) -> Iterator[str]:
    yield "## Views"
    last = None
    for view, comment, column, kind, meaning in connection.execute(VIEWS):
        if view != last:
            yield f"\n### {view}\n\n{_cell(comment)}\n\n| column | type | meaning |\n|---|---|---|"
            last = view
        yield f"| `{column}` | {kind} | {_cell(meaning)} |"
    yield ""


def _cell(text: str | None) -> str:
    """Return the text that may stand in a table of Markdown."""
    return (text or "").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


if __name__ == "__main__":
    from catalog.database.opening import open_database

    with tempfile.TemporaryDirectory() as home, open_database(home=home, create=True) as database:
        database.upgrade()
        with database.connect() as opened:
            FILE.write_text(page(opened), encoding="utf-8")
    sys.stdout.write(f"{FILE} written\n")
