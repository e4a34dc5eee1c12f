"""What all requests share: the pool of readers, the templates, the processes that compute, the index, the counts."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from psycopg_pool import ConnectionPool, PoolTimeout

from catalog.database.opening import Database
from catalog.errors import BadSnapshot, FormularyError, ServerError, TooBusy
from catalog.version import __version__
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.similarity.nearest import Similar, nearest_in
from indexer.web import computed, filters
from indexer.web.computing import SECONDS, Computing
from indexer.web.rate import Rate

STATEMENT_MILLISECONDS = 5_000
"""Longest statement of a request."""

CONNECTIONS = 8
"""Most connections to the database at a time."""

POOL_SECONDS = 5.0
"""Longest wait for a connection."""

INDEX_MILLISECONDS = 600_000
"""Longest statement with which the index is read."""

INDEX_WAIT = 2.0
"""Longest wait of a request for the index, in seconds."""

KEPT = 256
"""Results of computations that are kept for who asks again."""

RELATIVES = 8
"""Nearest formulas that a page shows."""

Result = TypeVar("Result")


class Site:
    """The catalogue as it is served; `close` gives everything back."""

    def __init__(self, database: Database, home: Path | str | None, workers: int = 1, seconds: float = SECONDS) -> None:
        """Serve `database`; nothing is connected before `open`.

        `workers` processes compute, each for `seconds` at most.
        """
        self.home = home
        self.rate = Rate()
        self.computing = Computing(workers, computed.warm, seconds)
        self.templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters |= filters.FILTERS
        self.templates.globals["version"] = __version__
        self._pool = ConnectionPool(
            database.reader_address(STATEMENT_MILLISECONDS),
            kwargs={"autocommit": True},
            min_size=1,
            max_size=CONNECTIONS,
            timeout=POOL_SECONDS,
            open=False,
        )
        self._once: dict[str, tuple[Any, Any]] = {}
        self._kept: OrderedDict[tuple[str, Any], Any] = OrderedDict()
        self._patient = database.reader_address(INDEX_MILLISECONDS)
        self._index: CatalogueIndex | None = None
        self._index_read = threading.Event()
        self._index_lock = threading.Lock()

    def open(self) -> None:
        """Connect; raises ServerError where the database does not answer."""
        try:
            self._pool.open(wait=True, timeout=POOL_SECONDS)
        except PoolTimeout:
            raise ServerError("the reader cannot log in to the database; `formulary doctor` says why") from None
        self.computing.prepare()
        self._read_index_beside()

    def close(self) -> None:
        """Give the connections back and end the processes."""
        self._pool.close()
        self.computing.close()

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """A connection that can only read, each statement a transaction; raises ServerError where there is none."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout:
            raise ServerError("the database does not answer; try again in a moment") from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise ServerError("the database took too long; narrow what you ask for") from None
            raise ServerError("the database does not answer; try again in a moment") from error

    def once(self, name: str, key: Any, read: Callable[[], Result]) -> Result:
        """Return what `read` gives, kept under a name while the key is the same."""
        kept = self._once.get(name)
        if kept is None or kept[0] != key:
            kept = self._once[name] = (key, read())
        found: Result = kept[1]
        return found

    def computed(self, function: Callable[[Any], Result], item: Any) -> Result:
        """Return function(item) of `computed`, from a process or from the results that are kept."""
        key = (function.__name__, item)
        if key in self._kept:
            self._kept.move_to_end(key)
            found: Result = self._kept[key]
            return found
        found = self.computing(function, item)
        self._kept[key] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def relatives(self, connection: psycopg.Connection, number: int) -> list[Similar]:
        """Return the nearest formulas of the index, which follows the catalogue; raises TooBusy while it is read."""
        if not self._index_read.wait(INDEX_WAIT):
            raise TooBusy("the index of nearest formulas is being read; look again in a minute")
        with self._index_lock:
            if self._index is None:
                raise ServerError("the index of nearest formulas could not be read; `formulary doctor` says why")
            self._index.catch_up(connection)
            try:
                return nearest_in(connection, self._index, number, RELATIVES)[1]
            except BadSnapshot:  # the database disagrees, as after a restore
                self._index, self._index_read = None, threading.Event()
        self._read_index_beside()
        return self.relatives(connection, number)

    def _read_index_beside(self) -> None:
        """Read the index in a thread, by a patient connection: without a snapshot all vectors are read."""
        threading.Thread(target=self._read_index, args=(self._index_read,), daemon=True).start()

    def _read_index(self, read: threading.Event) -> None:
        with suppress(FormularyError, psycopg.Error), psycopg.connect(self._patient, autocommit=True) as connection:
            index = CatalogueIndex.open(connection, self.home, lambda text: None)
            with self._index_lock:
                self._index = index
        for name in self.templates.list_templates():
            self.templates.get_template(name)  # compiled now, so that the first page of its sort need not wait for it
        gc.collect()
        gc.freeze()  # what is there by now stays: looking at all of it would hold a page up for 30 to 60 ms
        read.set()
