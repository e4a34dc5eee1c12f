"""Build the kernels beside their sources: `python -m indexer.mathematics.kernels`; for those who work on a copy."""

from __future__ import annotations

import sys

from indexer.mathematics.kernels.building import BuildError, build


def main() -> int:
    """Build; returns the exit code."""
    try:
        print(build())
    except BuildError as error:
        print(f"the kernels were not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
