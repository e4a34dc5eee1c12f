"""A certificate as a person would write it: one sentence a step, with its reference, as text or in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gmpy2 import mpq

from catalog.constants.expressions import parse_expression, to_latex
from catalog.errors import ExpressionError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import format_polynomial, latex_polynomial
from indexer.mathematics.closed_forms.identities import identities
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.proofs.arithmetic import Quadratic, number
from indexer.mathematics.proofs.certificate import Certificate, Step, normal
from indexer.mathematics.proofs.theorems import theorems

FUNCTIONS = {"hyp0f1": ("0F1", "10.29"), "hyp1f1": ("1F1", "13.3"), "hyp2f1": ("2F1", "15.5"), "hypu": ("U", "13.3")}
"""Each function: its symbol, and the section of DLMF with its contiguity relations."""

TRANSFORMATIONS = {
    "kummer": ("Kummer's transformation", "DLMF 13.2.39, 13.2.40"),
    "euler": ("Euler's transformation", "DLMF 15.8.1"),
    "pfaff": ("Pfaff's transformation", "DLMF 15.8.1"),
    "quadratic": ("the quadratic transformation", "DLMF 15.8.18"),
    "bessel": ("Kummer's second formula", "DLMF 13.6.9"),
    "exchange": ("the symmetry of the upper parameters", "DLMF 15.2.1"),
}
"""Each transformation: its name and reference."""

LONGEST = 160
"""Characters of a polynomial in text beyond which only its degree is given; the JSON has it all."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How mathematics is written: plain text, or LaTeX between dollars."""

    latex: bool

    def inline(self, text: str) -> str:
        """A piece of mathematics within a sentence."""
        return f"${text}$" if self.latex else text

    def formula(self, subject: dict[str, Any]) -> str:
        """A formula."""
        formula = PCF.from_json(subject)
        return formula.latex() if self.latex else _short(str(formula), formula.deg_b)

    def polynomial(self, coefficients: Sequence[Any]) -> str:
        """A polynomial with exact coefficients."""
        values = [number(c) for c in coefficients]
        if all(value.q == 0 and value.p.denominator == 1 for value in values):
            integers = [int(value.p) for value in values]
            text = latex_polynomial(integers) if self.latex else format_polynomial(integers)
            return (text if self.latex else _short(text, len(integers) - 1)) if integers else "0"
        if len(values) == 1:
            return self.number(values[0])
        terms = [f"({self.number(value)}){'' if k == 0 else f' n^{k}'}" for k, value in enumerate(values) if value != 0]
        return " + ".join(terms)

    def number(self, value: Quadratic) -> str:
        """An exact number."""
        surd = Surd(_mpq(value.p), _mpq(value.q), value.d)
        return surd.latex() if self.latex else surd.text()

    def symbol(self, letter: str, index: int) -> str:
        """A letter with an index."""
        return f"{letter}_{{{index}}}" if self.latex else f"{letter}{index}"

    def constant(self, text: str) -> str:
        """A constant by its expression, its square roots and rational parts reduced."""
        with suppress(ExpressionError):
            text = str(parse_expression(text).substitute({}))
        return to_latex(text) if self.latex else text

    def map(self, entries: Sequence[Any], symbol: str) -> str:
        """A map applied to a symbol."""
        x, y, z, w = (number(entry) for entry in entries)
        if all(value.q == 0 for value in (x, y, z, w)):
            x, y, z, w = (Quadratic(c) for c in normal(*(Fraction(value.p) for value in (x, y, z, w))))
        above, below = self._sum(x, y, symbol), self._sum(z, w, symbol)
        if below == "1":
            return above
        if self.latex:
            return rf"\frac{{{above}}}{{{below}}}"
        return f"{_bracketed(above)}/{f'({below})' if '*' in below else _bracketed(below)}"

    def _sum(self, x: Quadratic, y: Quadratic, symbol: str) -> str:
        """x + y symbol."""
        if y == 0:
            return self.number(x)
        factor = self.number(y)
        if factor in ("1", "-1"):
            term = factor.removesuffix("1") + symbol
        elif part := re.fullmatch(r"(-?)1/(\d+)", factor):
            term = f"{part[1]}{symbol}/{part[2]}"
        else:
            term = _bracketed(factor) + (" " if self.latex else "*") + symbol
        if x == 0:
            return term
        return f"{self.number(x)} - {term[1:]}" if term.startswith("-") else f"{self.number(x)} + {term}"

    def quotient(self, subject: dict[str, Any]) -> str:
        """A quotient of functions."""
        above, below = (self._function(subject, side) for side in ("above", "below"))
        if below == "1":
            return above
        if self.latex:
            return rf"\frac{{{above}}}{{{below}}}"
        return f"1/({below})" if above == "1" else f"{above}/{below}"

    def _function(self, subject: dict[str, Any], side: str) -> str:
        """A value of a function; it is 1 where an upper parameter is 0."""
        name, values = subject["function"], [number(p) for p in subject[side]]
        parameters, z = [self.number(value) for value in values], self.number(number(subject["argument"]))
        *upper, lower = parameters
        if any(value == 0 for value in (values[:1] if name == "hypu" else values[:-1])):
            return "1"
        if not self.latex:
            return f"{FUNCTIONS[name][0]}({', '.join([*parameters, z])})"
        if name == "hypu":
            return rf"U\left({', '.join([*parameters, z])}\right)"
        count = {"hyp0f1": 0, "hyp1f1": 1, "hyp2f1": 2}[name]
        return rf"{{}}_{count}F_1\left({', '.join(upper)};{lower};{z}\right)"

    def sum(self, subject: dict[str, Any]) -> str:
        """A sum by the quotient of its terms."""
        above, below = self.polynomial(subject["numerator"]), self.polynomial(subject["denominator"])
        above, below = (text.replace("n", "j") for text in (above, below))
        if self.latex:
            return rf"\sum_{{k \ge 0}} \prod_{{j=1}}^{{k}} \frac{{{above}}}{{{below}}}"
        return f"the sum over k >= 0 of the products of {_fraction(above, below)}, j = 1..k"


def argument(certificate: Certificate, *, latex: bool = False) -> list[str]:
    """Return the sentences of a proof, the claim first and the conclusion last."""
    notation = Notation(latex)
    limit = notation.formula({"a": list(certificate.formula.a), "b": list(certificate.formula.b)})
    value = certificate.expression
    shown = (r"\infty" if value == "inf" else notation.constant(value)) if latex else value
    sentences = [f"L = {limit} = {shown}." if not latex else f"$L = {limit} = {shown}$."]
    symbol = "L"
    for index, step in enumerate(_told(certificate.steps), 1):
        second = _symbol_of(notation, step["second"], index)
        sentences.append(_sentence(notation, step, symbol, second))
        symbol = second
    sentences.append(f"Together, {notation.inline(f'L = {shown}')}.")
    return sentences


def _told(steps: Sequence[Step]) -> list[Step]:
    """Return the steps without those that only write a constant otherwise, which the step before them does at once."""
    told: list[Step] = []
    for step in steps:
        if step["step"] == "same" and tuple(step["map"]) == (0, 1, 1, 0) and told:
            told[-1] = told[-1] | {"second": step["second"]}
        else:
            told.append(step)
    return told


def _symbol_of(notation: Notation, subject: dict[str, Any], index: int) -> str:
    """Return the symbol of what a step leads to: L, R, S or c with an index."""
    letters = {"a": "L", "function": "R", "numerator": "S"}
    letter = next((letter for key, letter in letters.items() if key in subject), "c")
    return "1" if subject == {"constant": "1"} else notation.symbol(letter, index)


def _sentence(notation: Notation, step: Step, first: str, second: str) -> str:
    """Return the sentence of a step."""
    inline = notation.inline
    claim = inline(f"{first} = {notation.map(step['map'], second)}")
    meaning = _meaning(notation, step["second"], second)
    where = f" with {inline(meaning)}" if meaning else ""
    match step["step"]:
        case "rewrite":
            return f"{_rewriting(notation, step)}, {claim}{where}."
        case "equivalence":
            return f"{_equivalence(notation, step)}: {claim}{where}."
        case "recurrence":
            section = FUNCTIONS[step["second"]["function"]][1]
            if step["second"]["function"] == "hypu" and len(step["first"]["a"]) == 1:
                section = "12.8"
            return (
                f"By Pincherle's theorem, {claim}{where}: the functions solve the recurrence, and are its minimal "
                f"solution (DLMF {section})."
            )
        case "transformation":
            name, reference = TRANSFORMATIONS[step["how"]]
            return f"By {name} ({reference}), {claim}{where}."
        case "contiguity":
            return f"By contiguity (DLMF {FUNCTIONS[step['second']['function']][1]}), {claim}{where}."
        case "identity":
            return f"By {identities()[step['key']].reference}, {claim}{where}."
        case "angle":
            return f"By de Moivre's theorem for {step['m']} times the smaller angle (DLMF 4.21.34), {claim}{where}."
        case "theorem":
            return f"By a theorem ({theorems()[step['key']].reference}), {claim}{where}."
        case "field":
            return f"{_field(step)}, {claim}{where}."
        case "telescoping":
            return f"{_telescoping(notation, step)}, {claim}{where}."
        case _:
            return f"That is, {claim}{where}."


def _meaning(notation: Notation, subject: dict[str, Any], symbol: str) -> str:
    """Return what a new symbol stands for."""
    if symbol == "1":
        return ""
    if "a" in subject:
        return f"{symbol} = {notation.formula(subject)}"
    if "function" in subject:
        return f"{symbol} = {notation.quotient(subject)}"
    if "numerator" in subject:
        return f"{symbol} = {notation.sum(subject)}"
    return f"{symbol} = {notation.constant(subject['constant'])}"


def _rewriting(notation: Notation, step: Step) -> str:
    if step["how"] == "shift":
        k = int(step["by"])
        return f"From index {k} on" if k > 0 else f"Begun {-k} {'step' if k == -1 else 'steps'} earlier"
    if step["by"] == [-1]:
        return f"With {notation.inline('a')} of the other sign"
    verb = "divided" if step["how"] == "deflation" else "multiplied"
    a, b, h, both = (notation.inline(text) for text in ("a(n)", "b(n)", "h(n)", "h(n) h(n-1)"))
    polynomial = notation.inline(f"h(n) = {notation.polynomial(step['by'])}")
    return f"With {a} {verb} by {h} and {b} by {both}, {polynomial}"


def _equivalence(notation: Notation, step: Step) -> str:
    inline, polynomial = notation.inline, notation.polynomial
    rows = [[polynomial(entry) for entry in row] for row in step["U"]]
    top, bottom = (polynomial(step["scale"][side]) for side in ("numerator", "denominator"))
    if notation.latex:
        inside = r" \\ ".join(" & ".join(row) for row in rows)
        matrix = rf"U(n) = \begin{{pmatrix}} {inside} \end{{pmatrix}}"
        scale = "" if (top, bottom) == ("1", "1") else rf"\frac{{{top}}}{{{bottom}}} "
        equation = rf"C_1(n) U(n+1) = {scale}U(n) C_2(n)"
        regular = rf"\det U(n) \ne 0 \text{{ for }} n \ge {step['regular_from']}"
    else:
        matrix = f"U(n) = (({'), ('.join(', '.join(row) for row in rows)}))"
        scale = "" if (top, bottom) == ("1", "1") else f"{_bracketed(_fraction(top, bottom))} "
        equation = f"C1(n) U(n+1) = {scale}U(n) C2(n)"
        regular = f"det U(n) != 0 for n >= {step['regular_from']}"
    folds = "" if step["folds"] == [1, 1] else f", {step['folds'][0]} and {step['folds'][1]} of them taken as one"
    return (
        f"The steps ((0, b(n)), (1, a(n))) of both formulas{folds} satisfy {inline(equation)} with {inline(matrix)}, "
        f"{inline(regular)}, and U takes the minimal solution to the minimal one"
    )


def _field(step: Step) -> str:
    """Return what two trajectories of a field have in common, with the directions."""
    upper, lower, z = (step["field"][key] for key in ("upper", "lower", "z"))
    first, second = (
        ", ".join(str(side["path"].count(axis)) for axis in range(upper + lower)) for side in step["trajectories"]
    )
    return (
        f"In the matrix field of {upper}F{lower} at {z} the directions ({first}) and ({second}) have one minimal "
        "solution, by the theorem of Poincare and Perron; by the walk between them"
    )


def _telescoping(notation: Notation, step: Step) -> str:
    top, bottom = (notation.polynomial(side) for side in step["ratio"])
    ratio = top if bottom == "1" else rf"\frac{{{top}}}{{{bottom}}}" if notation.latex else _fraction(top, bottom)
    r = notation.inline(("u_n/u_{n-1} = " if notation.latex else "u(n)/u(n-1) = ") + ratio)
    if "constant" in step["second"]:
        return f"The minimal solution of the recurrence has {r}; by Pincherle's theorem"
    return f"The recurrence has the solution {r}; by Euler's formula"


def _short(text: str, degree: int) -> str:
    return text if len(text) <= LONGEST else f"[a formula or polynomial of degree {degree}]"


def _fraction(above: str, below: str) -> str:
    return above if below == "1" else f"{_bracketed(above)}/{_bracketed(below)}"


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text or "/" in text else text


def _mpq(value: Fraction) -> Any:
    return mpq(value.numerator, value.denominator)
