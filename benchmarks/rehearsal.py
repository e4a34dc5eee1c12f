"""A catalogue of ten million synthetic rows: how fast it is filled, what it takes, how long queries and the index need.

    FORMULARY_HOME=/scratch/big formulary init
    python benchmarks/rehearsal.py --home /scratch/big [--rows 10000000] [--plans FILE]

The rows are made by the server, in mirror pairs with the columns, lengths and indexes of real ones and in the shares
of the quadratic box: 88 % converge, 10 % terminate and are rational, 0.6 % are named, 6 % have a closed form and
a family; each canonical convergent one has a guess and, where it has no name, an exclusion. Clusters are left out. Run
it in a scratch home only, and remove that afterwards.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from catalog.database.opening import open_database
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.similarity.catalogue_index import CatalogueIndex

BATCH = 250_000
OFFSET = 1_000  # numbers below are those of the well-known formulas of `formulary init`
COOKBOOK = Path(__file__).parents[1] / "docs" / "cookbook.md"

FORMULAS = """
insert into formula (id, a, b, key, is_canonical, canonical_id, evaluator_version, status, status_reason,
    convergence_class, limit_value, limit_exact, limit_digits, limit_error_log10, bound_kind, limit_float8, delta,
    delta_unreduced, delta_predicted, convergence_eta, convergence_gamma, convergence_beta, convergence_sqrt, q_eta,
    q_gamma, q_reduced_eta, q_reduced_gamma, gcd_eta, gcd_gamma, factorial_reduction, metrics_reason, family,
    closed_form, closed_form_theorem, complexity)
overriding system value
select id, array[c, sign * d]::numeric[], array[e, f, 1 + n %% 3]::numeric[],
    sha256(convert_to(format('pcf:%%s,%%s;%%s,%%s,%%s', c, sign * d, e, f, 1 + n %% 3), 'utf8')),
    sign = 1, case when sign = -1 then id - 1 end, 1, status, case when terminates then format('b(%%s) = 0', e) end,
    case when converges then case when n %% 20 = 7 then 'exponential' else 'super_exponential' end end,
    case when converges then format('%%s%%s.%%s', case when sign = -1 then '-' end, n %% 10, digits)
        when terminates then format('%%s.%%s', sign * e, repeat('0', 109)) end,
    case when terminates then format('%%s/1', sign * e) end,
    case when status <> 'diverges' then 110 end, case when converges then -111.5 end,
    case when status <> 'diverges' then 'ball' end,
    case when converges then sign * (n %% 10 + u) when terminates then sign * e end,
    case when converges then u - 1 end, case when converges then u - 1.1 end, case when converges then u - 1 end,
    case when converges then -2 end, case when converges then u end, case when converges then 1 + u end,
    case when converges then 0 end, case when converges then 1 end, case when converges then u / 2 end,
    case when converges then 0.5 end, case when converges then u / 3 end, case when converges then 0.5 end,
    case when converges then u / 7 end,
    case when converges then case when n %% 500 = 9 then 'yes' else 'no' end end,
    case when not converges then 'it ' || status end,
    case when has_form then format('1,1;%%s/5,%%s/7,%%s', n / 34 %% 997, n / 34 %% 101, n / 34 %% 13) end,
    case when has_form then format('%%s/%%s*hyp1f1(%%s/5, %%s/7, 1/%%s)', d, e, n %% 997, n %% 101, n %% 13) end,
    case when has_form then 'DLMF 13.3' end, 10 + n %% 40
from (
    select *, status = 'converges' as converges, status = 'terminates' as terminates,
        status = 'converges' and n %% 17 = 0 as has_form
    from (
        select r + %(offset)s::bigint as id, r / 2 as n, (1 - 2 * (r %% 2))::integer as sign, (r / 2) %% 1009 as c,
            1 + (r / 2) / 1009 as d, 1 + (r / 2) %% 13 as e, (r / 2) %% 17 as f,
            case when (r / 2) %% 50 = 0 then 'diverges' when (r / 2) %% 50 < 6 then 'terminates' else 'converges' end
                as status,
            ('x' || left(md5((r / 2)::text), 8))::bit(32)::bigint / 4294967296.0::float8 as u,
            left(translate(md5(r::text) || md5((r + 1)::text) || md5((r / 2)::text) || md5((r / 3)::text),
                'abcdef', '012345'), 110) as digits
        from generate_series(%(first)s::bigint, %(last)s::bigint) as r
    ) as drawn
) as made
"""

VECTORS = """
insert into formula_vector (formula_id, vector_version, vector)
select id, %(version)s, array[id / 2 %% 20 * 4]::real[] || array(
    select sin(((id / 2 / 3) %% 100000) * k + id %% 3 / 50.0)::real from generate_series(1, %(dimension)s - 1) as k
)
from formula where id between %(from)s and %(to)s and status = 'converges'
"""

RATIONAL = """
insert into relation (formula_id, kind, coefficients, expression, method, proof, digits_used, digits_verified,
    code_version)
select id, 'rational', array[-split_part(limit_exact, '/', 1)::numeric, 1], split_part(limit_exact, '/', 1), 'exact',
    'closed_form', 110, 110, '0.1.0'
from formula where id between %(from)s and %(to)s and status = 'terminates'
"""

MOEBIUS = """
insert into relation (formula_id, kind, constant_id, coefficients, expression, method, proof, digits_used,
    digits_verified, code_version)
select formula.id, 'moebius', constant.id, array[1 + id_part, 1, 2, 3]::numeric[],
    format('(%%s + %%s)/(2 + 3*%%s)', 1 + id_part, constant.name, constant.name), 'lll, closed form',
    'verified', 60, 135, '0.1.0'
from (
    select id, id / 10 %% 50 as id_part, 1 + id / 20 * id %% (select count(*) from constant) as place
    from formula
    where id between %(from)s and %(to)s and status = 'converges' and id / 2 %% 180 = 7
) as formula
join (select id, name, row_number() over (order by id) as place from constant) as constant using (place)
"""

LIKE_ANOTHER = """
insert into relation (formula_id, kind, coefficients, expression, method, proof, digits_used, digits_verified,
    code_version)
select id, 'formula', array[1, 1 + id %% 50, 2, 3]::numeric[],
    format('(1 + %%s*%%s)/(2 + 3*%%s)', 1 + id %% 50, 'PCF(n + 8, 3n)', 'PCF(n + 8, 3n)'), 'family', 'verified',
    60, 135, '0.1.0'
from formula where id between %(from)s and %(to)s and status = 'converges' and is_canonical and id / 2 %% 230 = 111
"""

TERMS = """
insert into relation_term (relation_id, term_number, coefficient, limit_exponent, constant_id, constant_exponent,
    other_formula_id, other_exponent)
select relation.id, number, coefficients[place], limit_exponent,
    case when kind = 'moebius' and of_other then constant_id end,
    (kind = 'moebius' and of_other)::integer,
    case when kind = 'formula' and of_other then %(known)s end,
    (kind = 'formula' and of_other)::integer
from relation
join (values (1, 1, 0, false), (2, 2, 0, true), (3, 3, 1, false), (4, 4, 1, true))
    as term (number, place, limit_exponent, of_other) on relation.kind <> 'rational'
where formula_id between %(from)s and %(to)s
union all
select relation.id, place, coefficients[place], place - 1, null, 0, null, 0
from relation, generate_series(1, 2) as place
where formula_id between %(from)s and %(to)s and kind = 'rational'
"""

GUESSES = """
insert into guess (formula_id, place, constant_id, proposer, neighbour_id, distance, outcome, relation_id, code_version)
select formula.id, 1, 1 + formula.id %% 100, format('neighbour PCF(11n^2 + 11n + 3, n^4) at %%s', formula.id %% 100),
    %(known)s, formula.id %% 100, case when relation.id is null then 'excluded' else 'found' end, relation.id, '0.1.0'
from formula
left join relation on relation.formula_id = formula.id
where formula.id between %(from)s and %(to)s and status = 'converges' and is_canonical
"""

EXCLUSIONS = """
insert into exclusion (formula_id, library_version, kind, coefficient_digits, digits_used, outcome, constants_tried,
    code_version)
select id, 'f2f430278da8', 'moebius', 3, 60, 'budget', 28, '0.1.0'
from formula
where id between %(from)s and %(to)s and status = 'converges' and is_canonical
    and not exists (select from relation where relation.formula_id = formula.id)
"""

STATEMENTS = (FORMULAS, VECTORS, RATIONAL, MOEBIUS, LIKE_ANOTHER, TERMS, GUESSES, EXCLUSIONS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--plans", type=Path, help="write the query plans to this file")
    parser.add_argument("--timeout", type=int, default=60, help="seconds that a query may take")
    parser.add_argument("--indexes-later", action="store_true", help="drop the indexes of formula first, and time them")
    options = parser.parse_args()
    with open_database(None, options.home) as database:
        with database.connect() as connection:
            dropped = drop_indexes(connection) if options.indexes_later else {}
            fill(connection, options.rows)
            build_indexes(connection, dropped)
            tidy(connection)
            sizes(connection)
            index(connection, options.home)
        with database.reader() as connection:
            queries(connection, options.timeout, options.plans)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\npeak memory of this process {peak:.2f} GB")


def fill(connection: psycopg.Connection, rows: int) -> None:
    """Write rows in batches, and print how the rate changes as the indexes grow."""
    there, known = one(connection, "select coalesce(max(id), 0), min(id) from formula")
    print("| rows | seconds a batch of 250,000 | rows a second |\n|---|---|---|")
    begun = time.monotonic()
    for first in range(max(0, there - OFFSET + 1), rows, BATCH):
        last = min(first + BATCH, rows) - 1
        start = time.monotonic()
        parameters = {"first": first, "last": last, "offset": OFFSET, "from": first + OFFSET, "to": last + OFFSET}
        parameters |= {"version": VECTOR_VERSION, "dimension": DIMENSION, "known": known}
        for statement in STATEMENTS:
            connection.execute(statement, parameters)
        connection.commit()
        seconds = time.monotonic() - start
        if (last + 1) % (4 * BATCH) == 0:
            say(f"| {last + 1:,} | {seconds:.1f} | {(last + 1 - first) / seconds:,.0f} |")
    say(f"\nfilled in {time.monotonic() - begun:.0f} s")


def drop_indexes(connection: psycopg.Connection) -> dict[str, str]:
    """Drop what is not the primary key; returns the statements that make it again, by name."""
    rows = connection.execute(
        "select indexname, indexdef from pg_indexes where tablename = 'formula' and indexname <> 'formula_pkey'"
    ).fetchall()
    connection.execute("alter table formula drop constraint formula_key_key")
    for name, _ in rows:
        connection.execute(f"drop index if exists {name}".encode())
    connection.commit()
    return dict(rows)


def build_indexes(connection: psycopg.Connection, dropped: dict[str, str]) -> None:
    if dropped:
        print("\n| index | built in s | MB |\n|---|---|---|")
    for name, statement in dropped.items():
        start = time.monotonic()
        connection.execute(statement.encode())
        (size,) = one(connection, f"select pg_relation_size('{name}')")
        connection.commit()
        say(f"| {name} | {time.monotonic() - start:.0f} | {size / 1e6:.0f} |")
    if dropped:
        connection.execute("alter table formula add constraint formula_key_key unique using index formula_key_key")
        connection.commit()


def tidy(connection: psycopg.Connection) -> None:
    start = time.monotonic()
    connection.commit()
    connection.autocommit = True
    for table in ("formula", "formula_vector", "relation", "relation_term", "guess", "exclusion"):
        connection.execute(f"vacuum (analyze) {table}".encode())
    for table in ("formula", "relation"):
        connection.execute(f"select setval('{table}_id_seq', (select max(id) from {table}))".encode())
    connection.autocommit = False
    say(f"vacuum and analyze {time.monotonic() - start:.0f} s")


def sizes(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        """select relname, pg_relation_size(oid), pg_indexes_size(oid), pg_total_relation_size(oid), reltuples::bigint
        from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 4 desc limit 6"""
    ).fetchall()
    print("\n| table | rows | rows' bytes | indexes' bytes | bytes a row in all |\n|---|---|---|---|---|")
    for name, heap, indexes, total, count in rows:
        say(f"| {name} | {count:,} | {heap / 1e9:.2f} GB | {indexes / 1e9:.2f} GB | {total / max(count, 1):.0f} |")
    (size,) = one(connection, "select pg_database_size(current_database())")
    say(f"\ndatabase {size / 1e9:.2f} GB")
    connection.rollback()


def queries(connection: psycopg.Connection, timeout: int, plans: Path | None) -> None:
    """Time the documented queries, as the reader: seconds the first time and once more, and the nodes that read."""
    text = COOKBOOK.read_text()
    documented = re.findall(r"^### (\d+\. [^\n]+)$(?:(?!^###).)*?^```sql\n(.*?)^```$", text, re.M | re.S)
    connection.rollback()
    connection.execute(f"set statement_timeout = '{timeout}s'".encode())
    connection.commit()
    print("\n| query of the cookbook | seconds | again | what reads |\n|---|---|---|---|")
    written = []
    for title, query in documented:
        try:
            seconds = []
            for _ in range(2):
                lines = [row[0] for row in connection.execute(f"explain (analyze) {query}".encode())]
                seconds.append(float(re.findall(r"Execution Time: ([\d.]+)", lines[-1])[0]) / 1e3)
            nodes = re.findall(
                r"((?:Parallel )?(?:Seq|Index|Index Only|Bitmap Heap) Scan)[^(]*? on (\w+)", "\n".join(lines)
            )
            read = ", ".join(dict.fromkeys(f"{kind} on {table}" for kind, table in nodes))
            say(f"| {title} | {seconds[0]:.3f} | {seconds[1]:.3f} | {read} |")
        except psycopg.errors.QueryCanceled:
            lines = [row[0] for row in after_rollback(connection, f"explain {query}")]
            say(f"| {title} | over {timeout} | | |")
        connection.rollback()
        written += [f"-- {title}", *lines, ""]
    if plans is not None:
        plans.write_text("\n".join(written))


def after_rollback(connection: psycopg.Connection, query: str) -> list[Any]:
    connection.rollback()
    return connection.execute(query.encode()).fetchall()


def index(connection: psycopg.Connection, home: str) -> None:
    """Time the FAISS index: from the database, its snapshot, a start from it, and searches."""
    connection.rollback()
    print("\n| index | |\n|---|---|")
    start = time.monotonic()
    built = CatalogueIndex.rebuilt(connection, home)
    say(f"| built from the database, {len(built):,} vectors | {time.monotonic() - start:.1f} s |")
    start = time.monotonic()
    manifest = built.save(connection)
    assert manifest is not None
    say(f"| snapshot of {manifest.size / 1e6:,.0f} MB written | {time.monotonic() - start:.1f} s |")
    chooser = np.random.default_rng(1)
    vectors = [built.index.vector(int(number)) for number in chooser.choice(built.index.ids, 20)]
    del built
    start = time.monotonic()
    opened = CatalogueIndex.open(connection, home, say)
    say(f"| opened from the snapshot | {time.monotonic() - start:.1f} s |")
    seconds = []
    for vector in vectors:
        start = time.process_time()
        assert vector is not None
        opened.index.search(vector, 10)
        seconds.append(time.process_time() - start)
    say(f"| 10 nearest of one, CPU, median of {len(seconds)} | {1e3 * np.median(seconds):.1f} ms |")


def one(connection: psycopg.Connection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def say(text: str) -> None:
    print(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
