"""The catalogue's database: on the embedded server or a given one, its schema version, and its read-only reader.

`open_database` is the way in. Hot paths take psycopg connections (`Database.connect`), the rest may use the
SQLAlchemy `Database.engine` over the same connections. What is in it is `catalog.schema`; who reads and writes it is
`catalog.store`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catalog.errors import ServerError, VersionMismatch
from catalog.server.home import READER, READER_TEMPORARY, default_home, has_data
from catalog.vocabulary import FORMULA_KINDS

if TYPE_CHECKING:
    from sqlalchemy import Connection as EngineConnection
    from sqlalchemy import Engine

SCHEMA_VERSION = "0024"
"""The migration that this program is made for: the last in migrations/versions."""
READER_TIMEOUT = 60_000
"""Longest statement of the reader, in milliseconds."""
CONNECT_TIMEOUT = 10
"""Seconds to wait for a given server, unless its url says otherwise."""
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds and times after which a server that fell silent counts as gone, unless its url says otherwise."""
SECRETS = ("password", "passfile")
"""Parts of an owner's address that are not the reader's."""
UPGRADE_LOCK = 0x666F726D
"""Advisory lock that two upgrades at once wait for."""


@contextmanager
def open_database(
    url: str | None = None, home: Path | str | None = None, *, reader_url: str | None = None, create: bool = False
) -> Iterator[Database]:
    """The catalogue at `url` (by default FORMULARY_DATABASE_URL), or on the embedded server of `home`.

    A given server is used as it is; the reader logs in there by `reader_url` (FORMULARY_READER_URL) or as
    `formulary_reader` with the password of ~/.pgpass. A home where no embedded server has ever been is refused with
    VersionMismatch, and nothing is started, unless `create` is given. Raises ServerError where the database does not
    answer, also for a connection that breaks inside the block. The schema is not looked at: call `require_current` or
    `upgrade`.
    """
    url = url or os.environ.get("FORMULARY_DATABASE_URL")
    if url:
        with _using(Database(url, reader_url or os.environ.get("FORMULARY_READER_URL"))) as database:
            database.connect().close()
            yield database
        return
    if not create:
        require_data(home)
    from catalog.server import sessions as server  # noqa: PLC0415  not on platforms without an embedded server

    def revive() -> None:
        server.revive(home)

    with server.session(home) as embedded, _using(Database(embedded, revive=revive)) as database:
        yield database


def require_data(home: Path | str | None) -> None:
    """Raise VersionMismatch where no embedded server has ever been made in `home`; starts and makes nothing."""
    if not has_data(home):
        where = Path(home).expanduser() if home is not None else default_home()
        raise VersionMismatch(f"there is no catalogue in {where} yet; run `formulary init`")


def reader_address(url: str) -> str:
    """Return how the reader logs in to a given server: FORMULARY_READER_URL, else `url` with its name, no password."""
    if given := os.environ.get("FORMULARY_READER_URL"):
        return given
    known = _parse(url, "FORMULARY_DATABASE_URL")
    if "://" not in url:
        kept = conninfo_to_dict(url)
        return make_conninfo("", **{k: v for k, v in kept.items() if k not in SECRETS} | {"user": READER})
    parts = urlsplit(url)
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] not in (*SECRETS, "user")], safe="/")
    host = parts.netloc.rpartition("@")[2]
    path = parts.path if parts.path.strip("/") else f"/{known.get('dbname', known.get('user', ''))}"
    return urlunsplit((parts.scheme, f"{READER}@{host}", path, query, ""))


@contextmanager
def _using(database: Database) -> Iterator[Database]:
    try:
        yield database
    except Exception as error:
        cause = getattr(error, "orig", error)  # SQLAlchemy wraps the driver's errors
        if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
            raise ServerError(f"the database {database.where} failed: {_first_line(cause)}") from error
        raise
    finally:
        database.close()


class Database:
    """One catalogue database; nothing is connected before it is asked for."""

    def __init__(self, url: str, reader_url: str | None = None, *, revive: Callable[[], None] | None = None) -> None:
        """Take addresses as libpq reads them (SQLAlchemy's `postgresql+psycopg://` too).

        `revive` is called, once a connection, where the server does not answer: the embedded one can be started anew.
        """
        self._revive = revive
        self._owner = _parse(url, "FORMULARY_DATABASE_URL")
        self._reader = _parse(reader_url, "FORMULARY_READER_URL") if reader_url else self._reader_of_owner()

    @property
    def where(self) -> str:
        """The database by name and host, without user or password."""
        return _where(self._owner)

    @property
    def reader_role(self) -> str:
        """The role that `reader` logs in as."""
        return str(self._reader["user"])

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        """Return a new connection as the owner; the caller closes it. Raises ServerError."""
        try:
            return self._connect(self._owner, autocommit)
        except psycopg.Error as error:
            reason = _first_line(error, self._owner)
        raise ServerError(f"cannot reach the database {self.where}: {reason}")

    def _connect(self, parameters: dict[str, Any], autocommit: bool = False) -> psycopg.Connection:
        conninfo = make_conninfo("", **parameters)
        try:
            return psycopg.connect(conninfo, autocommit=autocommit)
        except psycopg.OperationalError:
            if self._revive is None:
                raise
        self._revive()
        return psycopg.connect(conninfo, autocommit=autocommit)

    def reader(self) -> psycopg.Connection:
        """Return a new connection that can only read, by a login of its own; the caller closes it. Raises ServerError.

        Rights are what keeps it from writing; statements end after `READER_TIMEOUT`.
        """
        try:
            return self._connect(self._reading(READER_TIMEOUT))
        except psycopg.Error as error:
            reason = _first_line(error, self._reader)
        raise ServerError(
            f"the role {self.reader_role} cannot log in to the database {_where(self._reader)}: {reason};"
            " create it with login, run `formulary init`, and put its password in ~/.pgpass or FORMULARY_READER_URL"
        )

    def reader_address(self, timeout: int) -> str:
        """Return the address of `reader` as libpq reads it, for a pool; statements end after `timeout` milliseconds."""
        return make_conninfo("", **self._reading(timeout))

    def _reading(self, timeout: int) -> dict[str, Any]:
        limits = f"-c statement_timeout={timeout} -c default_transaction_read_only=on"
        return {**self._reader, "options": f"{self._reader.get('options', '')} {limits}".strip()}

    @cached_property
    def engine(self) -> Engine:
        """A SQLAlchemy engine over `connect`; disposed of by `close`."""
        from sqlalchemy import create_engine  # noqa: PLC0415  not for every command: it takes 0.1 s

        return create_engine("postgresql+psycopg://", creator=self.connect)

    def close(self) -> None:
        """Close the engine's connections; those of `connect` and `reader` belong to their callers."""
        if "engine" in self.__dict__:
            self.engine.dispose()
            del self.__dict__["engine"]

    def schema_version(self) -> str | None:
        """Return the migration that the database is at; None where it was never initialised."""
        with self.connect() as connection:
            return _schema_version(connection)

    def require_current(self) -> None:
        """Raise VersionMismatch unless the database was made for this version of the program."""
        with self.connect() as connection:
            version = _schema_version(connection)
            if version is None:
                raise VersionMismatch(f"the database {self.where} holds no catalogue yet; run `formulary init`")
            self._refuse_newer(version)
            if version < SCHEMA_VERSION:
                raise VersionMismatch(
                    f"the catalogue in {self.where} has schema {version} and this program needs {SCHEMA_VERSION};"
                    " run `formulary init` to upgrade it"
                )
            row = connection.execute("select epoch = catalogue_epoch() from catalogue").fetchone()
            if row is None or not row[0]:
                raise VersionMismatch(
                    f"the catalogue in {self.where} was restored or copied; run `formulary init` to take it into use"
                )

    def upgrade(self) -> bool:
        """Make the schema, or bring it to this version; returns whether anything changed. Safe to repeat.

        One transaction: an upgrade that fails leaves the old schema. Raises VersionMismatch for a newer one.
        """
        from alembic import command  # noqa: PLC0415  for `formulary init` alone: it takes 0.1 s
        from alembic.config import Config  # noqa: PLC0415  with it
        from alembic.util import CommandError  # noqa: PLC0415  with it

        config = Config()
        config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({UPGRADE_LOCK})")
            driver = _driver(connection)
            before = _schema_version(driver)
            if before is not None:
                self._refuse_newer(before)
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError:
                raise VersionMismatch(
                    f"the catalogue in {self.where} has schema {before}, which no release of formulary makes; export it"
                    " by the program that made it, and import it into a new one"
                ) from None
            restored = _settle_epoch(driver)
            _enter_kinds(driver)
            self._grant_reading(driver)
        return before != SCHEMA_VERSION or restored

    def _refuse_newer(self, version: str) -> None:
        if version > SCHEMA_VERSION:
            raise VersionMismatch(
                f"the catalogue in {self.where} was made by a newer formulary (schema {version}, this one knows"
                f" {SCHEMA_VERSION}); upgrade formulary"
            )

    def _reader_of_owner(self) -> dict[str, Any]:
        """Return the owner's address with another user and without its password."""
        return {k: v for k, v in self._owner.items() if k not in SECRETS} | {"user": READER}

    def _grant_reading(self, connection: psycopg.Connection) -> None:
        """Let the reader read and nothing else, as far as this owner may; `reader` reports what is missing."""
        role = psycopg.sql.Identifier(self.reader_role)
        database = psycopg.sql.Identifier(connection.info.dbname)
        known = connection.execute("select 1 from pg_roles where rolname = %s", [self.reader_role]).fetchone()
        if not known and not _attempt(connection, "create role {} login", role):
            return
        _attempt(connection, "grant usage on schema public to {}", role)
        _attempt(connection, "grant select on all tables in schema public to {}", role)
        _attempt(connection, "alter default privileges in schema public grant select on tables to {}", role)
        _attempt(connection, "revoke create on schema public from public")  # the default before Postgres 15
        _attempt(connection, "revoke temporary on database {} from public", database)
        if self.reader_role != connection.info.user:
            _attempt(connection, "grant {} to current_user", role)  # to end its sessions (`readers`)
        limits = (
            f"statement_timeout = {READER_TIMEOUT}",
            "default_transaction_read_only = on",
            f"temp_file_limit = '{READER_TEMPORARY}'",  # by a superuser alone; the embedded server's is set beside
        )
        for setting in limits:
            _attempt(connection, f"alter role {{}} in database {{}} set {setting}", role, database)


def migrations_folder() -> Path:
    """Return the migrations: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "migrations"
    return installed if installed.exists() else package.parent / "migrations"


def _parse(url: str, variable: str) -> dict[str, Any]:
    try:
        return {"connect_timeout": CONNECT_TIMEOUT, **KEEPALIVES} | conninfo_to_dict(
            url.replace("postgresql+psycopg://", "postgresql://", 1)
        )
    except psycopg.ProgrammingError:
        pass  # its text repeats the url with the password
    raise ServerError(
        f"{variable} is no address of a Postgres database; write it as postgresql://user@host:5432/database"
    )


def _where(parameters: dict[str, Any]) -> str:
    host = parameters.get("host") or os.environ.get("PGHOST") or "localhost"
    name = parameters.get("dbname") or os.environ.get("PGDATABASE") or parameters.get("user") or ""
    return f"{name} at {host}" if str(host).startswith("/") else f"{name} at {host}:{parameters.get('port', 5432)}"


def _first_line(error: BaseException, parameters: dict[str, Any] | None = None) -> str:
    """Return what the driver says, in one line and without a password."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    text = text.removeprefix("connection failed: ").rpartition(" failed: ")[2].removeprefix("FATAL:").strip()
    password = str((parameters or {}).get("password") or "")
    return text.replace(password, "***") if password else text


def _schema_version(connection: psycopg.Connection) -> str | None:
    row = connection.execute("select to_regclass('public.alembic_version') is not null").fetchone()
    if row is None or not row[0]:
        return None
    row = connection.execute("select version_num from public.alembic_version").fetchone()
    return str(row[0]) if row else None


def _driver(connection: EngineConnection) -> psycopg.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _settle_epoch(connection: psycopg.Connection) -> bool:
    """After a restore or copy, number the vectors by this server's transactions; returns whether it was one."""
    changed = connection.execute(
        "update catalogue set epoch = catalogue_epoch() where epoch <> catalogue_epoch()"
    ).rowcount
    if changed:
        connection.execute("update formula_vector set added_xid = pg_current_xact_id()")
    return bool(changed)


def _enter_kinds(connection: psycopg.Connection) -> None:
    """Enter the kinds of formulas that this program knows and the catalogue does not."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into formula_kind (name, meaning) values (%s, %s) on conflict do nothing", FORMULA_KINDS.items()
        )


def _attempt(connection: psycopg.Connection, statement: str, *names: psycopg.sql.Identifier) -> bool:
    try:
        with connection.transaction():
            connection.execute(psycopg.sql.SQL(statement).format(*names))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation):
        return False
    return True
