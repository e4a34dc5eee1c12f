"""Mathematics of the documentation as MathML, made while the pages are built: no script, and no file from elsewhere.

MkDocs calls `on_page_content`. What stands between dollars is marked by pymdownx.arithmatex; here the program's own
typesetter, which its pages and the report use, takes its place.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from indexer.pages.mathml import mathml

_MARKED = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)


def on_page_content(html: str, **_: Any) -> str:
    """Return the page with every formula as MathML; a display stands in a box that scrolls on a narrow screen."""
    return _MARKED.sub(_typeset, html)


def _typeset(found: re.Match[str]) -> str:
    element, bracket, latex = found.groups()
    block = bracket == "["
    math = mathml(unescape(latex), block=block)
    return f'<{element} class="mathematics">{math}</{element}>' if block else math
