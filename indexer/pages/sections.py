"""The sections of the report: rows of the catalogue in, HTML out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape

import numpy as np

from catalog.store.report import PLANE, Report
from catalog.store.rows import Row
from indexer.laws.containment import folded, pattern_of
from indexer.pages.html import bar, digits, figure, number, section, table
from indexer.pages.mathml import mathml
from indexer.pages.thumbnails import Ground
from indexer.pages.typeset import expression, label, linked, relation
from indexer.pictures.growth import growth
from indexer.pictures.maps import Points, clusters, scatter
from indexer.pictures.style import inline_svg

CONSTANTS = 20
CLUSTERS = 12
NEWEST = 15
FAMILIES = 40
UNNAMED = 8
"""Rows of each section."""

LONG_LAW = 200
"""Characters of LaTeX beyond which a law comes after the shorter ones."""

_NUMBER = re.compile(r"[-+]?\d+(?:/\d+)?")

KINDS = {"rational": "rational numbers", "quadratic": "quadratic numbers", "algebraic": "algebraic numbers"}


PROVED = ("closed_form", "theorem")
"""Proofs that need no digits."""


def words(text: str | None) -> str:
    """Return a name of the database in words."""
    return (text or "").replace("sub_", "sub-").replace("super_", "super-").replace("_", " ")


def key_figures(report: Report) -> str:
    """Return the catalogue in eight numbers."""
    total, canonical = (sum(row[key] for row in report.counts) for key in ("formulas", "canonical"))
    named = [row for row in report.findings if row["name"]]
    figures = {
        "formulas": total,
        "canonical formulas": canonical,
        "convergent": sum(row["formulas"] for row in report.counts if row["status"] == "converges"),
        "identified": sum(row["formulas"] for row in report.findings),
        "constants found": len(named),
        "clusters": len(report.clusters),
        "families": len(report.families),
        "by a theorem": sum(row["proved"] for row in report.findings),
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{value:,}</dd></div>" for name, value in figures.items())
    return f'<dl class="figures">{cells}</dl>'


def counts(report: Report) -> str:
    """Return the formulas by status and class, with the map and the growth."""
    most = max((row["formulas"] for row in report.counts), default=1)
    rows = [
        (
            escape(words(row["status"])),
            escape(words(row["convergence_class"])),
            number(row["formulas"]),
            number(row["canonical"]),
            bar(row["formulas"] / most),
        )
        for row in report.counts
    ]
    columns = [("", "status"), ("", "convergence"), ("number", "formulas"), ("number", "canonical"), ("bar", "")]
    body = table("Formulas by status and class of convergence; mirrors are not canonical", columns, rows)
    if len(report.classes.x):
        plane = report.classes
        points = Points(plane.x, plane.y, plane.groups, plane.names, "class not known")
        title = "Canonical formulas by delta and the growth of the reduced denominators, by class"
        body += figure(
            inline_svg(scatter(points, PLANE, "class"), title, "classes"),
            "Each hexagon counts the formulas in it. delta is the irrationality measure that the convergents show:"
            " above 0 they prove the limit irrational, if they go on so.",
        )
    if report.growth[0]:
        body += figure(inline_svg(growth(*report.growth), "Growth of the catalogue", "growth"), "How it grew.")
    return section("counts", "What is in it", body or _nothing("formulary run"))


def constants(report: Report) -> str:
    """Return the commonest constants."""
    if not report.findings:
        return section("constants", "Constants", "<p>No relation is verified yet.</p>")
    most = report.findings[0]["formulas"]
    rows = [
        (
            expression(row["name"], row["latex"])
            if row["name"]
            else escape(KINDS.get(row["kind"], words(row["kind"]))),
            number(row["formulas"]),
            number(row["proved"]),
            "" if row["best_delta"] is None else f"{row['best_delta']:.4f}",
            bar(row["formulas"] / most),
        )
        for row in report.findings[:CONSTANTS]
    ]
    columns = [
        ("", "constant"),
        ("number", "formulas"),
        ("number", "by a theorem"),
        ("number", "best delta"),
        ("bar", ""),
    ]
    caption = "Canonical formulas whose limit is a verified Moebius map of a constant, or such a number"
    left = len(report.findings) - CONSTANTS
    rest = sum(row["formulas"] for row in report.findings[CONSTANTS:])
    more = (
        f"<p class='soft'>{left:,} more, with {rest:,} formulas: <code>formulary constant list</code></p>"
        if left > 0
        else ""
    )
    return section("constants", "Constants", table(caption, columns, rows) + more)


def cluster_section(report: Report, site: str | None = None) -> str:
    """Return the map of the clusters, and the largest ones with their pictures."""
    if not report.clusters:
        return section("clusters", "Clusters", _nothing("formulary cluster build"))
    vectors, numbers, labels = report.members
    body = ""
    if len(vectors):
        body = figure(
            inline_svg(clusters(vectors, numbers, labels), "Clusters along two principal components", "clusters"),
            "Formulas with one constant lie at one place. The labels are those of the largest clusters.",
        )
    return section("clusters", "Clusters", body + _cards(report, report.clusters[:CLUSTERS], "The largest ones", site))


def _cards(report: Report, rows: Sequence[Row], title: str, site: str | None) -> str:
    numbers, values = report.clustered
    ground = Ground(values) if len(values) else None
    items = []
    for row in rows:
        mine = np.flatnonzero(numbers == row["id"])
        name = row["label"] or "no label"
        said = f"Members of {name} by {PLANE[0]} and {PLANE[1]}"
        picture = (
            ground.picture(mine, said)
            if ground is not None and len(mine)
            else f'<p class="soft">no member has a {PLANE[0]}</p>'
        )
        first = f'<div class="of">{linked(row["formula"], site)}</div>' if row.get("formula") else ""
        size = f"{row['canonical']:,} formulas, such as" if first else f"{row['canonical']:,} formulas"
        items.append(
            f'<li><h3>{label(row["label"], row["latex"])}</h3>{picture}<div class="soft">{size}</div>{first}</li>'
        )
    caption = f"{title}, each by {PLANE[0]} (across) and {PLANE[1]} (up), over all formulas"
    return f'<p class="soft">{caption}</p>{ground.symbol() if ground else ""}<ul class="cards">{"".join(items)}</ul>'


def newest(report: Report, site: str | None = None) -> str:
    """Return the newest relations, one of each sort of constant."""
    seen: set[str] = set()
    rows: list[tuple[str, ...]] = []
    for row in report.newest:
        if (sort := _sort(row["constant"])) not in seen and len(rows) < NEWEST:
            seen.add(sort)
            limit = relation(row["expression"], row["constant"], row["latex"])
            rows.append((linked(row["formula"], site), limit, _proof(row), f"{row['found_at']:%Y-%m-%d %H:%M}"))
    columns = [("", "formula"), ("", "limit"), ("short", "proof"), ("number", "found (UTC)")]
    body = table("The newest relation of each sort of constant", columns, rows) if rows else ""
    return section("newest", "Newest verified relations", body or "<p>No relation is verified yet.</p>")


def _sort(constant: str) -> str:
    """Return a constant without its numbers: pages show one of each sort before more of the same."""
    return _NUMBER.sub("#", constant)


def _proof(row: Row) -> str:
    if row["proof"] in PROVED:
        theorem = f" title='{escape(row['theorem'])}'" if row["theorem"] else ""
        return f"<span{theorem}>{words(row['proof'])}</span>"
    return f"{row['digits_verified']} digits"


def families(report: Report) -> str:
    """Return the infinite families, as laws."""
    within = folded([pattern_of(row) for row in report.families])
    alone = [row for row in report.families if row["id"] not in within]
    rows = sorted(alone, key=lambda row: (len(row["latex"]) > LONG_LAW, -row["formulas_found"]))
    counted: Counter[str] = Counter()
    first: list[Row] = []
    others: list[Row] = []
    for row in rows:  # of each constant a few, before more of the same
        sort = _sort(row["constant"])
        counted[sort] += 1
        (first if counted[sort] <= 3 else others).append(row)
    items = "".join(_law(row) for row in (first + others)[:FAMILIES])
    if not items:
        return section("families", "Infinite families", _nothing("formulary family find"))
    more = len(rows) - FAMILIES
    rest = f"<p class='soft'>{more:,} more: <code>formulary family list</code></p>" if more > 0 else ""
    text = "<p>Each law was read from formulas of the catalogue and checked far outside.</p>"
    if within:
        rest += f"<p class='soft'>{len(within):,} are instances or shifts of others and left out.</p>"
    return section("families", "Infinite families", f'{text}<ul class="laws">{items}</ul>{rest}')


def _law(row: Row) -> str:
    proof = words(row["proof"]) if row["proof"] in PROVED else "both sides evaluated"
    found = f"read from {row['formulas_found']:,} formulas; checked at {row['values_checked']:,} values up to"
    checked = f"{found} {int(row['largest_checked']):,}, {row['digits_checked']} digits; {proof}"
    return f'<li><div class="law">{mathml(row["latex"])}</div><small>family {row["id"]}: {checked}</small></li>'


def riddles(report: Report, site: str | None = None) -> str:
    """Return what has no name: large clusters of related formulas, and formulas with a high delta."""
    unnamed = [row for row in report.clusters if (row["label"] or "").startswith("unnamed-")][:UNNAMED]
    body = "<p>Related formulas, tied to each other by verified relations, whose constant is in no library.</p>"
    rows = [
        (label(row["label"]), number(row["canonical"]), linked(row["formula"], site), digits(row["limit_value"]))
        for row in unnamed
        if row.get("formula")
    ]
    columns = [("", "cluster"), ("number", "formulas"), ("", "simplest formula"), ("digits", "its limit")]
    body += table("The largest clusters without a name", columns, rows) if rows else "<p>No such cluster is known.</p>"
    rows = [
        (
            linked(row["formula"], site),
            f"{row['delta']:.4f}",
            escape(words(row["convergence_class"])),
            digits(row["limit_value"]),
        )
        for row in report.riddles
    ]
    columns = [("", "formula"), ("number", "delta"), ("", "convergence"), ("digits", "limit")]
    if rows:
        body += table("The highest delta without a verified constant", columns, rows)
    return section("riddles", "Open riddles", body)


def _nothing(command: str) -> str:
    return f"<p>Nothing yet; <code>{escape(command)}</code> finds some.</p>"
