"""The version of formulary, which every stored finding names."""

from __future__ import annotations

__version__ = "0.1.0"
