"""What is known: formulas, constants, and the Postgres catalogue that holds them.

>>> import catalog
>>> formula = catalog.parse_formula("PCF(2n+1, n^2)")
>>> formula
PCF(a=(1, 2), b=(0, 0, 1))
>>> print(formula.mirror(), formula.complexity)
PCF(-2n - 1, n^2) 7
>>> catalog.library()["pi"].oeis
'A000796'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from catalog.version import __version__

if TYPE_CHECKING:
    from catalog.catalogue import Catalogue
    from catalog.constants.library import library
    from catalog.errors import FormularyError
    from catalog.formulas.pcf import PCF, parse_formula
    from catalog.store.search import Filter

__all__ = ["PCF", "Catalogue", "Filter", "FormularyError", "__version__", "library", "parse_formula"]

_HOMES = {
    "Catalogue": "catalog.catalogue",
    "Filter": "catalog.store.search",
    "FormularyError": "catalog.errors",
    "PCF": "catalog.formulas.pcf",
    "library": "catalog.constants.library",
    "parse_formula": "catalog.formulas.pcf",
}
"""Where the names of the package live; each is imported when it is first used, so that `import catalog` is light."""


def __getattr__(name: str) -> Any:
    """Import a name of the package."""
    if name not in _HOMES:
        raise AttributeError(f"module 'catalog' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
