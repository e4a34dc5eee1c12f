"""LaTeX as this program writes it, to MathML, which browsers show without any help.

Not all of LaTeX: what the constants, formulas and families are written with. Anything else is shown as it stands.
"""

from __future__ import annotations

import re
from html import escape

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)

SYMBOLS = {
    "pi": "π",
    "zeta": "ζ",
    "gamma": "γ",
    "Gamma": "Γ",
    "psi": "ψ",
    "varphi": "φ",
    "phi": "φ",
    "beta": "β",
    "alpha": "α",
    "varpi": "ϖ",
    "infty": "∞",
    "delta": "δ",
    "eta": "η",
    "mu": "μ",
    "Omega": "Ω",
    "lambda": "λ",
    "kappa": "κ",
    "sigma": "σ",
    "rho": "ρ",
    "tau": "τ",
    "theta": "θ",
    "nu": "ν",
    "varepsilon": "ε",
}
OPERATORS = {
    "in": "∈",
    "ge": "≥",
    "geq": "≥",
    "le": "≤",
    "leq": "≤",
    "ne": "≠",
    "cdot": "·",
    "times": "×",
    "pm": "±",
    "to": "→",
    "ldots": "…",
    "cdots": "⋯",
    "sum": "∑",
    "prod": "∏",
    "dots": "…",
    "sim": "∼",
    "approx": "≈",
    "equiv": "≡",
    "vert": "|",
    "{": "{",
    "}": "}",
}
SPACES = {"quad": "1em", "qquad": "2em", ",": "0.17em", ";": "0.28em", ":": "0.22em", " ": "0.3em", "!": "0"}
DOUBLE = {"Q": "ℚ", "Z": "ℤ", "R": "ℝ", "C": "ℂ", "N": "ℕ"}
_MINUS, _PREFIX = "<mo>−</mo>", '<mo form="prefix">−</mo>'
_OPEN = re.compile(r"<mo[^>]*>[^)\]|}]</mo>|<mspace[^>]*></mspace>")
"""What a minus stands after that is a sign."""
_TALL = re.compile("<mfrac|<mtable|<munder|<mover|<mroot|<msqrt|</msup>")
_UPRIGHT = frozenset({"mathrm", "operatorname", "text", "mathbf", "mathit"})
_LETTER = "mi"
_SIGNS = {"-": "−", "*": "·", "'": "′"}


def mathml(latex: str, *, block: bool = False) -> str:
    """Return a `math` element; `block` puts it on a line of its own."""
    body = "".join(_Reader(latex).row(None))
    display = ' display="block"' if block else ""
    return f"<math{display}><mrow>{body}</mrow></math>"


class _Reader:
    """One pass over the tokens; brackets that do not match end with the text."""

    def __init__(self, latex: str) -> None:
        self._tokens = _TOKEN.findall(latex)
        self._at = 0
        self._flat = 0  # roots and exponents that are open, where a fraction stands on one line

    def row(self, end: str | None) -> list[str]:
        """Return the elements up to a token, which is passed over, or to the end of the text."""
        found: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token == end:
                self._at += 1
                break
            if token.isspace():
                self._at += 1
                continue
            element = self._scripted()
            found.append(_PREFIX if element == _MINUS and found and _OPEN.fullmatch(found[-1]) else element)
        return found

    def _scripted(self) -> str:
        """Return one element with what stands below and above it."""
        token = self._peek()
        limits = token in (r"\mathop", r"\sum", r"\prod")
        base = "<mrow></mrow>" if self._peek() in ("^", "_") else self._element()
        below = above = None
        while self._peek() in ("^", "_"):
            if self._next() == "_":
                below = self._element()
            else:
                self._flat += 1
                above = self._element()
                self._flat -= 1
        if below is None and above is None:
            return base
        name = (
            ("m" + "under" * (below is not None) + "over" * (above is not None))
            if limits
            else ("m" + "sub" * (below is not None) + "sup" * (above is not None))
        )
        scripted = f"<{name}>{base}{below or ''}{above or ''}</{name}>"
        return f'{scripted}<mspace width="{SPACES[","]}"></mspace>' if token == r"\mathop" else scripted

    def _element(self) -> str:
        self._skip_blanks()
        if self._at >= len(self._tokens):
            return "<mrow></mrow>"
        token = self._next()
        if token == "{":
            return _group(self.row("}"))
        if token.startswith("\\"):
            return self._command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<{_LETTER}>{escape(token)}</{_LETTER}>"
        stiff = ' stretchy="false"' if token in "()[]|" else ""
        return f"<mo{stiff}>{escape(_SIGNS.get(token, token))}</mo>"

    def _command(self, name: str) -> str:
        if name in ("frac", "dfrac", "cfrac"):
            return self._fraction()
        if name == "sqrt":
            return self._root()
        if name == "left":
            return self._bracketed()
        if name == "mathop":
            return self._element()
        if name == "begin":
            return self._matrix()
        if name in _UPRIGHT:
            text = escape(self._text())
            # a blank at an end would be collapsed, and words run into what stands beside them
            return f"<mtext>{_kept(text)}</mtext>" if name == "text" else f'<mi mathvariant="normal">{text}</mi>'
        if name == "mathbb":
            text = self._text()
            return f"<mi>{escape(DOUBLE.get(text, text))}</mi>"
        if name in SYMBOLS:
            return f"<mi>{SYMBOLS[name]}</mi>"
        if name in OPERATORS:
            return f"<mo>{OPERATORS[name]}</mo>"
        if name in SPACES:
            return f'<mspace width="{SPACES[name]}"></mspace>'
        return f'<mi mathvariant="normal">{escape(name)}</mi>'  # a function by its name, such as \tan

    def _fraction(self) -> str:
        """Return a fraction; in an exponent, where it would be tiny, on one line.

        Under a root too, since without a mathematics font the sign covers half of it.
        """
        above, below = self._element(), self._element()
        if not self._flat:
            return f"<mfrac>{above}{below}</mfrac>"
        return f"<mrow>{_as_factor(above)}<mo>/</mo>{_as_factor(below)}</mrow>"

    def _root(self) -> str:
        self._skip_blanks()
        if self._peek() != "[":
            return f"<msqrt>{self._under_root()}</msqrt>"
        self._next()
        index = _group(self.row("]"))
        return f"<mroot>{self._under_root()}{index}</mroot>"

    def _under_root(self) -> str:
        self._flat += 1
        element = self._element()
        self._flat -= 1
        return element

    def _bracketed(self) -> str:
        opening = self._next() if self._at < len(self._tokens) else ""
        inner = "".join(self.row(r"\right"))
        closing = self._next() if self._at < len(self._tokens) else ""
        tall = str(bool(_TALL.search(inner))).lower()  # else a font without sizes draws brackets twice as high
        sides = [f'<mo stretchy="{tall}">{escape(side.removeprefix(chr(92)))}</mo>' for side in (opening, closing)]
        left, right = ("" if "." in side else side for side in sides)
        return f"<mrow>{left}{inner}{right}</mrow>"

    def _matrix(self) -> str:
        """Return a matrix; that of `pmatrix` stands in brackets."""
        name = self._text()
        rows: list[list[list[str]]] = [[[]]]
        while self._at < len(self._tokens) and self._peek() != r"\end":
            if self._peek() == "&":
                self._next()
                rows[-1].append([])
            elif self._peek() == r"\\":
                self._next()
                rows.append([[]])
            elif str(self._peek()).isspace():
                self._next()
            else:
                rows[-1][-1].append(self._scripted())
        if self._at < len(self._tokens):
            self._next()
            self._text()
        cells = ("".join(f"<mtd>{''.join(cell)}</mtd>" for cell in row) for row in rows)
        table = f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in cells)}</mtable>"
        return f"<mrow><mo>(</mo>{table}<mo>)</mo></mrow>" if name == "pmatrix" else table

    def _text(self) -> str:
        """Return the text of a group in braces, or of one token."""
        self._skip_blanks()
        if self._peek() != "{":
            return self._next() if self._at < len(self._tokens) else ""
        self._next()
        depth, found = 1, []
        while self._at < len(self._tokens):
            token = self._next()
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            found.append(token)
        return "".join(found).replace("\\", "")

    def _peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _skip_blanks(self) -> None:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1


def _kept(text: str) -> str:
    """Return text whose first and last blank stay."""
    inner = text.strip(" ")
    return (
        "\N{NO-BREAK SPACE}" * text.startswith(" ")
        + inner
        + "\N{NO-BREAK SPACE}" * (text.endswith(" ") and bool(inner))
    )


def _as_factor(element: str) -> str:
    """Return an element in brackets where it is more than one."""
    return (
        f'<mo stretchy="false">(</mo>{element}<mo stretchy="false">)</mo>' if element.startswith("<mrow>") else element
    )


def _group(elements: list[str]) -> str:
    return elements[0] if len(elements) == 1 else f"<mrow>{''.join(elements)}</mrow>"
