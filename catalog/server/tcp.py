"""The embedded server on a port of this machine alone, for programs that need a host and a port; passwords by SCRAM.

Port and passwords stand in `server.tcp` in the home folder, readable by this user only, and stay the same from start to
start where the port is still free. `catalog.server.sessions` decides when the server listens.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from catalog.server.home import READER
from catalog.server.programs import ADMIN, DATABASE, OWNER, PORT, ServerFiles

HOST = "127.0.0.1"
"""The only address on which the embedded server ever listens."""

PASSWORD_BYTES = 24
"""Random bytes of a password."""

RULES = f"""# Made by formulary: who may come in by the socket, which is private, and by the port, with a password.
local all all trust
host {DATABASE} {READER},{OWNER} {HOST}/32 scram-sha-256
"""


@dataclass
class Listening:
    """The port, and the passwords of the roles that may come in by it."""

    port: int
    passwords: dict[str, str] = field(default_factory=dict)


def wanted(files: ServerFiles) -> bool:
    """Return whether the server is kept up to listen on a port."""
    with suppress(OSError):
        return files.file("pinned").read_text() == "tcp"
    return False


def listens(files: ServerFiles) -> bool:
    """Return whether a server that answers listens on a port."""
    return files.port != PORT


def settings(files: ServerFiles) -> dict[str, str]:
    """Return the settings that a server gets which is to listen, none for another; writes who may come in."""
    found = _read(files) if wanted(files) else None
    if found is None:
        return {}
    _write(files.file("hba"), RULES)
    return {"port": str(found.port), "listen_addresses": HOST, "hba_file": str(files.file("hba"))}


def choose_port(files: ServerFiles) -> None:
    """Settle a port for the next start: the one before where it is free, else any that is."""
    found = _read(files) or Listening(0)
    found.port = _free_port(found.port)
    _store(files, found)


def admit(files: ServerFiles, user: str) -> str:
    """Let a role of the server that listens come in by its password, made where it has none; returns the address."""
    found = _read(files) or Listening(files.port)
    password = found.passwords.setdefault(user, secrets.token_urlsafe(PASSWORD_BYTES))
    _store(files, found)
    statement = sql.SQL("alter role {} password {}").format(sql.Identifier(user), sql.Literal(password))
    with psycopg.connect(files.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(statement)
    return f"postgresql://{user}:{password}@{HOST}:{files.port}/{DATABASE}"


def _free_port(before: int) -> int:
    for port in (before, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise OSError("this machine has no free port")


def _read(files: ServerFiles) -> Listening | None:
    with suppress(OSError, ValueError, TypeError):
        return Listening(**json.loads(files.file("tcp").read_text()))
    return None


def _store(files: ServerFiles, listening: Listening) -> None:
    _write(files.file("tcp"), json.dumps(vars(listening)))


def _write(path: Path, text: str) -> None:
    """Write a file that only this user can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
