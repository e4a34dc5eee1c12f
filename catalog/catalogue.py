"""The catalogue for programs: `Catalogue.open(url)` to iterate over, to query, and to take into pandas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg.rows import dict_row

from catalog.database.opening import Database, open_database
from catalog.errors import FormularyError
from catalog.exchange.export import Record, records
from catalog.formulas.pcf import PCF
from catalog.store.formulas import count_formulas
from catalog.store.search import Filter, constant_name, find

LONGEST_CELL = 60
"""Characters of a value that a notebook shows."""

LATEX = {letter: f"\\{letter}" for letter in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "…": r"\ldots{}",
}
"""Letters that mean something in LaTeX, and how they are written."""

if TYPE_CHECKING:
    import pandas


class Rows(list[dict[str, Any]]):
    """Rows of a query, each a dict; a notebook shows them as a table."""

    SHOWN = 50
    """Rows that a notebook shows."""

    def _repr_html_(self) -> str:
        """Return the first rows as a table of HTML."""
        if not self:
            return "<p>no rows</p>"
        names, *rows = self._shown()
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{self._more('<p>{}</p>')}"

    def _repr_latex_(self) -> str:
        """Return the same as a table of LaTeX, which a notebook takes that is printed."""
        if not self:
            return "no rows"
        head, *rows = (" & ".join(map(_escaped, row)) + r" \\" for row in self._shown())
        lines = (r"\begin{tabular}{" + "l" * len(self._shown()[0]) + "}", head, r"\hline", *rows, r"\end{tabular}")
        return "\n".join(lines) + self._more("\n\n{}")

    def _shown(self) -> list[list[str]]:
        """The names and the first rows as text; the coefficients of a continued fraction are written as the formula."""
        rows = [_with_formula(row) for row in self[: self.SHOWN]]
        return [[str(name) for name in rows[0]], *([_cell(value) for value in row.values()] for row in rows)]

    def _more(self, template: str) -> str:
        more = len(self) - self.SHOWN
        return template.format(f"{more:,} more rows") if more > 0 else ""


def _with_formula(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the formula in place of a, b and a definition, where it has those of `find`."""
    if not {"a", "b", "definition"} <= row.keys():
        return row
    text = row["definition"] if row["a"] is None else str(PCF(row["a"], row["b"]))
    shown = {"formula" if name == "a" else name: text if name == "a" else value for name, value in row.items()}
    return {name: value for name, value in shown.items() if name not in ("b", "definition")}


def _cell(value: Any) -> str:
    """Return the text of a cell: nothing for NULL, a long text cut."""
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"


def _escaped(text: str) -> str:
    """Return text as LaTeX has it."""
    return "".join(LATEX.get(letter, letter) for letter in text)


class Catalogue:
    """A catalogue, open for reading; a context manager that closes it.

    >>> with Catalogue.open(url) as catalogue:                                        # doctest: +SKIP
    ...     simplest = catalogue.find(constant="pi", limit=1)
    """

    def __init__(self, database: Database, stack: ExitStack) -> None:
        """Use `open`."""
        self.database = database
        self._stack = stack

    @classmethod
    def open(cls, url: str | None = None, home: Path | str | None = None) -> Catalogue:
        """Return the catalogue at `url`, or on the server of `home`, as `catalog.database.opening.open_database` does.

        Raises ServerError where it does not answer, VersionMismatch where it is of another version.
        """
        stack = ExitStack()
        try:
            database = stack.enter_context(open_database(url, home))
            database.require_current()
        except BaseException:
            stack.close()
            raise
        return cls(database, stack)

    def close(self) -> None:
        """Let go of the database; the embedded server stops with its last user."""
        self._stack.close()

    def __enter__(self) -> Self:
        """Return the catalogue itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the catalogue."""
        self.close()

    def __len__(self) -> int:
        """Return the number of formulas, mirrors and inflations included."""
        with self._reader() as connection:
            return count_formulas(connection)

    def __contains__(self, formula: object) -> bool:
        """Return whether a `PCF` is in the catalogue."""
        return self.get(formula) is not None  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Record]:
        """Iterate over all formulas by number, with all that is known of them, in flat memory."""
        return self.iterate()

    def iterate(self, wanted: Filter | None = None, *, where: str | None = None) -> Iterator[Record]:
        """Iterate over the formulas that pass a filter, and a condition in SQL on the columns of view `formulas`."""
        with self._reader() as connection:
            for batch in records(connection, wanted, where=where):
                yield from batch

    def get(self, formula: PCF) -> dict[str, Any] | None:
        """Return the row of view `formulas`, None where the formula is not there."""
        query = "select formulas.* from formulas where id = (select id from formula where key = %s)"
        rows = self.query(query, [formula.key])
        return rows[0] if rows else None

    def find(self, *, sort: str = "complexity", limit: int | None = 20, **conditions: Any) -> Rows:
        """Return the formulas that meet conditions (`catalog.store.search.Filter`), as `formulary find` lists them."""
        with self._reader() as connection:
            if conditions.get("constant") is not None:
                conditions["constant"] = constant_name(connection, conditions["constant"])
            return Rows(find(connection, Filter(**conditions), sort=sort, limit=limit))

    def query(self, text: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> Rows:
        """Return the rows of an SQL query as dicts, by a login that can only read."""
        with self._reader() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return Rows(cursor.execute(text.encode(), parameters).fetchall())

    def to_pandas(self, text: str = "select * from formulas where is_canonical") -> pandas.DataFrame:
        """Return a data frame of an SQL query; raises FormularyError where pandas is not installed."""
        try:
            import pandas  # noqa: PLC0415  need not be installed
        except ImportError:
            raise FormularyError('this needs pandas; `pip install "formulary-catalog[pandas]"` brings it') from None
        with self._reader() as connection, connection.cursor() as cursor:
            cursor.execute(text.encode())
            names = [column.name for column in cursor.description or ()]
            return pandas.DataFrame(cursor.fetchall(), columns=names)

    def _reader(self) -> psycopg.Connection:
        return self.database.reader()
