"""How the catalogue and its formulas are cited: BibTeX."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request

from catalog.formulas.pcf import PCF
from catalog.version import __version__
from indexer.web.filters import address

ENTRY = """@misc{{{key},
  title        = {{{title}}},
  author       = {{{{The Formulary developers}}}},
  howpublished = {{\\url{{{url}}}}},
  note         = {{Formulary {version}, read on {day}}},
}}
"""


def formula_bibtex(formula: PCF, request: Request) -> str:
    """The entry of one formula by its permalink on this site."""
    key = f"formulary-{formula.key.hex()[:12]}"
    title = f"The continued fraction ${formula.latex()}$ in Formulary, a catalogue of formulas for constants"
    return _entry(key, title, str(request.base_url).rstrip("/") + address(formula))


def catalogue_bibtex(request: Request) -> str:
    """The entry of the catalogue as this site shows it."""
    title = "Formulary, a catalogue of formulas for mathematical constants"
    return _entry("formulary", title, str(request.base_url))


def _entry(key: str, title: str, url: str) -> str:
    day = datetime.now(UTC).date().isoformat()
    return ENTRY.format(key=key, title=title, url=url, version=__version__, day=day)
