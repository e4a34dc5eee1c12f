"""A large catalogue of made-up formulas, for measuring how long its pages take.

    python -m benchmarks.pages fill --home FOLDER --formulas 1800000    copies what is there, as made-up formulas

The catalogue of `fill` is good for nothing else: its further formulas are copies with other coefficients. Give it a
home of its own with one real space in it and clusters, such as that of coefficients -2..2.
"""

from __future__ import annotations

import argparse
import time

from catalog.database.blocks import Blocks
from catalog.database.opening import open_database

SQL = Blocks(__file__)
SLICE = 4  # copies in one transaction
TABLES = ("formulas", "vectors", "relations", "exclusions", "clusters", "members")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("fill")
    part.add_argument("--home", required=True)
    part.add_argument("--formulas", type=int, default=1_800_000)
    options = parser.parse_args()
    {"fill": fill}[options.part](options)


def fill(options: argparse.Namespace) -> None:
    """Copy the formulas that are there until there are so many, a few copies at a time; goes on where it was ended."""
    with open_database(None, options.home) as database, database.connect(autocommit=True) as connection:

        def number(query: str) -> int:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
            assert row is not None
            return int(row[0] or 0)

        connection.execute(
            "create table if not exists benchmark_fill as select (select max(id) from formula) as formulas,"
            " (select max(id) from relation) as relations, (select max(id) from cluster) as clusters, 0 as done"
        )
        sizes = {name: number(f"select {name} from benchmark_fill") for name in ("formulas", "relations", "clusters")}
        while (there := number("select count(*) from formula")) < options.formulas:
            parameters = sizes | {"first": number("select done from benchmark_fill") + 1, "copies": SLICE}
            start = time.perf_counter()
            with connection.transaction():
                for name in TABLES:
                    connection.execute(SQL[name], parameters)
                connection.execute("update benchmark_fill set done = done + %s", [SLICE])
            print(f"{there:,} formulas, {time.perf_counter() - start:.0f} s a slice", flush=True)
        for table in ("formula", "relation", "cluster"):
            connection.execute(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"  # type: ignore[arg-type]
            )
        connection.execute("vacuum (analyze)")


if __name__ == "__main__":
    main()
