"""Columns in Postgres' binary format, as COPY takes them."""

from __future__ import annotations

import numpy as np
import psycopg

from catalog.database.copying import floats, integers, numeric_arrays, pack, texts


def test_binary_records_equal_those_of_the_driver(connection: psycopg.Connection) -> None:
    texts_in, numbers, reals = ["a", None, "", "ü"], [1, None, -5, 2**31 - 1], [0.5, None, np.nan, 1e300]
    connection.execute("create temporary table wire (t text, i integer, f float8)")
    with connection.cursor().copy("copy wire from stdin (format binary)") as copy:
        copy.write(pack([texts(texts_in), integers(numbers), floats(reals)]))
    assert connection.execute("select * from wire").fetchall() == [
        ("a", 1, 0.5),
        (None, None, None),
        ("", -5, None),
        ("ü", 2**31 - 1, 1e300),
    ]


NUMBERS = (0, 1, -1, 9999, 10**4, -(10**8), 123456789, 10**40 + 7, -(2**200))


def test_exact_integers_of_any_size_arrive_in_binary(connection: psycopg.Connection) -> None:
    connection.execute("create temporary table wire (n numeric[])")
    with connection.cursor().copy("copy wire from stdin (format binary)") as copy:
        copy.write(pack([numeric_arrays([NUMBERS, NUMBERS[:1]])]))
    assert connection.execute("select n::text from wire").fetchall() == [
        ("{" + ",".join(map(str, numbers)) + "}",) for numbers in (NUMBERS, NUMBERS[:1])
    ]
    assert connection.execute(
        "select count(*) from wire, unnest(n) with ordinality as item (number, place)"
        " where number = any (%s::numeric[]) and scale(number) = 0",
        [list(NUMBERS)],
    ).fetchone() == (len(NUMBERS) + 1,)
