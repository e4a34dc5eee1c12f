"""Pages of a list hold what a search finds, in its order, whatever the conditions and the way to them."""

from __future__ import annotations

import itertools
import random
from typing import Any

import psycopg
import pytest

from catalog.store import listing
from catalog.store.listing import KEYS, key_of, page
from catalog.store.search import Filter, find
from catalog.vocabulary import CHECKED_PROOFS, CONVERGENCE_CLASSES, PROOFS, STATUSES

CONDITIONS: dict[str, tuple[Any, ...]] = {
    "constant": ("pi", "e", "nobody"),
    "statuses": (("converges",), ("terminates",), STATUSES[:2]),
    "classes": tuple((name,) for name in CONVERGENCE_CLASSES),
    "degrees": ((1, 2), (None, 1), (2, None), (0, 0), (5, 5)),
    "min_delta": (-1.0, 0.0, 3.0),
    "max_delta": (-0.5, 1.0),
    "min_growth": (0.5,),
    "max_growth": (2.0,),
    "proof": PROOFS,
    "identified": (True, False),
    "source": ("a", "euler"),
    "family": ("rational", "gauss(1/2; 1/2, 0; 0, 1/2)"),
}


def every_page(connection: psycopg.Connection, wanted: Filter, sort: str, size: int) -> list[int]:
    found: list[int] = []
    rows = page(connection, wanted, sort=sort, limit=size)
    while rows:
        found += [row["id"] for row in rows]
        rows = page(connection, wanted, sort=sort, after=key_of(rows[-1], sort), limit=size)
    return found


LISTED = "select * from listing order by constant_id, formula_id"
SOUGHT = """
    select
        formula.id, listed.constant_id,
        facet_of(
            formula.status, formula.convergence_class, cardinality(formula.a), cardinality(formula.b), best.proof,
            best.kind, formula.closed_form is not null, coalesce(formula.family = 'rational', false)
        ),
        formula.complexity, formula.delta, formula.q_reduced_gamma
    from formula
    left join best_relation as best on best.formula_id = formula.id
    cross join lateral (
        select 0
        union
        select constant_id from relation
        where formula_id = formula.id and constant_id is not null and not is_rejected(relation)
            and proof not in ('imported', 'numerical')
    ) as listed (constant_id)
    where formula.is_canonical and formula.kind = 'pcf'
    order by listed.constant_id, formula.id
"""


@pytest.mark.parametrize("seed", range(60))
def test_pages_are_what_a_search_finds(reading: psycopg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    names = chance.sample(list(CONDITIONS), chance.randrange(4))
    wanted = Filter(**{name: chance.choice(CONDITIONS[name]) for name in names})
    sort = chance.choice(list(KEYS))
    column, falling = KEYS[sort]
    rows = [row for row in find(reading, wanted, sort="id", limit=None) if row[column] is not None]
    expected = [row["id"] for row in sorted(rows, key=lambda row: (row[column], row["id"]), reverse=falling)]
    assert every_page(reading, wanted, sort, chance.choice((1, 7, 50)) if len(expected) < 30 else 50) == expected


def test_rows_of_a_page_are_those_of_a_search(reading: psycopg.Connection) -> None:
    wanted = Filter(classes=("exponential",))
    assert page(reading, wanted, limit=20) == find(reading, wanted, sort="complexity", limit=20)


def test_a_page_of_one_facet_alone_is_found_in_either_way(
    reading: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Filter(statuses=("converges",), min_delta=-1.0, max_growth=3.0)
    whole = every_page(reading, wanted, "complexity", 7)
    monkeypatch.setattr(listing, "FEW_IN_RANGE", 3)
    assert every_page(reading, wanted, "complexity", 7) == whole != []
    assert every_page(reading, wanted, "newest", 7) == sorted(whole, reverse=True)


def changes(chance: random.Random, formula: int, relation: int) -> list[str]:
    """Statements that change what is listed of formulas."""
    proof = chance.choice(PROOFS)
    where = f"where id = {formula}"
    return [
        f"update formula set delta = {chance.random()}, q_reduced_gamma = null {where}",
        f"update formula set family = case when family = 'rational' then 'other' else 'rational' end {where}",
        f"update formula set closed_form = case when closed_form is null then '1' end {where}",
        f"update formula set status = 'converges', convergence_class = 'polynomial' {where}",
        f"update relation set proof = '{proof}', digits_verified = 50 where id = {relation}",
        f"delete from relation where id = {relation}",
        f"insert into rejection select formula_id, kind, expression, 'wrong', 'me' from relation where id = {relation}"
        " on conflict do nothing",
        f"delete from rejection where formula_id = (select formula_id from relation where id = {relation})",
        "insert into relation (formula_id, kind, constant_id, coefficients, expression, method, proof, digits_used,"
        f" digits_verified, code_version) values ({formula}, 'moebius', (select min(id) + {chance.randrange(3)}"
        f" from constant), '{{1,2,3,4}}', 'x + {chance.randrange(1000)}', 'test', '{proof}', 10, 60, 'test')"
        " on conflict do nothing",
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_listed_follows_the_formulas(seeded_copy: str, seed: int) -> None:
    chance = random.Random(seed)
    with psycopg.connect(seeded_copy) as copy:
        assert copy.execute(LISTED).fetchall() == copy.execute(SOUGHT).fetchall() != []
        formulas = [row[0] for row in copy.execute("select id from formula order by id")]
        relations = [row[0] for row in copy.execute("select id from relation order by id")]
        for _ in range(80):
            copy.execute(chance.choice(changes(chance, chance.choice(formulas), chance.choice(relations))))  # type: ignore[arg-type]
        assert copy.execute(LISTED).fetchall() == copy.execute(SOUGHT).fetchall()
        gone = chance.choice([row[0] for row in copy.execute("select formula_id from listing where constant_id <> 0")])
        copy.execute("update formula set canonical_id = null where canonical_id = %s", [gone])
        copy.execute("delete from guess where neighbour_id = %s", [gone])
        copy.execute("delete from formula where id = %s", [gone])
        assert copy.execute("select from listing where formula_id = %s", [gone]).fetchall() == []
        assert copy.execute(LISTED).fetchall() == copy.execute(SOUGHT).fetchall()


def test_two_who_change_a_formula_at_once_list_what_both_did(seeded_copy: str) -> None:
    insert = (
        "insert into relation (formula_id, kind, constant_id, coefficients, expression, method, proof, digits_used,"
        " digits_verified, code_version)"
        " values (%s, 'moebius', %s, '{1,2,3,4}', %s, 'test', 'verified', 10, 500, 'test')"
    )
    with psycopg.connect(seeded_copy) as one, psycopg.connect(seeded_copy) as other:
        (number,) = one.execute(
            "select id from formula where is_canonical and id not in (select formula_id from relation)"
        ).fetchone() or (0,)
        first, second = (row[0] for row in one.execute("select id from constant order by id limit 2"))
        one.execute(insert, [number, first, "first"])
        with other.pipeline():  # it waits for the other transaction
            waiting = other.execute(insert, [number, second, "second"])
            one.commit()
        assert waiting.rowcount == 1
        other.commit()
        assert one.execute(LISTED).fetchall() == one.execute(SOUGHT).fetchall()


def test_a_facet_has_every_word_of_the_columns(connection: psycopg.Connection) -> None:
    query = "select (facet_parts(facet_of(%s, %s, %s, %s, %s, %s, %s, %s))).*"
    for status, kind, proof in itertools.zip_longest(STATUSES, CONVERGENCE_CLASSES, PROOFS):
        for relation, identified in (("moebius", proof in CHECKED_PROOFS), ("formula", False)):
            row = connection.execute(query, [status, kind, 3, 510, proof, relation, True, False]).fetchone()
            assert row == (status, kind, 3, 510, proof, identified, True, False)
    assert connection.execute(query, ["diverges", None, None, 9999, None, None, False, True]).fetchone() == (
        "diverges", None, 0, 511, None, False, False, True,
    )  # fmt: skip
