"""How long the pages of a catalogue take: every page, and every combination of conditions of the list of formulas.

    python -m benchmarks.pages fill --home FOLDER --formulas 1800000    copies what is there, as made-up formulas
    python -m benchmarks.pages pages --home FOLDER                      every page: median, 95th percentile, worst
    python -m benchmarks.pages lists --home FOLDER --draws 4            every combination of conditions, and the worst

The catalogue of `fill` is good for nothing else: its further formulas are copies with other coefficients. Give it a
home of its own with one real space in it and clusters, such as that of coefficients -2..2. A time is the CPU time from
the request to the whole answer, of the application and of the server's processes that answer it: what the wall says
where nothing else is done, and does not depend on what else is. What is computed for a page (identification,
proofs, pictures) does not depend on the size of the catalogue, and is left out.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from starlette.testclient import TestClient

from benchmarks.printing import heading, line
from catalog.database.blocks import Blocks
from catalog.database.opening import open_database
from catalog.store.summaries import renew
from indexer.web.app import application
from indexer.web.filters import constant_address, listing
from indexer.web.site import Site

SQL = Blocks(__file__)
SLICE = 4  # copies in one transaction
TABLES = ("formulas", "vectors", "relations", "exclusions", "clusters", "members")
BUDGET = 50.0  # ms
ASKED = 15  # times that each page is asked for
SAMPLE = 40  # formulas, constants and clusters whose pages are asked for
SHOWN = 20  # combinations beyond the budget that are listed
PLAIN = ("/map", "/fields", "/status", "/status.json", "/metrics", "/healthz", "/reliability", "/cite", "/api")
SORTS = ("complexity", "delta", "newest")
COMMONEST_CONSTANTS = """
    select name from constant join summary on subject = 'constant' and key = constant.id
    order by (content->>'formulas')::bigint desc limit 8
"""
LARGEST_FAMILIES = """
    select family from formula where family is not null group by family order by count(*) desc limit 6
"""
VALUES: dict[str, tuple[str, ...]] = {
    "class": ("super_exponential", "exponential", "sub_exponential", "polynomial", "logarithmic"),
    "status": ("converges", "terminates", "diverges", "converges_to_infinity", "undetermined"),
    "degree": ("2,2", "1,2", "2,1", "0,2", "1,1", "0,0", "3,3", "2,-", "-,1"),
    "min_delta": ("-1", "-0.5", "0", "0.5", "1", "5"),
    "max_delta": ("-1.5", "-0.9", "0", "0.1", "1"),
    "proof": ("theorem", "closed_form", "verified", "numerical", "imported"),
    "source": ("euler", "apery", "nobody of this name"),
    "identified": ("yes", "no"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    for name in ("fill", "pages", "lists"):
        part = parts.add_parser(name)
        part.add_argument("--home", required=True)
        part.add_argument("--seed", type=int, default=1)
        part.add_argument("--formulas", type=int, default=1_800_000)
        part.add_argument("--draws", type=int, default=4, help="values of the conditions of each combination")
    options = parser.parse_args()
    {"fill": fill, "pages": pages, "lists": lists}[options.part](options)


# the catalogue


def fill(options: argparse.Namespace) -> None:
    """Copy the formulas that are there until there are so many, a few copies at a time; goes on where it was ended."""
    with open_database(None, options.home) as database, database.connect(autocommit=True) as connection:
        connection.execute(
            "create table if not exists benchmark_fill as select (select max(id) from formula) as formulas,"
            " (select max(id) from relation) as relations, (select max(id) from cluster) as clusters, 0 as done"
        )
        names = ("formulas", "relations", "clusters")
        sizes = {name: number(connection, f"select {name} from benchmark_fill") for name in names}
        while (there := number(connection, "select count(*) from formula")) < options.formulas:
            first = number(connection, "select done from benchmark_fill") + 1
            start = time.perf_counter()
            with connection.transaction():
                for name in TABLES:
                    connection.execute(SQL[name], sizes | {"first": first, "copies": SLICE})
                connection.execute("update benchmark_fill set done = done + %s", [SLICE])
            print(f"{there:,} formulas, {time.perf_counter() - start:.0f} s a slice", flush=True)
        for table in ("formula", "relation", "cluster"):
            number(connection, f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        connection.execute("vacuum (analyze)")
        print(f"counted in {renew(connection):.1f} s")


def number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0] or 0)


# pages


@contextmanager
def served(home: str) -> Iterator[tuple[TestClient, psycopg.Connection]]:
    """A client of the site over the catalogue of a home, and a connection to that."""
    with open_database(None, home) as database, database.connect(autocommit=True) as connection:
        site = Site(database, home)
        with TestClient(application(site), base_url="http://127.0.0.1", follow_redirects=False) as client:
            query = "select pid from pg_stat_activity where usename = 'formulary_reader'"
            site._read_index(site._index_read)
            client.get("/")
            client.app.state.had = {row[0]: 0 for row in connection.execute(query)}  # type: ignore[attr-defined]
            yield client, connection


def spent(client: TestClient) -> float:
    """The milliseconds of CPU that this process and the processes of the server that it talks to have had."""
    had = client.app.state.had  # type: ignore[attr-defined]
    for pid in had:
        with suppress(FileNotFoundError):  # a connection that was given back: what its process had is kept
            had[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    return 1e3 * time.process_time() + sum(had.values()) / 1e6


def asked(client: TestClient, path: str) -> float:
    """The milliseconds from a request to the whole answer."""
    start = spent(client)
    answer = client.get(path)
    passed = spent(client) - start
    if answer.status_code not in (200, 303):
        print(f"{path}: {answer.status_code} after {passed:.0f} ms", flush=True)
    return passed


def pages(options: argparse.Namespace) -> None:
    """Ask for every page, and print the times of each."""
    chance = random.Random(options.seed)
    with served(options.home) as (client, connection):
        print(f"{number(connection, 'select count(*) from formula'):,} formulas")
        heading("page", "median, ms of CPU", "95 %, ms", "worst, ms")
        for name, paths in addresses(connection, chance).items():
            if not paths:
                continue
            times = [asked(client, path) for path in paths for _ in range(max(1, ASKED // len(paths)))]
            line(name, *shown(times))


def addresses(connection: psycopg.Connection, chance: random.Random) -> dict[str, Sequence[str]]:
    """The addresses of each sort of page; of those that there are many of, a sample with the largest."""
    formulas = some_formulas(connection, chance)
    constants = [
        constant_address(row[0])
        for row in connection.execute(
            "select name from constant left join summary on subject = 'constant' and key = constant.id"
            " order by (content->>'formulas')::bigint desc nulls last"
        )
    ]
    clusters = [
        f"/clusters/{row[0]}"
        for row in connection.execute(
            "select key from summary where subject = 'cluster' order by (content->>'members')::bigint desc"
        )
    ]
    return {
        "/": ["/"],
        "/formulas": ["/formulas"],
        "/formulas?sort=delta": ["/formulas?sort=delta"],
        "/formulas?sort=newest": ["/formulas?sort=newest"],
        "/formulas, deep in it": [
            listing("/formulas", sort=sort, after=after)
            for keys in some_keys(connection, chance)
            for sort, after in keys.items()
        ],
        "/formulas?constant=, the commonest": [
            listing("/formulas", constant=name, sort=sort)
            for name in ("pi", "e", "log(2)", *texts(connection, COMMONEST_CONSTANTS))
            for sort in SORTS
        ],
        "/pcf/{a}/{b}": formulas,
        "/pcf/{a}/{b}.json": [f"{path}.json" for path in formulas],
        "/formula/{number}": [f"/formula/{k}" for k in chance.sample(range(1, 1_700_000), SAMPLE)],
        "/random": ["/random"],
        "/constants": ["/constants"],
        "/constant/{name}, most formulas": constants[:5],
        "/constant/{name}": chance.sample(constants, SAMPLE),
        "/families": ["/families"],
        "/clusters": ["/clusters"],
        "/clusters/{number}, largest": clusters[:5],
        "/clusters/{number}": chance.sample(clusters, min(SAMPLE, len(clusters))),
        **{path: [path] for path in PLAIN},
    }  # fmt: skip


def texts(connection: psycopg.Connection, query: str) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute(query))  # type: ignore[arg-type]


def some_formulas(connection: psycopg.Connection, chance: random.Random) -> list[str]:
    last = number(connection, "select max(id) from formula")
    found = connection.execute(
        "select array_to_string(a, ','), array_to_string(b, ',') from formula where id = any (%s)",
        [chance.sample(range(1, last), SAMPLE)],
    )
    return [f"/pcf/{a}/{b}" for a, b in found]


def some_keys(connection: psycopg.Connection, chance: random.Random) -> list[dict[str, str]]:
    """Keys of formulas by chance, in each order: a page can begin after any of them."""
    last = number(connection, "select max(id) from formula")
    found = connection.execute(
        "select id, complexity, delta from formula where id = any (%s) and is_canonical and delta is not null",
        [chance.sample(range(1, last), 2 * SAMPLE)],
    )
    return [
        {"complexity": f"{row[1]},{row[0]}", "delta": f"{row[2]!r},{row[0]}", "newest": f"{row[0]},{row[0]}"}
        for row in found
    ]


def shown(times: Sequence[float]) -> tuple[str, str, str]:
    return f"{np.median(times):.1f}", f"{np.quantile(times, 0.95):.1f}", f"{max(times):.1f}"


# lists


def lists(options: argparse.Namespace) -> None:
    """Ask for every combination of conditions in every order, with a few values of each, and print the slowest."""
    chance = random.Random(options.seed)
    with served(options.home) as (client, connection):
        values = VALUES | {
            "constant": ("pi", "e", "log(2)", *texts(connection, COMMONEST_CONSTANTS)),
            "family": texts(connection, LARGEST_FAMILIES),
        }
        keys = some_keys(connection, chance)
        found: list[tuple[float, str]] = []
        for size in range(len(values) + 1):
            for names in combinations(values, size):
                for sort in SORTS:
                    for draw in range(options.draws):
                        conditions: dict[str, Any] = {name: chance.choice(values[name]) for name in names}
                        after = chance.choice(keys)[sort] if draw % 2 else None  # every other one is deep in its list
                        path = listing("/formulas", **conditions, sort=sort, after=after)
                        found.append((asked(client, path), path))
        times = [passed for passed, _ in found]
        beyond = sorted((row for row in found if row[0] > BUDGET), reverse=True)
        heading("lists asked for", "median, ms of CPU", "95 %, ms", "99 %, ms", "worst, ms", f"over {BUDGET:.0f} ms")
        middle, most, worst = shown(times)
        line(f"{len(times):,}", middle, most, f"{np.quantile(times, 0.99):.1f}", worst, f"{len(beyond)}")
        for passed, path in beyond[:SHOWN]:
            print(f"{passed:7.0f} ms  {path}")


if __name__ == "__main__":
    main()
