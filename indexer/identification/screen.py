"""Many formulas screened at once: the constants with which each has no relation with short coefficients.

What is excluded up to SCREENED_BOUND is not sought alone any more, which takes thirty times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.identification.attempts import Question, Screening, Search, Sweep
from indexer.identification.library import scaled_constant
from indexer.identification.outcome import Identification, Proposal
from indexer.kinds.kind import kind_of
from indexer.mathematics.relations.screening import (
    QUADRATIC_BOUND,
    SCREENED_BOUND,
    Constants,
    Numbers,
    moebius_bounds,
    quadratic_bounds,
)
from indexer.mathematics.relations.search import DIGITS

NEIGHBOURS = 8
"""Nearest anchors whose constants are tried."""

Begun = Identification | Search | None
"""A formula of which something is known already, is to be searched, or could not be evaluated."""


def screen(begun: Sequence[Begun], budget: int) -> list[Begun]:
    """Return the same with each search screened against all that `identify.finish` tries within the budget."""
    searches = [each for each in begun if isinstance(each, Search)]
    if not searches:
        return list(begun)
    screened = iter(_screened(searches, budget))
    return [next(screened) if isinstance(each, Search) else each for each in begun]


def _screened(searches: Sequence[Search], budget: int) -> list[Search]:
    questions = [search.asked for search in searches]
    limits = Numbers.of([asked.scaled(asked.at_digits) for asked in questions])
    not_quadratic = quadratic_bounds(limits) >= QUADRATIC_BOUND
    neighbours = neighbours_of(questions)
    bounds = _neighbour_bounds(questions, neighbours, limits)
    sweeps = _sweeps(questions, limits, budget)
    return [
        replace(search, screening=Screening(near, excluded, sweep, search.screening.not_quadratic or bool(none)))
        for search, near, excluded, sweep, none in zip(
            searches, neighbours, bounds, sweeps, not_quadratic.tolist(), strict=True
        )
    ]


def neighbours_of(questions: Sequence[Question]) -> list[tuple[Proposal, ...]]:
    """Return the constants of the anchors that are nearest to each formula, the nearest first."""
    found: dict[int, tuple[Proposal, ...]] = {}
    for anchors in {id(asked.anchors): asked.anchors for asked in questions}.values():
        rows = [row for row, asked in enumerate(questions) if asked.anchors is anchors]
        hits = anchors.nearest([questions[row].formula for row in rows], NEIGHBOURS) if anchors else [()] * len(rows)
        for row, nearest in zip(rows, hits, strict=True):
            found[row] = tuple(
                Proposal(
                    questions[row].library.expression_of(hit.constant),
                    f"neighbour {hit.formula} at {hit.distance:.3g}",
                    hit.formula_id,
                    hit.distance,
                )
                for hit in nearest
            )
    return [found[row] for row in range(len(questions))]


def _neighbour_bounds(
    questions: Sequence[Question], neighbours: Sequence[Sequence[Proposal]], limits: Numbers
) -> list[dict[str, int]]:
    """Return the bounds up to which constants of the nearest anchors are excluded, by expression.

    The nearest of all is tried alone where formulas have families, whose members may have long relations.
    """
    bounds: list[dict[str, int]] = [{} for _ in questions]
    pairs = [
        (row, proposal.expression)
        for row, (asked, near) in enumerate(zip(questions, neighbours, strict=True))
        for proposal in near[1 if kind_of(asked.formula).has_family(asked.formula) else 0 :]
    ]
    expressions = {expression: scaled_constant(expression, DIGITS) for expression in {text for _, text in pairs}}
    known = {expression: value for expression, value in expressions.items() if value is not None}
    column = {expression: index for index, expression in enumerate(known)}
    pairs = [(row, expression) for row, expression in pairs if expression in known]
    if not pairs:
        return bounds
    constants = Constants.of(Numbers.of(list(known.values())))
    rows, columns = np.array([row for row, _ in pairs]), np.array([column[expression] for _, expression in pairs])
    found = moebius_bounds(limits, constants, (rows, columns)).tolist()
    for (row, expression), bound in zip(pairs, found, strict=True):
        if bound >= SCREENED_BOUND:
            bounds[row][expression] = int(bound)
    return bounds


def _sweeps(questions: Sequence[Question], limits: Numbers, budget: int) -> list[Sweep | None]:
    """Return what is left of the members of the library that the budget allows, for each formula."""
    groups: dict[tuple[int, bool], list[int]] = {}
    for row, asked in enumerate(questions):
        groups.setdefault((id(asked.library), asked.entire), []).append(row)
    sweeps: list[Sweep | None] = [None] * len(questions)
    for (_, entire), rows in groups.items():
        members, constants = questions[rows[0]].library.screened(budget, entire=entire)
        if members:
            found = _swept(limits[np.array(rows)], len(rows), members, constants, budget)
            for row, sweep in zip(rows, found, strict=True):
                sweeps[row] = sweep
    return sweeps


def _swept(
    limits: Numbers, formulas: int, members: Sequence[tuple[str, str]], constants: Constants, budget: int
) -> list[Sweep]:
    """Return what is left of the same members of the library for each of so many formulas."""
    count = len(members)
    rows, columns = np.divmod(np.arange(formulas * count), count)
    bounds = moebius_bounds(limits, constants, (rows, columns)).reshape(-1, count)
    excluded = bounds >= SCREENED_BOUND
    least = np.where(excluded, bounds, np.inf).min(axis=1)
    sweeps = []
    for row, bound in zip(excluded, least.tolist(), strict=True):
        left = tuple(members[index] for index in np.flatnonzero(~row).tolist())
        sweeps.append(Sweep(budget, left, count - len(left), int(min(bound, 2**63))))
    return sweeps
