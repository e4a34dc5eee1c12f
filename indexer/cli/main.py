"""The command `formulary`: finds the command's module, runs it, and turns every error into one sentence and a code.

Exit codes: 0 done; 1 not found, not identified, nothing to identify, or too few digits; 2 wrong usage, bad input, or
an error of the program itself; 3 database or index unavailable; 130 interrupted, 129 and 143 ended by a closed terminal
or by SIGTERM; 141 where whoever reads the output left, as `head` does.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import re
import signal
import sys
import warnings
from contextlib import suppress
from difflib import get_close_matches
from io import TextIOWrapper
from types import FrameType
from typing import NoReturn, TextIO

import click

from catalog.errors import FormularyError
from catalog.version import __version__
from indexer.cli.output import cut_numbers
from indexer.cli.passwords import hide_password

COMMANDS = {
    "init": ("init", "Make the catalogue, or bring it to this version, with constants and known formulas."),
    "run": ("run", "Index: evaluate formulas of the spaces, store, place and identify them."),
    "status": ("status", "How far the indexer is, who works, and what was found."),
    "recompute": ("recompute", "Evaluate known formulas anew, and verify what depends on them."),
    "doctor": ("doctor", "What is wrong with server, catalogue or index; --fix repairs."),
    "space": ("space", "The formula spaces: add, list, pause, remove, count."),
    "add": ("formula", "Put formulas into the catalogue, placed and identified."),
    "show": ("formula", "What the catalogue knows about a formula."),
    "find": ("search", "Formulas by constant, class, degree, delta, limit."),
    "similar": ("search", "The formulas nearest to a formula."),
    "evaluate": ("evaluate", "Status, limit and metrics of a formula; needs no catalogue."),
    "identify": ("identify", "The constant behind a formula or a number."),
    "prove": ("prove", "The proof of what a formula is; --check verifies one."),
    "relate": ("relate", "Whether two formulas are equivalent: the map of their limits, or why not."),
    "trajectory": ("trajectory", "A trajectory of a matrix field: its fraction, limit and constant."),
    "field": ("field", "The matrix fields: list, show; add or remove your own."),
    "unify": ("field", "Which stored formulas lie in which matrix field."),
    "design": ("design", "Formulas for a constant with the properties asked for."),
    "expand": ("expand", "Patterns in the signed continued fractions of a number."),
    "verify": ("verify", "Verify stored relations anew, with more digits than before."),
    "constant": ("constant", "The library of constants: list, show; add or remove your own."),
    "cluster": ("cluster", "Clusters of formulas: build, list, show why."),
    "note": ("judgement", "Write a note on a formula."),
    "reject": ("judgement", "Reject a relation; the views leave it out."),
    "rename": ("judgement", "Give a cluster a name."),
    "export": ("export", "Write formulas to Parquet, CSV, JSON lines, LaTeX."),
    "import": ("import_", "Bring in formulas of an export, arXiv, blind-delta or LIReC."),
    "family": ("family", "Infinite families: find, list, show, export."),
    "plot": ("plot", "Pictures: two metrics, clusters, growth, one formula."),
    "survey": ("survey", "What the catalogue has found, with proofs, to be checked and cited."),
    "report": ("report", "One page of the catalogue, with pictures and mathematics."),
    "backup": ("backup", "Write the whole catalogue to a file."),
    "restore": ("backup", "Bring a backup into a new home or an empty database."),
    "serve": ("serve", "The catalogue in a browser and as an HTTP API."),
    "server": ("server", "The embedded Postgres: start, stop, status."),
    "url": ("server", "The address of the database, for psql and other clients."),
    "psql": ("backup", "Run psql, of the server's own version, as the reader."),
    "sql": ("sql", "Query the catalogue by SQL, read-only."),
}
"""Each command: its module in this package, and its line in the help, so that help needs no import."""

ATTRIBUTES = {"import": "import_formulas"}
"""Names of commands that Python keeps for itself."""

SUGGESTIONS = 3
"""Near misses shown for a command that does not exist."""

_QUOTED = r"'([^']*)'"
_DID_YOU_MEAN = re.compile(r"\. \(?Did you mean (?:one of: )?('[^?]*)\?\)?$")
"""How click names near misses of options and of commands in a group."""

VERSION_HELP = "Show the version, and by which path formulas are evaluated."

KERNELS_VARIABLE = "FORMULARY_KERNELS"
"""Says whether native kernels are wanted: auto, on, off; `kernels.library` reads it."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Signals that end a command as Ctrl-C does: what it began is undone. `run` hears them itself."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of the system by which nothing more can be written."""


class _OutputClosed(Exception):
    """Whoever reads our output left."""


class Commands(click.Group):
    """A group whose commands are imported when they are run."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a closed pipe comes through, which click would make a failure of."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _OutputClosed from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"indexer.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, ATTRIBUTES.get(cmd_name, cmd_name))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; a misspelt one is answered with the nearest."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, SUGGESTIONS)
            hint = f"did you mean {' or '.join(near)}?" if near else "see `formulary --help`"
            raise click.UsageError(f"there is no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)


def _say_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Write the version, and by which path formulas are evaluated."""
    if wanted and not ctx.resilient_parsing:
        from indexer.mathematics.kernels.library import path_in_use

        click.echo(f"formulary {__version__}, formulas are evaluated by {path_in_use()}")
        ctx.exit()


@click.command(
    cls=Commands,
    context_settings={
        "auto_envvar_prefix": "FORMULARY",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    epilog="Start with `formulary init` and `formulary run`. Results go to stdout, everything else to stderr.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version, help=VERSION_HELP)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no log lines; errors are said all the same.")
@click.option("-v", "--verbose", is_flag=True, help="Log lines of a run beside its bar.")
def formulary(quiet: bool, verbose: bool) -> None:
    """A catalogue of formulas for mathematical constants that grows by itself."""
    if os.environ.get(KERNELS_VARIABLE, "auto") != "auto":
        from indexer.mathematics.kernels.library import kernels

        kernels()  # refuses what cannot be had


COLLECTED_AFTER = 50_000
"""New objects after which those are looked for that refer to each other alone; importing makes many, none of them."""


def main() -> None:
    """Run the command line and leave with its exit code; never a traceback."""
    _open_closed_streams()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # in a locale of ASCII as stderr has it
    hide_password()
    sys.set_int_max_str_digits(0)  # coefficients and limits may be long
    if not os.environ.get("FORMULARY_DEBUG"):
        warnings.simplefilter("ignore")  # for developers, not for users
    if os.name == "nt":
        sys.exit(_refuse("formulary runs on Linux and macOS; on Windows use it in WSL", 3))
    interruption = Interruption()
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays as it is
            signal.signal(number, interruption)
    gc.set_threshold(COLLECTED_AFTER)
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # a further signal, while the first one was answered
        code = INTERRUPTED
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)  # it leaves
    gc.freeze()  # what is left goes with the process
    if code == INTERRUPTED:
        _leave_interrupted(interruption.code)
    sys.exit(code)


def _leave_interrupted(code: int) -> NoReturn:
    """Leave with a code at once; Python would end itself by SIGINT if the signal came while it ran a text.

    It runs texts whenever a module with data classes is imported.
    """
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _open_closed_streams() -> None:
    """What the shell closed (`>&-`) is empty or thrown away, so that no file or connection takes its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115


class Interruption:
    """A handler of signals that ends the command as Ctrl-C does; `code` is the exit code, as shells have it."""

    def __init__(self) -> None:
        self.code = INTERRUPTED

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """End the command."""
        self.code = 128 + number
        raise KeyboardInterrupt


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit code, with errors on stderr."""
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.NoSuchOption as error:
        return _refuse(_misplaced(error) or _sentence(error.format_message()), 2)
    except click.ClickException as error:
        return _refuse(_sentence(error.format_message()), 2)
    except FormularyError as error:
        return _refuse(_sentence(str(error) or type(error).__doc__ or ""), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except (BrokenPipeError, _OutputClosed):
        return _leave_broken_pipe()
    except MemoryError:
        return _refuse("out of memory; give fewer digits or a smaller input", 2)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            return _leave_full(error)
        if isinstance(error, PermissionError) and error.filename:
            return _refuse(f"cannot use {error.filename}: {(error.strerror or '').lower()}", 2)
        if os.environ.get("FORMULARY_DEBUG"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        return _refuse(f"this should not have happened ({what[:300]}); FORMULARY_DEBUG=1 shows where", 2)


def _run(arguments: list[str]) -> object:
    """Run one command line; a group alone, such as `formulary`, gives its help. Raises UsageError."""
    if not all(map(str.strip, arguments)) and arguments[0] != "psql":
        raise click.UsageError("an argument is empty; leave it out, or see --help")
    try:
        return formulary.main(arguments, prog_name="formulary", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return 0


def _sentence(text: str) -> str:
    """One line, lower case, without a full stop; what click adds as a second sentence goes on after a semicolon."""
    line = " ".join(text.split()).removesuffix(".")
    if hint := _DID_YOU_MEAN.search(line):
        line = f"{line[: hint.start()]}; did you mean {' or '.join(re.findall(_QUOTED, hint[1]))}?"
    is_name = re.match(r"[A-Z][a-z]+[A-Z]", line)
    return line if is_name or not (line[1:2].islower() or line[1:2] == " ") else line[:1].lower() + line[1:]


def _misplaced(error: click.NoSuchOption) -> str | None:
    """Where an option of all commands stands, for one that was given after the command."""
    everywhere = {name for parameter in formulary.params for name in parameter.opts}
    if error.option_name not in everywhere or error.ctx is None or error.ctx.parent is None:
        return None
    command = error.ctx.command_path.removeprefix("formulary ")
    return f"{error.option_name} stands before the command: formulary {error.option_name} {command}"


def _refuse(message: str, code: int) -> int:
    try:
        print(f"formulary: {cut_numbers(message)}", file=sys.stderr)
    except BrokenPipeError:
        return _leave_broken_pipe()
    except OSError:  # stderr is full
        _throw_away(sys.stderr)
    return code


def _leave_broken_pipe() -> int:
    """The reader of our output left, as `head` does; nothing more can be said to it."""
    _throw_away(sys.stdout)
    return 128 + signal.SIGPIPE


def _leave_full(error: OSError) -> int:
    """The disk of a file or of our output is full; what waits to be written is thrown away."""
    try:
        sys.stdout.flush()
    except OSError:
        _throw_away(sys.stdout)
        return _refuse(f"cannot write the output: {(error.strerror or '').lower()}", 2)
    return _refuse(f"cannot write{f' {error.filename}' if error.filename else ''}: {(error.strerror or '').lower()}", 2)


def _throw_away(stream: TextIO) -> None:
    """Let what is written to a stream, and what waits there, go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    main()
