"""The `formulary` command: one module per group of commands, `main` assembles them."""

from __future__ import annotations
