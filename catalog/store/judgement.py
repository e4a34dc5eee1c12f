"""What people say of the catalogue: notes, rejected relations, names of clusters; each with who and when."""

from __future__ import annotations

import getpass
import os

import psycopg

from catalog.errors import JudgementError, NotFound


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
    row = connection.execute(
        "insert into note (formula_id, note_text, author) values (%s, %s, %s) returning id",
        [formula_id, _text(text, "the note"), author],
    ).fetchone()
    assert row is not None
    return int(row[0])


def notes_of(connection: psycopg.Connection, formula_id: int) -> list[tuple[str, str, str]]:
    """Return the notes on a formula, oldest first: text, author, time in ISO 8601."""
    query = "select note_text, author, written_at from note where formula_id = %s order by id"
    return [(text, author, at.isoformat()) for text, author, at in connection.execute(query, [formula_id])]


def reject(
    connection: psycopg.Connection, formula_id: int, expression: str | None, reason: str, author: str
) -> list[str]:
    """Reject the relation of a formula with this expression, or its only one; returns what was rejected.

    Raises NotFound where there is none, JudgementError where it has to be said which.
    """
    query = """
        select relation.kind, relation.expression from relation
        where formula_id = %s and not is_rejected(relation) order by relation.id
    """
    found = connection.execute(query, [formula_id]).fetchall()
    wanted = [pair for pair in found if expression in (None, pair[1])]
    if not wanted:
        known = ", ".join(text for _, text in found)
        raise NotFound(f"there is no such relation to reject; its relations are {known}" if known else "it has none")
    if expression is None and len(wanted) > 1:
        raise JudgementError(f"say which of its relations: {', '.join(text for _, text in wanted)}")
    for kind, text in wanted:
        connection.execute(
            "insert into rejection (formula_id, kind, expression, reason, author) values (%s, %s, %s, %s, %s)",
            [formula_id, kind, text, _text(reason, "the reason"), author],
        )
    return [text for _, text in wanted]


def rename_cluster(connection: psycopg.Connection, cluster_id: int, name: str, author: str) -> None:
    """Give a cluster a name; its computed label stays. Raises NotFound."""
    if connection.execute("select 1 from cluster where id = %s", [cluster_id]).fetchone() is None:
        raise NotFound(f"there is no cluster {cluster_id}; list them with `formulary cluster list`")
    connection.execute(
        "insert into cluster_name (cluster_id, given_name, author) values (%s, %s, %s)",
        [cluster_id, _text(name, "the name"), author],
    )


def _text(text: str, what: str) -> str:
    cleaned = text.strip()
    if not cleaned or "\0" in cleaned:
        raise JudgementError(f"{what} is empty or no text")
    return cleaned
