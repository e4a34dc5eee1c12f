"""The `formulary` command: a module per group of commands; `main` imports them when they are asked for."""

from __future__ import annotations
