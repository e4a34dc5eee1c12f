"""New formulas and the clusters of a sample catalogue: they join one, wait, or complete one of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.formulas.pcf import parse_formula
from catalog.store import clusters as store
from catalog.store.leases import add_space
from indexer.clusters.placement import OnlineClusters
from indexer.clusters.places import PLACE_RADIUS
from tests.helpers.catalogues import add_formulas as add
from tests.helpers.catalogues import cluster_of
from tests.helpers.command import formulary, json_of
from tests.helpers.contract import validate

LATE = [parse_formula("PCF(n + 7, n)"), parse_formula("PCF(n^2 + 8, 17)")]


def test_a_new_formula_joins_or_waits(sample_catalogue: dict[str, str], sample_clustering: dict[str, object]) -> None:
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        online = OnlineClusters()
        online.follow(connection)
        ids = add(connection, LATE)
        connection.commit()
        assert online.follow(connection) == 1
        assert online.follow(connection) == 0
        rows = connection.execute(
            "select formula_id, cluster_id from cluster_member where formula_id = any (%s)", [ids]
        ).fetchall()
        placed = dict(rows)
        assert placed[ids[1]] is None
        euler = store.cluster(connection, placed[ids[0]])
        assert euler is not None
        assert euler["label"] == "e"


def test_a_daemon_places_what_it_commits(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        add_space(connection, "late", "a = n + k; b = n; k in 30..33", 4, chunk_size=4)
        connection.commit()
    done = formulary("run", "--once", "--workers", "1", **sample_catalogue)
    assert done.returncode == 0, done.stderr
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        rows = connection.execute("""
            select cluster.label from formula
            join cluster_member on cluster_member.formula_id = formula.id
            join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
            left join cluster on cluster.id = cluster_member.cluster_id
            where formula.a[1] >= 30 and formula.a[2] = 1
        """).fetchall()
    assert [label for (label,) in rows] == ["e"] * 4


def test_the_formula_that_completes_a_place_founds_a_cluster(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    # Index shifts of one formula with a core of their own: all at one place, at which nothing was before.
    family = [parse_formula(f"PCF(5n + {5 * k + 2}, 3n + {3 * k + 1})") for k in range(4)]
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        online = OnlineClusters()
        online.follow(connection)
        counts = []
        for formula in family:
            add(connection, [formula])
            connection.commit()
            counts.append(online.follow(connection))
        assert counts == [0, 0, 3, 1]
        number = cluster_of(connection, family[0])
        assert number is not None
        assert {cluster_of(connection, formula) for formula in family} == {number}
        found = store.cluster(connection, number)
        assert found is not None
        assert (found["members"], found["representative"]) == (4, str(family[0]))
        assert [event["event"] for event in store.cluster_events(connection, number)] == ["created"]


def test_what_is_added_is_placed_at_once(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object], tmp_path: Path
) -> None:
    shown = json_of("add", "PCF(n + 20, n)", **sample_catalogue)
    validate(shown, "formula")
    assert (shown["cluster"]["label"], shown["cluster"]["distance"]) == ("e", 0.0)
    lines = tmp_path / "lines.txt"
    lines.write_text("PCF(n + 21, n)\n")
    assert json_of("add", "--from", str(lines), **sample_catalogue)["added"] == 1
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        assert cluster_of(connection, parse_formula("PCF(n + 21, n)")) == cluster_of(
            connection, parse_formula("PCF(n + 20, n)")
        )


@pytest.mark.parametrize("by", [["--by", "vector"], ["--by", "metrics", "--metric", "delta", "--metric", "q_gamma"]])
def test_what_is_near_a_formula_places_it_as_all_does(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object], by: list[str]
) -> None:
    json_of("cluster", "build", "--min-size", "3", *by, quiet=False, **sample_catalogue)
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        members = dict(connection.execute("select formula_id, cluster_id from cluster_member").fetchall())
        assert len(set(members.values())) > 3
        assert any(row["radius"] > PLACE_RADIUS for row in store.living_clusters(connection).values()) == (len(by) > 2)
        for number in sorted(members)[::3]:
            ways = OnlineClusters().place_new, OnlineClusters.place_once
            alone, all_read = (placed_anew(connection, number, way) for way in ways)
            assert alone == all_read


def placed_anew(connection: psycopg.Connection, number: int, place: Callable[..., int]) -> tuple[object, ...]:
    """Where a formula comes that is taken out of the clustering and placed again, and how many joined; rolled back."""
    with connection.transaction(force_rollback=True):
        connection.execute("delete from cluster_member where formula_id = %s", [number])
        joined = place(connection, [number])
        row = connection.execute(
            "select label, distance, radius from cluster_member left join cluster on cluster.id = cluster_id"
            " where formula_id = %s",
            [number],
        ).fetchone()
        assert row is not None
        return joined, *row
