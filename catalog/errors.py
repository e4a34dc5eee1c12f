"""The one tree of errors that formulary raises; each carries the exit code of the command line.

    FormularyError (2)
    ├── FormulaError             a formula that cannot be read or is outside what is supported
    ├── ExpressionError          an expression for a constant that cannot be read or evaluated
    ├── SpaceError               a space that is not known or cannot be read
    ├── FilterError              a condition on formulas that cannot be met as it is written
    ├── ConditionError           a condition in SQL that Postgres does not understand
    ├── QueryError               a query in SQL that cannot be run
    ├── VectorTextError          a neighbour vector that cannot be read
    ├── FileFormatError          a file that cannot be read or written as it was asked for
    │   └── RecordError          a record of a file that cannot be stored as it is
    ├── JudgementError           a note, a rejection or a name that cannot be stored
    ├── SchedulerAddressError    the address of a scheduler that cannot be read
    ├── TooDeepError             a tail that would need too many steps
    ├── EvaluationError          a closed form that could not be enclosed; also an ArithmeticError
    ├── TooBusy                  a page whose processes are all at work
    ├── TooLong                  a computation that took longer than a page may
    ├── LeaseLost                a chunk that somebody else took over
    ├── ChunkRefused             a chunk whose rows the database does not take
    ├── GivenUp                  a daemon that was told to stop while its server was in trouble
    ├── NotFound (1)             what was asked for is not in the catalogue
    │   ├── FormulaNotFound      a formula is not in the catalogue
    │   └── RecurrenceNotFound   a recurrence is not in the catalogue
    ├── NotPlacedError (1)       a formula that has no neighbours
    └── Unavailable (3)          the database or the index cannot be used
        ├── HomeError            the folder of the embedded server and the indexes cannot be used
        ├── ServerError          the embedded or the given server does not answer
        ├── VersionMismatch      the database was made by another version
        ├── VectorError          vectors that an index does not take
        ├── KernelsError         kernels that were asked for and cannot be used
        ├── BadSnapshot          a snapshot of an index that cannot be used
        └── SnapshotNotWritten   a snapshot of an index that cannot be written

Messages are one sentence, lower case, without a full stop; they name the object and the way out.
"""

from __future__ import annotations


class FormularyError(Exception):
    """the input cannot be used."""

    exit_code = 2


class FormulaError(FormularyError):
    """a formula cannot be read or is outside what is supported."""


class ExpressionError(FormularyError):
    """an expression for a constant cannot be read or evaluated."""


class SpaceError(FormularyError):
    """a space is not known or cannot be read."""


class FilterError(FormularyError):
    """a condition on formulas cannot be met as it is written."""


class ConditionError(FormularyError):
    """a condition in SQL is one that Postgres does not understand."""


class QueryError(FormularyError):
    """the query cannot be run."""


class VectorTextError(FormularyError):
    """a neighbour vector cannot be read."""


class FileFormatError(FormularyError):
    """a file cannot be read or written as it was asked for."""


class RecordError(FileFormatError):
    """a record of a file cannot be stored as it is."""


class JudgementError(FormularyError):
    """a judgement cannot be stored as it is."""


class SchedulerAddressError(FormularyError):
    """the address of a scheduler cannot be read."""


class TooDeepError(FormularyError):
    """a value would need more steps, or a tail regular from further out, than is supported."""


class EvaluationError(FormularyError, ArithmeticError):
    """a closed form could not be enclosed with the digits asked for."""


class TooBusy(FormularyError):
    """all processes that compute are busy; try again in a moment."""


class TooLong(FormularyError):
    """the computation took too long."""


class LeaseLost(FormularyError):
    """the lease of a chunk expired and somebody else took it over."""


class ChunkRefused(FormularyError):
    """the rows of a chunk cannot be stored, and no formula alone is at fault."""


class GivenUp(FormularyError):
    """the server was in trouble when the daemon was told to stop."""


class NotFound(FormularyError):
    """what was asked for is not in the catalogue."""

    exit_code = 1


class FormulaNotFound(NotFound):
    """a formula is not in the catalogue."""

    def __init__(self, formula: object) -> None:
        super().__init__(f'{formula} is not in the catalogue; put it there with `formulary add "{formula}"`')


class RecurrenceNotFound(NotFound):
    """a recurrence is not in the catalogue."""

    def __init__(self) -> None:
        super().__init__(
            "the recurrence is not in the catalogue; `formulary trajectory --add` puts that of a trajectory there"
        )


class NotPlacedError(FormularyError):
    """a formula has no place among the convergent ones, and no neighbours."""

    exit_code = 1


class Unavailable(FormularyError):
    """the database or the index cannot be used."""

    exit_code = 3


class HomeError(Unavailable):
    """the folder of the embedded server and the indexes cannot be used."""


class ServerError(Unavailable):
    """the database server does not answer."""


class VersionMismatch(Unavailable):
    """the database was made by another version of formulary."""


class VectorError(Unavailable):
    """an index does not take these vectors."""


class KernelsError(Unavailable):
    """the kernels that were asked for cannot be used."""


class BadSnapshot(Unavailable):
    """a snapshot cannot be used; the message says why in one sentence."""


class SnapshotNotWritten(Unavailable):
    """a snapshot cannot be written; the one before it is still there."""
