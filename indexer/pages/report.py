"""The page of the report: sections, style and pictures in one file that needs no network and no program."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from catalog.progress import Tell, silent, told
from catalog.store.report import Report
from catalog.version import __version__
from indexer.pages import sections

CONTENTS = {
    "counts": "What is in it",
    "constants": "Constants",
    "clusters": "Clusters",
    "newest": "Newest relations",
    "families": "Infinite families",
    "riddles": "Open riddles",
}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="formulary {version}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>{title}</h1>
<p class="soft">Formulas for mathematical constants, as of {moment} UTC</p>
<nav aria-label="Contents"><ul>{contents}</ul></nav>
{figures}
</header>
<main id="main">
{body}
</main>
<footer>
<p>Made by <code>formulary report</code> {version}. Counts are of canonical formulas where they say so: a formula
and its mirror and inflations count once. Relations that somebody rejected are left out.</p>
</footer>
</body>
</html>
"""


def page(report: Report, title: str = "Formulary", tell: Tell = silent, site: str | None = None) -> str:
    """Return the whole page as HTML; with a `site`, the address of `formulary serve`, formulas are links to it."""
    contents = "".join(f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in CONTENTS.items())
    return PAGE.format(
        title=escape(title),
        version=escape(__version__),
        style=files("indexer.pages").joinpath("page.css").read_text(encoding="utf-8"),
        moment=f"{report.made_at:%Y-%m-%d %H:%M}",
        contents=contents,
        figures=sections.key_figures(report),
        body="\n".join(told(_body(report, site), tell, "drawing the page", len(CONTENTS))),
    )


def _body(report: Report, site: str | None) -> Iterator[str]:
    yield sections.counts(report)
    yield sections.constants(report)
    yield sections.cluster_section(report, site)
    yield sections.newest(report, site)
    yield sections.families(report)
    yield sections.riddles(report, site)
