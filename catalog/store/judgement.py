"""What people say of the catalogue: notes, rejected relations, names of clusters; each with who and when."""

from __future__ import annotations

import getpass
import os

import psycopg

from catalog.database.blocks import Blocks
from catalog.errors import JudgementError, NotFound
from catalog.store.rows import Row, change, rows, value

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


def remove_note(connection: psycopg.Connection, formula_id: int, note_id: int) -> None:
    """Take a note on a formula back. Raises NotFound where the formula has none of this number."""
    if not change(connection, SQL["remove_note"], formula_id=formula_id, note_id=note_id):
        known = ", ".join(str(row["id"]) for row in notes_of(connection, formula_id))
        raise NotFound(f"the formula has no note {note_id}" + (f"; its notes are {known}" if known else ""))


def notes_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return the notes on a formula, oldest first: id, note_text, author, written_at."""
    return rows(connection, SQL["notes_of"], formula_id=formula_id)


def reject(
    connection: psycopg.Connection, formula_id: int, expression: str | None, reason: str, author: str
) -> list[str]:
    """Reject the relation of a formula with this expression, or its only one; returns what was rejected.

    Raises NotFound where there is none, JudgementError where it has to be said which.
    """
    wanted = _wanted(rows(connection, SQL["standing_relations"], formula_id=formula_id), expression, "to reject")
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


def restore(connection: psycopg.Connection, formula_id: int, expression: str | None) -> list[str]:
    """Let a rejected relation of a formula stand again, the one with this expression or the only one.

    Returns what was restored. Raises NotFound and JudgementError as `reject`.
    """
    found = rows(connection, SQL["rejected_relations"], formula_id=formula_id)
    wanted = _wanted(found, expression, "that was rejected")
    with connection.transaction():
        for kind, text in wanted:
            change(connection, SQL["restore_relation"], formula_id=formula_id, kind=kind, expression=text)
    return [text for _, text in wanted]


def _wanted(found: list[Row], expression: str | None, what: str) -> list[tuple[str, str]]:
    """Return kind and expression of those that are meant; raises where none is, or where it has to be said which."""
    known = ", ".join(row["expression"] for row in found)
    wanted = [(row["kind"], row["expression"]) for row in found if expression in (None, row["expression"])]
    if not wanted:
        raise NotFound(f"there is no such relation {what}; " + (f"there are {known}" if known else "it has none"))
    if expression is None and len(wanted) > 1:
        raise JudgementError(f"say which of its relations: {known}")
    return wanted


def rename_cluster(connection: psycopg.Connection, cluster_id: int, name: str, author: str) -> None:
    """Give a cluster a name; its computed label stays. Raises NotFound."""
    _require_cluster(connection, cluster_id)
    cleaned = _text(name, "the name")
    change(connection, SQL["rename_cluster"], cluster_id=cluster_id, name=cleaned, author=author)


def forget_name(connection: psycopg.Connection, cluster_id: int) -> str | None:
    """Take back the last name that somebody gave to a cluster; returns what it is called now.

    Raises NotFound where the cluster is not there, or nobody gave it a name.
    """
    _require_cluster(connection, cluster_id)
    if not change(connection, SQL["forget_last_name"], cluster_id=cluster_id):
        raise NotFound(f"nobody has given the cluster {cluster_id} a name")
    name = value(connection, SQL["cluster_name"], cluster_id=cluster_id)
    return None if name is None else str(name)


def _require_cluster(connection: psycopg.Connection, cluster_id: int) -> None:
    if value(connection, b"select id from cluster where id = %(id)s", id=cluster_id) is None:
        raise NotFound(f"there is no cluster {cluster_id}; list them with `formulary cluster list`")


def _text(text: str, what: str) -> str:
    cleaned = text.strip()
    if not cleaned or "\0" in cleaned:
        raise JudgementError(f"{what} is empty or no text")
    return cleaned
