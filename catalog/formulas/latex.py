"""LaTeX of formulas as plain text, and text split where no bracket is open."""

from __future__ import annotations

import re

from catalog.errors import FormulaError
from catalog.syntax import MAX_CHARACTERS, plain_signs

_WORDS = {
    r"\left": "", r"\right": "", r"\bigl": "", r"\bigr": "", r"\displaystyle": "", r"\limits": "",
    r"\cdot": "*", r"\times": "*", r"\div": "/", r"\infty": "infinity", r"\ldots": "...", r"\cdots": "...",
    r"\dots": "...", r"\ddots": "...", r"\vdots": "...", r"\dotsb": "...", r"\pi": "pi",
    r"\quad": " ", r"\qquad": " ", r"\,": " ", r"\;": " ", r"\:": " ", r"\!": "", r"\ ": " ",
    r"\LARGE": "", r"\Large": "", r"\large": "", r"\huge": "", r"\Huge": "", r"\bigg": "", r"\Big": "", r"\big": "",
    r"\overline": "", r"\bar": "", r"\langle": "[", r"\rangle": "]", r"\lbrack": "[", r"\rbrack": "]", r"\ge": ">=",
    r"\geq": ">=", r"\(": "", r"\)": "", r"\[": "", r"\]": "", r"\{": "(", r"\}": ")",
}  # fmt: skip
_WORD = re.compile(r"\\(?:[A-Za-z]+|.)")
_FRACTION = re.compile(r"\\[cdt]?frac\s*(?:\[[lr]\])?")
_UPRIGHT = re.compile(r"\\(?:mathop|mathrm|operatorname\*?|mathbf|rm|text|mathcal)\s*")
_SUBSCRIPT = re.compile(r"([_^])\s*\{([^{}]*)\}")
_STAGGERED = re.compile(r"\(\(([^()]*)\)/\(([^()]*?)([-+])\s*\)\)")  # b/(a+) with what follows it below the line
_SIGNS = str.maketrans(
    {
        "$": "",
        "…": "...",
        "⋯": "...",
        "⋱": "...",
        "⟨": "[",
        "⟩": "]",
        "〈": "[",
        "〉": "]",
        "≥": ">=",
        "⁄": "/",
        "∕": "/",
    }
)
_QUOTES = "\"'`“”‘’«»"
_OVER_AND_UNDER = re.compile(r"\\underset\s*")
_OPENING, _CLOSING = "([{", ")]}"


def from_latex(text: str) -> str:
    """Plain text of LaTeX or of plain text: fractions as quotients, groups as brackets, one kind of dots."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"the formula has {len(text)} characters, beyond the supported {MAX_CHARACTERS}")
    plain = plain_signs(text).translate(_SIGNS).replace("\\[Infinity]", "infinity").strip().strip(_QUOTES)
    if "\\" in plain:
        plain = _commands(plain)
        plain = _SUBSCRIPT.sub(r"\1(\2)", plain).replace("{", "(").replace("}", ")")
        plain = re.sub(r"\(\s*\(?\s*K\s*\)?\s*\)|\(\s*K\s*\)", "K", plain)
    else:
        plain = _SUBSCRIPT.sub(r"\1(\2)", plain)
    plain = _STAGGERED.sub(r"(\1)/(\2\3 ", plain)
    return re.sub(r"\.\.\.+", "...", plain).strip()


def split(text: str, separators: str) -> list[str]:
    """The parts of a text between separators outside all brackets; raises FormulaError for an open bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth < 0:
            raise FormulaError(f"the formula closes a bracket that is not open in {text[:60]!r}")
        if depth == 0 and character in separators:
            parts.append("")
        else:
            parts[-1] += character
    if depth:
        raise FormulaError(f"the formula has a bracket that is not closed in {text[:60]!r}")
    return parts


def _commands(text: str) -> str:
    while match := _FRACTION.search(text):
        above, rest = _group(text[match.end() :])
        below, rest = _group(rest)
        text = f"{text[: match.start()]}(({above})/({below})){rest}"
    while match := _OVER_AND_UNDER.search(text):
        below, rest = _group(text[match.end() :])
        body, rest = _group(rest)
        inner = re.fullmatch(r"\\overset\s*(.*)", body.strip(), re.DOTALL)
        if inner:
            above, body = _group(inner[1])
            body = f"{_group(body)[0]}^{{{above}}}"
        text = f"{text[: match.start()]}{body}_{{{below}}}{rest}"
    text = _UPRIGHT.sub("", text)
    return _WORD.sub(lambda match: _WORDS.get(match[0], match[0][1:]), text)


def _group(text: str) -> tuple[str, str]:
    """The first argument of a command, in braces or one character, and what follows it."""
    text = text.lstrip()
    if not text:
        raise FormulaError("a LaTeX fraction has fewer than two parts; write \\frac{b}{a}")
    if text[0] != "{":
        return text[0], text[1:]
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return text[1:position], text[position + 1 :]
    raise FormulaError("a brace of the LaTeX formula is not closed")
