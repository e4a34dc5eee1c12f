"""Numbers as people type and paste them: decimals with their doubtful digits, exponents, groups, and expressions.

The digits say how exact a number is; an expression is evaluated first and then as good as exact.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation, localcontext

from flint import arb, ctx

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import Expression, parse_expression
from catalog.errors import ExpressionError, FormulaError
from catalog.formulas.latex import from_latex
from catalog.syntax import plain_signs
from indexer.mathematics.numbers.decimals import bits_for, round_ball

EXPRESSION_DIGITS = 60
"""Digits to which an expression is evaluated unless more are asked for."""

MOST_EXPONENT = 1_000
"""Largest power of ten in a number."""

DOUBLE_DIGITS = 16
"""Digits of a double that are told without doubt, the last within a few units."""

LEAST_DOUBLE_DIGITS = 26
"""Digits from which it is no accident that a number is a double: one of 10^9 is."""

_PLAIN = re.compile(r"[+-]?(\d+)(?:\.(\d*))?|[+-]?\.(\d+)", re.ASCII)
_NUMBER = re.compile(
    r"(?P<mantissa>[+-]?(?:\d+\.?\d*|\.\d+))(?:\((?P<doubt>\d+)\))?(?P<open>\.\.\.)?"
    r"(?:(?:[eE]|\*10(?:\^|\*\*))\(?(?P<exponent>[+-]?\d+)\)?)?",
    re.ASCII,
)
_NO_NUMBER = re.compile(r"[-+]?(?:inf|infinity|oo|\N{INFINITY}|nan)", re.IGNORECASE)
_GROUPS = re.compile(r"([+-]?\d*\.?\d+)(?:[ _]+\d{3,}(?:\.\d{3,})?)+(?:[ _]+\d{1,2})?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d[\d\s.]*(,\d+)+(\.\d*)?", re.ASCII)
_AROUND = re.compile(r"(?:[A-Za-z]\w*\s*)?(?::?=|~|\N{ALMOST EQUAL TO}|\N{ASYMPTOTICALLY EQUAL TO})\s*(.+)")
_ERROR = re.compile(
    r"\(?(?P<value>[+-]?[\d.][\d._ ]*(?:[eE][+-]?\d+)?)(?:\s*(?:\N{PLUS-MINUS SIGN}|\+/-)\s*| \+- )"
    r"(?P<error>[\d.]+(?:[eE][+-]?\d+)?)\)?"
    r"(?:\s*(?:[x*\N{MULTIPLICATION SIGN}]\s*10\s*(?:\^|\*\*)|[eE])\(?(?P<exponent>[+-]?\d+)\)?)?",
    re.ASCII,
)
_SQUARE = re.compile(r"\b([A-Za-z]+)\[([^\][]*)\]")
_SPELLINGS = str.maketrans(
    {
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{ARABIC DECIMAL SEPARATOR}": ".",
        "\N{FULLWIDTH FULL STOP}": ".",
    }
)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number as typed: the last digit may be off by one; `digits` are significant.

    `written` is what was typed where that was an expression or more than plain digits.
    """

    text: str
    ball: arb
    digits: int
    written: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it was typed as an integer."""
        return self.written is None and self.text.lstrip("+-").isdigit()

    @property
    def error_bits(self) -> int:
        """The bits after the point that are known."""
        man, exp = self.ball.rad().man_exp()
        return -(int(man).bit_length() + int(exp))

    @property
    def information(self) -> float:
        """The bits that its digits hold: its size over its error."""
        man, exp = self.ball.mid().man_exp()
        return float(int(man).bit_length() + int(exp) + self.error_bits)


def parse_number(text: str) -> Number:
    """Read a plain decimal number; leading zeros are no digits of it, trailing ones are.

    Raises ExpressionError for anything else, in particular for an exponent.

    >>> parse_number("-0.0123").digits
    3
    """
    text = plain_signs(text.strip())
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+", text, re.ASCII):
        raise ExpressionError(f"{_short(text)} has an exponent; write the number out, such as 0.0015 for 1.5e-3")
    if not _PLAIN.fullmatch(text):
        raise _no_number(text)
    return _decimal(text, text, 1, 0)


def read_number(text: str, digits: int | None = None) -> Number:
    """Read a number in any form that people paste, or an expression; keep its first `digits` significant digits.

    Known are `1.6449...` (cut off), `1.64493(4)` (the error of the last digits), `1.6449 +- 0.0004`, `6.02e23`, blanks
    between groups of three digits and more, digits of any script, `x = ` before and a full stop behind, and expressions
    such as `pi^2/6`. Raises ExpressionError with the way out for anything else.

    >>> read_number("1.64493(4)").digits, read_number("3.14159 26535 897").text, read_number("6.02e23").digits
    (5, '3.1415926535897', 3)
    >>> read_number("3.14 +- 0.01").digits, read_number("x = 1.64493.").text
    (3, '1.64493')
    """
    written = plain_text(text)
    plain = re.sub(r"[ _]+", "", written) if _GROUPS.fullmatch(written) else written
    if match := _NUMBER.fullmatch(re.sub(r"\s*[x*\N{MULTIPLICATION SIGN}]\s*10\s*(\^|\*\*)", "*10^", plain)):
        exponent = int(match["exponent"] or 0)
        if abs(exponent) > MOST_EXPONENT:
            raise ExpressionError(f"{_short(written)} has an exponent beyond the supported {MOST_EXPONENT}")
        number = _decimal(written, match["mantissa"], max(1, int(match["doubt"] or 1)), exponent)
    elif match := _ERROR.fullmatch(written):
        number = _with_error(written, match)
    elif _COMMA.fullmatch(written):
        first, *rest = written.replace(" ", "").split(",")
        meant = f"{first}.{rest[0]}" if len(rest) == 1 and "." not in written else first + "".join(rest)
        raise ExpressionError(
            f"{_short(written)} has a comma; write a decimal point, and nothing between thousands: {meant}"
        )
    elif _NO_NUMBER.fullmatch(written):
        raise ExpressionError(f"{written} is not a finite number")
    else:
        number = _evaluated(written, digits or EXPRESSION_DIGITS)
    return number if digits is None or digits >= number.digits else cut(number, digits)


def read_decimal(text: str) -> tuple[str, int] | None:
    """Return the sure digits of a number that is written with a decimal point, and how many are significant.

    They may be off by a unit of the last. None for what is written in another way, as an integer or an expression is.

    >>> read_decimal("1.64493(4)"), read_decimal("6.02e-3"), read_decimal("22"), read_decimal("pi")
    (('1.6449', 5), ('0.00602', 3), None, None)
    """
    written = plain_text(text)
    if "." not in written or not (_NUMBER.fullmatch(written) or _GROUPS.fullmatch(written)):
        return None
    number = read_number(text)
    sure = Decimal(number.text)
    while True:
        with localcontext(prec=MOST_EXPONENT):
            plain = f"{sure:f}"
        _, point, decimals = plain.partition(".")
        if not point:
            raise ExpressionError(f"{_short(written)} has no sure digit after the point; write more of its digits")
        digits = len(plain.lstrip("-").replace(".", "").lstrip("0"))
        with ctx.workprec(bits_for(len(plain)) + 64):
            off = abs(arb(plain) - number.ball).abs_upper()
            if off < arb(10) ** -len(decimals) * arb("1.000001"):
                return plain, digits
        sure = sure.quantize(Decimal(1).scaleb(1 - len(decimals)))


def plain_text(text: str) -> str:
    """Return a number without what stands around it, in ASCII digits and signs.

    >>> plain_text("x = 1.6449."), plain_text("\N{ALMOST EQUAL TO} 3.14,")
    ('1.6449', '3.14')
    """
    digits = (str(d) if (d := unicodedata.decimal(char, None)) is not None else char for char in text)
    written = " ".join(plain_signs("".join(digits)).translate(_SPELLINGS).split())
    if (match := _AROUND.fullmatch(written)) and match[1][0] in "+-.0123456789":
        written = match[1]
    if re.fullmatch(r"[+-]?\d*\.\d+\s*[.,;]", written, re.ASCII):
        written = written[:-1].rstrip()
    return written


def is_number(text: str) -> bool:
    """Return whether a text is meant as one number: written in digits, or as an expression that can be read."""
    written = plain_text(text)
    if _ERROR.fullmatch(written):
        return True
    if re.fullmatch(r"[-+.\d\s_()eE*^,x\N{MULTIPLICATION SIGN}]+", written) and not written.startswith("("):
        return "." in written or not {"(", ","} & set(written)
    try:
        _expression(written)
    except ExpressionError:
        return False
    return True


def _expression(written: str) -> Expression:
    """Read an expression, also in LaTeX, as `\\frac{\\pi^2}{6}`, and in Mathematica's brackets, as `Zeta[3]`."""
    try:
        plain = from_latex(written)
    except FormulaError as error:
        raise ExpressionError(str(error)) from error
    while (round_brackets := _SQUARE.sub(r"\1(\2)", plain)) != plain:
        plain = round_brackets
    return parse_expression(plain)


def _decimal(written: str, mantissa: str, doubt: int, exponent: int) -> Number:
    """Return the ball of a decimal mantissa of which the last digit is in doubt by so many units."""
    sign, plain = (-1 if mantissa[0] == "-" else 1), mantissa.lstrip("+-")
    whole, _, decimals = plain.partition(".")
    digits = len((whole + decimals).lstrip("0")) - (len(str(doubt)) if doubt > 1 else 0)
    with ctx.workprec(bits_for(len(plain) + abs(exponent)) + 64):
        unit = arb(10) ** (exponent - len(decimals))
        ball = sign * int(whole + decimals) * unit + doubt * unit * arb(0, 1)
    text = mantissa if exponent == 0 else f"{mantissa}e{exponent}"
    return Number(text, ball, max(0, digits), written if written != text else None)


def _with_error(written: str, match: re.Match[str]) -> Number:
    """Return the ball of a value with its error; its digits are those before the first that the error touches."""
    value = read_number(match["value"])
    try:
        error = Decimal(match["error"])
    except InvalidOperation:
        raise _no_number(written) from None
    shift = int(match["exponent"] or 0)
    if not _NUMBER.fullmatch(value.text) or not error or not Decimal(value.text):
        raise ExpressionError(f"{_short(written)} needs a number and an error above zero, such as 1.6449 +- 0.0001")
    if abs(shift) > MOST_EXPONENT or abs(error.adjusted()) > MOST_EXPONENT:
        raise ExpressionError(f"{_short(written)} has an exponent beyond the supported {MOST_EXPONENT}")
    whole_unit = error == Decimal(1).scaleb(error.adjusted())
    digits = Decimal(value.text).adjusted() - error.adjusted() + whole_unit
    with ctx.workprec(bits_for(len(value.text) + len(match["error"]) + abs(shift) + abs(error.adjusted())) + 64):
        scale = arb(10) ** shift
        ball = arb(value.text) * scale + arb(match["error"]) * scale * arb(0, 1)
    text = value.text if not shift else f"{value.text}e{shift}"
    return Number(text, ball, max(0, digits), written)


def _evaluated(written: str, digits: int) -> Number:
    """Return the value of an expression, its last digit correct to a unit."""
    try:
        expression = _expression(written)
    except ExpressionError as error:
        if re.search(r"[A-Za-z]{2}|[a-z]\(", written):
            raise
        raise _no_number(written) from error
    value = evaluate(expression, bits_for(digits) + 32)
    return replace(_rounded(value, digits), written=written)


def cut(number: Number, digits: int) -> Number:
    """Return the number with its first significant digits alone."""
    return replace(_rounded(arb(number.ball.mid()), digits), written=number.written or number.text)


def is_double(number: Number) -> bool:
    """Return whether the digits are those of a double in full, of which the first 16 alone were computed.

    >>> is_double(read_number("0.1000000000000000055511151231257827")), is_double(read_number("0.1"))
    (True, False)
    """
    if number.digits < LEAST_DOUBLE_DIGITS or not _PLAIN.fullmatch(number.text):
        return False
    with localcontext(prec=MOST_EXPONENT):
        nearest = Decimal(float(number.text))
        return abs(Decimal(number.text) - nearest) <= Decimal(1).scaleb(-len(number.text.partition(".")[2]))


def _rounded(value: arb, digits: int) -> Number:
    """Return a value as a number of so many digits."""
    text = round_ball(value, digits)[0] or "0"
    mantissa, _, exponent = text.partition("e")
    return _decimal(text, mantissa, 1, int(exponent or 0))


def _no_number(text: str) -> ExpressionError:
    return ExpressionError(f"{_short(text)!r} is not a decimal number; write digits with at most one point")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
