"""The one tree of errors that a user may meet; each carries the exit code of the command line.

    FormularyError (2)
    ├── FormulaError          a formula that cannot be read or is outside what is supported
    ├── ExpressionError       an expression for a constant that cannot be read or evaluated
    ├── SpaceError            a space that is not known or cannot be read
    ├── NotFound (1)          what was asked for is not in the catalogue
    ├── TooFewDigits (1)      a number with fewer digits than the question needs
    └── Unavailable (3)       the database or the index cannot be used
        ├── ServerError       the embedded or the given server does not answer
        └── VersionMismatch   the database was made by another version

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


class NotFound(FormularyError):
    """what was asked for is not in the catalogue."""

    exit_code = 1


class TooFewDigits(FormularyError):
    """a number has fewer digits than the question needs."""

    exit_code = 1


class Unavailable(FormularyError):
    """the database or the index cannot be used."""

    exit_code = 3


class ServerError(Unavailable):
    """the database server does not answer."""


class VersionMismatch(Unavailable):
    """the database was made by another version of formulary."""
