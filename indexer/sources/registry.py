"""Which space a template means.

A template whose coefficients are all free in one range -N..N is a box, any other a template space; a source of another
sort has a word of its own at the beginning of its templates, such as `field 3F2(1); ...`, and its line in `SOURCES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from catalog.syntax import plain_signs
from indexer.sources.boxes import read_box
from indexer.sources.matrix_fields.spaces import read_field_space
from indexer.sources.signed_fractions.spaces import read_signed_space
from indexer.sources.space import Space
from indexer.sources.template import parse_template
from indexer.sources.template_spaces import read_template_space

SOURCES: Mapping[str, Callable[[str, str], Space]] = {"field": read_field_space, "signed": read_signed_space}
"""What reads (name, template), by the first word of the template."""


def read_space(name: str, text: str) -> Space:
    """Return the space of a template such as `a = (2n+1)(k n(n+1) + c); b = -n^6; k in 1..40, c in 1..40`.

    Raises SpaceError where the text cannot be read or the space has more than `MAX_SIZE` ranks.
    """
    text = plain_signs(text)
    word = re.match(r"\s*([a-z]+)\b(?!\s*=)", text)
    if word is not None and (read := SOURCES.get(word[1])):
        return read(name, text)
    template = parse_template(text)
    return read_box(name, text, template) or read_template_space(name, text, template)


QUADRATIC_5 = read_space("quadratic-5", "a = A2 n^2 + A1 n + A0; b = B2 n^2 + B1 n + B0; A*, B* in -5..5")
"""The quadratic box: both degrees at most 2, coefficients -5..5, neither polynomial zero; 1,768,900 formulas."""
