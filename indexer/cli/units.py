"""Durations and sizes on the command line: 90, 10m, 2h; 500M, 2G; and durations as they are shown."""

from __future__ import annotations

import re
from typing import Any

import click

SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Quantity(click.ParamType[float]):
    """A positive number with a unit."""

    def __init__(self, name: str, units: dict[str, int], example: str) -> None:
        """`units` are factors by the letter that stands behind the number."""
        self.name, self._units, self._example = name, units, example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds or bytes."""
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]?)b?", str(value).strip().lower(), re.ASCII)
        if found is None or found[2] not in self._units or float(found[1]) <= 0:
            self.fail(f"{value!r} is no {self.name}; write it like {self._example}", param, ctx)
        return float(found[1]) * self._units[found[2]]


DURATION = Quantity("duration", SECONDS, "90, 10m or 2h")
SIZE = Quantity("size", BYTES, "500M or 2G")


def duration(seconds: float | None) -> str | None:
    """A time in words, such as 3 d 4 h or 5 min 10 s; None for None."""
    if seconds is None:
        return None
    hours, rest = divmod(int(seconds), 3_600)
    if hours >= 24:
        return f"{hours // 24:,} d {hours % 24} h"
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
