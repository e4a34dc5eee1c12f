"""What a run over the whole quadratic box has left in its catalogue, beside what theory counts.

Run: python benchmarks/box.py [--home FOLDER | --database-url URL]   after: formulary run --space quadratic-5 --once
Nothing is computed anew here but the classes; `formulary verify --all` does that for the relations.
"""

from __future__ import annotations

import argparse

import numpy as np
import psycopg

from catalog.database import open_database
from indexer.asymptotics import OUTCOMES, classify_batch
from indexer.index import CatalogueIndex
from indexer.spaces import QUADRATIC_5

IN_BOX = "kind = 'pcf' and cardinality(a) <= 3 and cardinality(b) <= 3 and 5 >= all (a) and -5 <= all (a)"
IN_BOX += " and 5 >= all (b) and -5 <= all (b)"

PAIRS = {
    "converge to infinity": "status = 'converges_to_infinity'",
    "rational limit": "status = 'converges' and limit_exact is not null",
    "quadratic limit": "status = 'converges' and exists (select from relation r where r.formula_id = formula.id"
    " and r.kind = 'quadratic')",
    "named": "status = 'converges' and limit_exact is null and exists (select from relation r"
    " where r.formula_id = formula.id and r.constant_id is not null)",
    "convergent, deg a <= 1": "status in ('converges', 'converges_to_infinity') and cardinality(a) <= 2",
    "  of these with a closed form": "status in ('converges', 'converges_to_infinity') and cardinality(a) <= 2"
    " and closed_form is not null",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home")
    parser.add_argument("--database-url")
    options = parser.parse_args()
    with open_database(options.database_url, options.home) as database, database.connect() as connection:
        _counts(connection)
        index = CatalogueIndex.open(connection, options.home, print)
        vectors = _one(connection, "select count(*) from formula_vector")
        convergent = _one(connection, "select count(*) from formula where status = 'converges'")
        print(f"\nformulas that converge {convergent}, vectors {vectors}, in the index {len(index)}")
        size = _one(connection, "select pg_database_size(current_database())")
        print(
            f"database {size / 2**20:.0f} MiB, {size / _one(connection, 'select count(*) from formula'):.0f} bytes each"
        )


def _counts(connection: psycopg.Connection) -> None:
    a, b = QUADRATIC_5.coefficient_arrays(0, QUADRATIC_5.size)
    expected = dict(zip(OUTCOMES, np.bincount(classify_batch(a, b), minlength=len(OUTCOMES)).tolist(), strict=True))
    outcome = "coalesce(case when status like 'converges%' then convergence_class end, status)"
    found: dict[str, int] = dict(
        connection.execute(f"select {outcome}, count(*) from formula where {IN_BOX} group by 1".encode()).fetchall()
    )
    connection.commit()
    print(f"{'outcome':36}{'by theory':>12}{'catalogue':>12}")
    for name in [*expected, *sorted(set(found).difference(expected))]:
        print(f"{name:36}{expected.get(name, 0):12}{found.get(name, 0):12}")
    print(f"\n{'canonical formulas of the box':36}{'':12}{'catalogue':>12}")
    for name, condition in PAIRS.items():
        count = _one(connection, f"select count(*) from formula where is_canonical and {IN_BOX} and {condition}")
        print(f"{name:36}{'':12}{count:12}")


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    connection.commit()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
