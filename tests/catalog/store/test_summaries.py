"""Best relations and summaries are what a search of the whole catalogue gives, whatever was done to it."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest

from catalog.store import summaries
from catalog.store.progress import counts
from catalog.store.summaries import NOW, figures, figures_by_key, renew, renew_where_changed, renewed_after, standing

BEST = "select formula_id, relation_id from best_relation order by formula_id"
SOUGHT = """
    select distinct on (formula_id) formula_id, id
    from relation
    where not is_rejected(relation)
    order by
        formula_id, kind = 'formula', proof_strength(proof) desc, digits_verified desc nulls last, id
"""


@pytest.fixture
def copy(seeded_copy: str) -> Any:
    with psycopg.connect(seeded_copy) as connection:
        yield connection


def changes(chance: random.Random, relation: int) -> list[str]:
    """Statements that add, change, judge or remove relations."""
    proof = chance.choice(("numerical", "verified", "closed_form", "theorem"))
    digits = chance.randrange(20, 200)
    named = f"select formula_id, kind, expression from relation where id = {relation}"
    return [
        f"update relation set proof = '{proof}', digits_verified = {digits} where id = {relation}",
        f"delete from relation where id = {relation}",
        f"insert into rejection select *, 'wrong', 'me' from ({named}) as found on conflict do nothing",
        f"delete from rejection where formula_id = (select formula_id from relation where id = {relation})",
        "insert into relation (formula_id, kind, coefficients, expression, method, proof, digits_used, digits_verified,"
        f" code_version) select formula_id, '{chance.choice(('formula', 'quadratic'))}', '{{1,2,3,4}}',"
        f" 'x + {chance.randrange(1000)}', 'test', '{proof}', 10, {digits}, 'test' from relation where id = {relation}"
        " on conflict (formula_id, kind, expression) do update set proof = excluded.proof",
        f"update relation set digits_verified = 10 + id % 7 where id % {chance.randrange(2, 9)} = 0",
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_best_relation_is_what_a_search_finds(copy: psycopg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    there = [row[0] for row in copy.execute("select id from relation order by id")]
    assert copy.execute(BEST).fetchall() == copy.execute(SOUGHT).fetchall() != []
    for _ in range(60):
        copy.execute(chance.choice(changes(chance, chance.choice(there))))  # type: ignore[arg-type]
    assert copy.execute(BEST).fetchall() == copy.execute(SOUGHT).fetchall()


def test_a_deleted_formula_takes_its_best_relation_with_it(copy: psycopg.Connection) -> None:
    (number,) = copy.execute("select formula_id from best_relation order by formula_id desc").fetchone() or (0,)
    copy.execute("update formula set canonical_id = null where canonical_id = %s", [number])
    copy.execute("delete from guess where neighbour_id = %s", [number])
    copy.execute("delete from formula where id = %s", [number])
    assert copy.execute("select from best_relation where formula_id = %s", [number]).fetchall() == []


def test_two_who_add_relations_at_once_leave_the_better_one(seeded_copy: str) -> None:
    insert = (
        "insert into relation (formula_id, kind, coefficients, expression, method, proof, digits_used,"
        " digits_verified, code_version) values (%s, 'moebius', '{1,2,3,4}', %s, 'test', %s, 10, 500, 'test')"
    )
    with psycopg.connect(seeded_copy) as one, psycopg.connect(seeded_copy) as other:
        (number,) = one.execute(
            "select id from formula where id not in (select formula_id from relation)"
        ).fetchone() or (0,)
        one.execute(insert, [number, "first", "theorem"])
        with other.pipeline():  # it waits for the other transaction
            waiting = other.execute(insert, [number, "second", "verified"])
            one.commit()
        assert waiting.rowcount == 1
        other.commit()
        found = one.execute("select proof from best_relation where formula_id = %s", [number]).fetchall()
    assert found == [("theorem",)]


def test_summaries_are_what_the_views_count(copy: psycopg.Connection) -> None:
    found = figures(copy, NOW, "counts")
    assert {tuple(sorted(row.items())) for row in found} == {tuple(sorted(row.items())) for row in counts(copy)}
    findings = figures(copy, NOW, "findings")
    row = copy.execute("select count(*), count(distinct constant) from identified").fetchone()
    assert row == (findings["identified"], findings["constants_found"])
    by_constant = {
        name: (figures["formulas"], figures["formulas_proved"], figures["best_delta"])
        for name, figures in (
            (copy.execute("select name from constant where id = %s", [key]).fetchone()[0], figures)  # type: ignore[index]
            for key, figures in figures_by_key(copy, NOW, "constant").items()
        )
    }
    view = copy.execute(
        "select constant, formulas, formulas_proved, best_delta from constants_summary where formulas > 0"
    ).fetchall()
    assert {row[0]: row[1:] for row in view} == by_constant


def test_what_is_kept_is_what_was_counted(copy: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    assert standing(copy) == NOW
    assert renew(copy) is not None
    monkeypatch.setattr(summaries, "PROMPT_SECONDS", 1e9)  # counting is quick
    assert standing(copy) == NOW
    monkeypatch.setattr(summaries, "PROMPT_SECONDS", -1.0)
    kept = standing(copy)
    assert (kept.source, kept.counted_at) == ("summary", None)
    for subject in ("counts", "findings", "gauges", "reliability", "map"):
        assert figures(copy, kept, subject) == figures(copy, NOW, subject)
    for subject in ("constant", "cluster"):
        assert figures_by_key(copy, kept, subject) == figures_by_key(copy, NOW, subject)
    some = list(figures_by_key(copy, kept, "constant"))[:3]
    assert list(figures_by_key(copy, kept, "constant", some)) == some


def test_what_is_kept_has_its_time_once_something_was_added(
    copy: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "PROMPT_SECONDS", -1.0)
    renew(copy)
    assert renew_where_changed(copy) is None
    copy.execute("update formula set evaluated_at = now() + interval '1 hour' where id = 1")
    copy.commit()
    assert standing(copy).counted_at is not None
    assert renew_where_changed(copy) is not None
    assert standing(copy).counted_at is None


def test_counting_after_a_command_depends_on_how_long_it_takes(
    copy: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "PROMPT_SECONDS", -1.0)
    renew(copy)
    copy.execute("update summary set content = content || '{\"seconds\": 1000}' where subject = 'made'")
    copy.commit()
    with renewed_after(copy):
        copy.execute("update formula set evaluated_at = now() + interval '1 hour' where id = 1")
        copy.commit()
    assert standing(copy).counted_at is not None
    monkeypatch.setattr(summaries, "SHARE", 1e9)
    with renewed_after(copy):
        copy.execute("update formula set evaluated_at = now() + interval '2 hours' where id = 1")
        copy.commit()
    assert standing(copy).counted_at is None


def test_one_process_counts_at_a_time(copy: psycopg.Connection, seeded_copy: str) -> None:
    from catalog.store.locks import SUMMARIES, alone

    copy.commit()
    with psycopg.connect(seeded_copy) as other, alone(other, SUMMARIES) as held:
        assert held
        assert renew(copy) is None
