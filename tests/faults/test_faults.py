"""The bench in its short form, with every default run of the tests; the long form is `python -m tests.faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.storm import Storm


@pytest.mark.parametrize("kills, ranks", [(6, 60), pytest.param(60, 200, marks=pytest.mark.slow)])
def test_no_formula_is_lost_or_doubled_whatever_is_killed(tmp_path: Path, kills: int, ranks: int) -> None:
    storm = Storm(tmp_path, 5, ranks=ranks, pause=0.5)
    try:
        storm.prepare()
        tally = storm.blow(kills, lambda line: None)
    finally:
        storm.close()
    assert tally.differences == [], storm.log.read_text()[-3000:]
    assert tally.kills >= kills
    assert tally.rows == tally.rounds * ranks
