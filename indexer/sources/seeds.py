"""Well-known formulas with where they were published: what a catalogue begins with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

from catalog.formulas.pcf import PCF


@dataclass(frozen=True)
class Seed:
    """A formula with its author, where it was published (`work` and year) and the number of the equation there."""

    formula: PCF
    work: str
    equation: str
    author: str | None


def seeds() -> list[Seed]:
    """Return the well-known formulas of seeds.jsonl, in their order."""
    text = (resources.files("indexer.sources") / "seeds.jsonl").read_text(encoding="utf-8")
    return [_seed(json.loads(line)) for line in text.splitlines()]


def _seed(row: dict[str, object]) -> Seed:
    source = row["source"]
    assert isinstance(source, dict)
    work = ", ".join(str(part) for part in (source["work"], source.get("year")) if part)
    return Seed(PCF.from_json(row), work, source.get("equation") or "", source.get("author"))
