"""Imports of exports: every size and mix of known, new and repeated records, in batches beyond the first."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import psycopg
import pytest

from indexer.upkeep import importing
from tests.helpers.catalogues import content
from tests.helpers.command import formulary, json_of


@pytest.fixture(scope="module")
def exported(seeded_url: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The records of the small catalogue, one JSON object a line."""
    done = formulary("export", "-", FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(keepends=True)


@pytest.mark.parametrize("batch", [1, 7, 500])
@pytest.mark.parametrize("order", ["twice in a row", "one file after the other", "mixed"])
def test_records_that_are_known_new_or_repeated_are_counted_in_every_batch(
    seeded_copy: str, exported: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, order: str
) -> None:
    monkeypatch.setattr(importing, "BATCH", batch)
    chosen = exported[:23]
    lines = {
        "twice in a row": list(itertools.chain.from_iterable(zip(chosen, chosen, strict=True))),
        "one file after the other": chosen + chosen,
        "mixed": random.Random(1).sample(chosen * 3, 3 * len(chosen)),
    }[order]
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(lines))
    absent = [json.loads(line) for line in chosen if not json.loads(line)["relations"]][:5]
    with psycopg.connect(seeded_copy) as connection:
        for record in absent:
            connection.execute("delete from formula where a = %s and b = %s", (record["a"], record["b"]))
    summary = json_of("import", str(file), FORMULARY_DATABASE_URL=seeded_copy, quiet=False)
    assert summary == {"added": len(absent), "known": len(lines) - len(absent), "refused": 0}


def test_more_known_records_than_one_batch_holds_change_nothing(
    seeded_copy: str, exported: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", len(exported) // 3)
    file = tmp_path / "all.jsonl"
    file.write_text("".join(exported))
    before = content(seeded_copy)
    summary = json_of("import", str(file), FORMULARY_DATABASE_URL=seeded_copy, quiet=False)
    assert summary == {"added": 0, "known": len(exported), "refused": 0}
    assert content(seeded_copy) == before
