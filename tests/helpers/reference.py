"""The reference rows in tests/data, as formulas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalog.formulas.pcf import PCF

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[dict[str, Any]]:
    """Return the objects of a JSON lines or JSON file of tests/data."""
    text = (DATA / name).read_text()
    return json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]


def pcf(row: dict[str, Any]) -> PCF:
    """Return the formula of a row."""
    return PCF(tuple(row["a"]), tuple(row["b"]))
