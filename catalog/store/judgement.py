"""What people say of the catalogue: notes, rejected relations, names of clusters; each with who and when."""

from __future__ import annotations

import getpass
import os

import psycopg

from catalog.database.blocks import Blocks
from catalog.errors import JudgementError, NotFound
from catalog.store.rows import change, rows, value

SQL = Blocks(__file__)


def author_of(given: str | None) -> str:
    """Return the name of who speaks: as it is given, or else the user of this machine."""
    if given is not None and given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def add_note(connection: psycopg.Connection, formula_id: int, text: str, author: str) -> int:
    """Write a note on a formula; returns its number. Raises JudgementError for an empty one."""
    cleaned = _text(text, "the note")
    return int(value(connection, SQL["add_note"], formula_id=formula_id, text=cleaned, author=author))


def notes_of(connection: psycopg.Connection, formula_id: int) -> list[tuple[str, str, str]]:
    """Return the notes on a formula, oldest first: text, author, time in ISO 8601."""
    found = rows(connection, SQL["notes_of"], formula_id=formula_id)
    return [(row["note_text"], row["author"], row["written_at"].isoformat()) for row in found]


def reject(
    connection: psycopg.Connection, formula_id: int, expression: str | None, reason: str, author: str
) -> list[str]:
    """Reject the relation of a formula with this expression, or its only one; returns what was rejected.

    Raises NotFound where there is none, JudgementError where it has to be said which.
    """
    found = [
        (row["kind"], row["expression"]) for row in rows(connection, SQL["standing_relations"], formula_id=formula_id)
    ]
    wanted = [pair for pair in found if expression in (None, pair[1])]
    if not wanted:
        known = ", ".join(text for _, text in found)
        raise NotFound(f"there is no such relation to reject; its relations are {known}" if known else "it has none")
    if expression is None and len(wanted) > 1:
        raise JudgementError(f"say which of its relations: {', '.join(text for _, text in wanted)}")
    with connection.transaction():
        for kind, text in wanted:
            change(
                connection,
                SQL["reject"],
                formula_id=formula_id,
                kind=kind,
                expression=text,
                reason=_text(reason, "the reason"),
                author=author,
            )
    return [text for _, text in wanted]


def rename_cluster(connection: psycopg.Connection, cluster_id: int, name: str, author: str) -> None:
    """Give a cluster a name; its computed label stays. Raises NotFound."""
    if value(connection, b"select id from cluster where id = %(id)s", id=cluster_id) is None:
        raise NotFound(f"there is no cluster {cluster_id}; list them with `formulary cluster list`")
    cleaned = _text(name, "the name")
    change(connection, SQL["rename_cluster"], cluster_id=cluster_id, name=cleaned, author=author)


def _text(text: str, what: str) -> str:
    cleaned = text.strip()
    if not cleaned or "\0" in cleaned:
        raise JudgementError(f"{what} is empty or no text")
    return cleaned
