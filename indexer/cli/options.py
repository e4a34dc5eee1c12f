"""Options and arguments that commands share; each option is also an environment variable, shown in the help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from catalog.errors import FormulaError
from catalog.syntax import plain_signs
from indexer.cli.output import choose_form, note

if TYPE_CHECKING:
    from catalog.constants.library import Constant
    from catalog.formulas.notations import Reading
    from catalog.formulas.pcf import PCF

Function = TypeVar("Function", bound=Callable[..., Any])

FORMULA_HELP = (
    "Formulas are written PCF(2n+1, n^2), or as two arguments 2n+1 n^2; K(n^2, 2n+1), ContinuedFractionK[...], LaTeX,"
    " lists [1; 2, 3, ...] and fractions written out with ... are read too."
)

_FORMULA = re.compile(r"[A-Za-z]\s*[(\[{].*[,;].*[)\]}]", re.DOTALL)
"""What is surely a formula, and no option and no polynomial."""


class FormulaCommand(click.Command):
    """A command whose arguments may begin with a minus, such as -2n+1; what can only be an option is refused as one."""

    ignore_unknown_options = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; an unknown option is told before a missing one."""
        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        for parameter in self.params:
            if isinstance(parameter, click.Argument) and isinstance(words := given.get(parameter.name or ""), tuple):
                self._refuse_options(ctx, [word for word in words if isinstance(word, str)])
        return super().parse_args(ctx, args)

    def _refuse_options(self, ctx: click.Context, words: list[str]) -> None:
        """Raise NoSuchOption for --word, and for -letter beside a whole formula."""
        beside_formula = any(map(_FORMULA.search, words))
        for word in words:
            if re.match("--[A-Za-z]", word):
                given = word.partition("=")[0]
                known = [name for parameter in self.params for name in parameter.opts if name.startswith("--")]
                raise click.NoSuchOption(given, possibilities=get_close_matches(given, known, n=1), ctx=ctx)
            if beside_formula and re.match("-[A-Za-z]", word) and not _FORMULA.search(word):
                raise click.NoSuchOption(word[:2], ctx=ctx)


class Option(click.Option):
    """An option whose numbers may have any sign that is typed or pasted as a minus."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """The value of its type; raises BadParameter."""
        is_number = isinstance(self.type, click.types.IntParamType | click.types.FloatParamType)
        return super().type_cast_value(ctx, plain_signs(value) if is_number and isinstance(value, str) else value)


class Named(click.Choice[str]):
    """A choice that takes - for _, any case, and answers a near miss with the nearest."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__(choices, case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """One of the choices."""

        known = {_plain(choice): choice for choice in self.choices}
        text = _plain(str(value))
        if text in known:
            return known[text]
        near = get_close_matches(text, known, 1, 0.5)
        hint = f"did you mean {known[near[0]]}?" if near else f"choose from {', '.join(self.choices)}"
        return self.fail(f"there is no {str(value)[:60]!r}; {hint}", param, ctx)


def _plain(text: str) -> str:
    return text.strip().replace("-", "_").lower()


def constant_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The names of the library that begin so, for the completion of a shell."""
    from catalog.constants.library import library

    return [constant.name for constant in library() if constant.name.startswith(incomplete)]


def meant_constant(arguments: tuple[str, ...]) -> Constant | None:
    """The constant of the library that one argument means by any of its names, or the rational number of a finite
    fraction, which is said; None for what may be a formula."""
    from catalog.constants.library import library
    from catalog.errors import NotFound
    from catalog.formulas.notations import looks_like_formula

    if len(arguments) != 1 or arguments[0].isdecimal():
        return None
    text = finite_value(arguments[0])
    if text is None and looks_like_formula(arguments[0]):
        return None
    try:
        return library().meant(text or arguments[0])
    except NotFound:
        return None


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """An option that shows its default and its environment variable; a choice answers near misses."""
    if type(settings.get("type")) is click.Choice:
        settings["type"] = Named(settings["type"].choices)
    return click.option(*names, cls=Option, **({"show_envvar": True, "show_default": True} | settings))


def json_option(function: Function) -> Function:
    """`--json`, `--csv` and `--tsv`, passed as `as_json`: the last two are forms in which `write_json` writes."""

    @wraps(function)
    def command(*arguments: Any, as_json: bool, as_csv: bool, as_tsv: bool, **options: Any) -> Any:
        if as_csv and as_tsv:
            raise click.UsageError("--csv and --tsv exclude each other")
        if as_csv or as_tsv:
            choose_form("csv" if as_csv else "tsv")
        return function(*arguments, as_json=as_json or as_csv or as_tsv, **options)

    for decorate in (
        option("--tsv", "as_tsv", is_flag=True, help="The same, by tabulators."),
        option("--csv", "as_csv", is_flag=True, help="Write comma-separated rows with a header."),
        option("--json", "as_json", is_flag=True, envvar="FORMULARY_JSON", help="Write JSON instead of a table."),
    ):
        command = decorate(command)
    return cast(Function, command)


def catalogue_options(function: Function) -> Function:
    """`--database-url` and `--home`, passed as `database_url` and `home`."""
    for decorate in (
        option(
            "--home", envvar="FORMULARY_HOME", metavar="FOLDER", help="Folder of the embedded server and the indexes."
        ),
        option(
            "--database-url",
            envvar="FORMULARY_DATABASE_URL",
            metavar="URL",
            help="A given Postgres instead of the embedded one.",
        ),
    ):
        function = decorate(function)
    return function


def lines_options(example: str) -> Callable[[Function], Function]:
    """`--from` a file of lines such as the example, and `--workers`, passed as `from_file` and `workers`."""

    def decorated(function: Function) -> Function:
        for decorate in (
            option(
                "--from",
                "from_file",
                type=click.Path(allow_dash=True),
                metavar="FILE",
                help=f"Read lines such as {example}; - is stdin.",
            ),
            option("--workers", type=click.IntRange(1, 1024), help="Processes for --from.  [default: one a core]"),
        ):
            function = decorate(function)
        return function

    return decorated


from_options = lines_options('PCF(2n+1, n^2) or {"a": [1, 2], "b": [0, 0, 1]}')
"""`--from` a file of formulas, and `--workers`."""


def finite_value(text: str) -> str | None:
    """The rational number of a continued fraction that ends, which is said; None for anything else."""
    from catalog.formulas.notations import FiniteFraction, read_formula_text

    try:
        read_formula_text(text)
    except FiniteFraction as finite:
        note(f"formulary: {finite}")
        return str(finite.value)
    except FormulaError:
        return None
    return None


def counted(number: int, thing: str) -> str:
    """How many there are, in words: 1 argument, 2 arguments."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def read_formula(arguments: tuple[str, ...]) -> PCF:
    """The formula of one argument in any notation, or of two polynomials; raises FormulaError or UsageError."""
    return read_notation(arguments).formula


def read_notation(arguments: tuple[str, ...]) -> Reading:
    """The same with the map from the formula's limit to the value that was written; says what was understood.

    Nothing is said of what is written as formulary writes it.
    """
    from catalog.formulas.notations import Reading, read_formula_text
    from catalog.formulas.pcf import PCF, parse_formula
    from catalog.formulas.recurrence import is_recurrence

    if arguments and is_recurrence(arguments[0]):
        raise FormulaError(
            "recurrences of order 3 and more come from trajectories; `formulary show` shows a stored one"
        )
    if len(arguments) not in (1, 2):
        raise click.UsageError(f"give one formula, not {counted(len(arguments), 'argument')}; {FORMULA_HELP}")
    try:
        return Reading(parse_formula(arguments[0]) if len(arguments) == 1 else PCF.from_text(*arguments))
    except FormulaError as plain:
        try:
            reading = read_formula_text(", ".join(arguments))
        except FormulaError:
            if len(arguments) == 2 or arguments[0].lstrip().upper().startswith("PCF("):
                raise plain from None
            raise
    guessed = f", by a rule guessed from its {reading.guessed_from} terms" if reading.guessed_from else ""
    periodic = f"the periodic fraction {reading.fraction}, " if reading.is_periodic else ""
    note(f"formulary: read as {periodic}{reading.understood}{guessed}")
    return reading
