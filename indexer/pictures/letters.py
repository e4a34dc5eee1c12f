"""Names of constants as pictures show them: a few letters of mathematics instead of a line of program text."""

from __future__ import annotations

import re

LONGEST = 34
"""Letters of a name in a legend."""

_WORDS = {
    "pi": "π",
    "phi": "φ",
    "log": "ln",
    "zeta": "ζ",
    "gamma": "Γ",
    "euler_gamma": "γ",
    "catalan": "Catalan",
    "hyp0f1": "₀F₁",
    "hyp1f1": "₁F₁",
    "hyp1f2": "₁F₂",
    "hyp2f1": "₂F₁",
    "hypu": "U",
    "besseli": "I",
    "besselj": "J",
    "besselk": "K",
    "struveh": "H",
    "struvel": "L",
}
_WORD = re.compile(r"[a-z_][a-z_0-9]*")
_ROOT = re.compile(r"sqrt\((\d+|[a-z]+)\)")


def pretty(name: str, longest: int = LONGEST) -> str:
    """Return a constant's name in the letters of mathematics, cut to a length; other names stay as they are."""
    text = _ROOT.sub(r"√\1", name)
    text = _WORD.sub(lambda match: _WORDS.get(match[0], match[0]), text).replace("*", "·")
    return text if len(text) <= longest else text[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
