"""`python -m tests.faults --kills 1000 --seed 1`: prints kills, restarts, rows compared and differences."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.storm import PATIENCE, Storm


def main() -> int:
    """Run the bench; the exit code says whether there was a difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="processes to kill (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the disturbances (default 1)")
    parser.add_argument("--ranks", type=int, default=200, help="ranks indexed in a round (default 200)")
    parser.add_argument("--pause", type=float, default=0.8, help="mean seconds between two disturbances (default 0.8)")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="longest time of a round (default 300)")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="faults-"))
    started = time.monotonic()
    storm = Storm(home, given.seed, ranks=given.ranks, pause=given.pause, patience=given.patience)
    try:
        storm.prepare()
        print(f"undisturbed: {len(storm.expected.formulas)} formulas, {storm.expected.vectors} vectors", flush=True)
        tally = storm.blow(given.kills, lambda line: print(f"{time.monotonic() - started:7.1f} s {line}", flush=True))
    finally:
        storm.close()
        if given.keep:
            print(f"logs are in {home}", file=sys.stderr)
        else:
            shutil.rmtree(home, ignore_errors=True)
    print(f"seed={given.seed} {tally}")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
