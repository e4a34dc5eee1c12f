"""What is known: formulas, constants, and the Postgres catalogue that holds them."""

from __future__ import annotations

__version__ = "0.1.0"
