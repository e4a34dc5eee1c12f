"""Clusters: the algorithm on made points, figures of quality, labels, and a real catalogue through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.database.opening import open_database
from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store import clusters as store
from catalog.store.leases import add_space
from indexer.clusters.build import checked_metrics
from indexer.clusters.hdbscan import Clusters, Parameters, build
from indexer.clusters.labels import match, related
from indexer.clusters.placement import OnlineClusters
from indexer.clusters.places import FEW_PAIRS, PLACE_RADIUS, UNPLACED, Nearest, Places, drawn, place_keys, places
from indexer.clusters.quality import davies_bouldin, purity, quality, told_apart
from tests.helpers.catalogues import add_formulas as add
from tests.helpers.command import SENTENCE, formulary, json_of
from tests.helpers.contract import validate

RNG = np.random.default_rng(5)
BLOBS = np.concatenate([RNG.normal(size=(60, 2)) * 0.1, RNG.normal(size=(60, 2)) * 0.1 + 8])
STACK = np.repeat([[30.0, 30.0]], 20, axis=0)
POINTS = np.concatenate([BLOBS, STACK, [[99.0, -99.0]]])
UNKNOWN = np.full(len(POINTS), UNPLACED)


def clustered(points: np.ndarray, constants: np.ndarray, **further: np.ndarray) -> Clusters:
    return build(points, np.ones(len(points)), constants, list(further.items()))


# The algorithm


def test_blobs_and_equal_points_are_clusters_and_a_lone_point_is_not() -> None:
    labels = clustered(POINTS, UNKNOWN).labels
    groups = [set(labels[:60].tolist()), set(labels[60:120].tolist()), set(labels[120:140].tolist())]
    assert all(len(group - {UNPLACED}) == 1 for group in groups)
    assert len(set.union(*groups) - {UNPLACED}) == 3
    assert labels[-1] == UNPLACED


def test_the_same_run_gives_the_same_labels() -> None:
    assert (clustered(POINTS, UNKNOWN).labels == clustered(POINTS, UNKNOWN).labels).all()


def test_a_sample_places_the_rest() -> None:
    points = np.concatenate([RNG.normal(size=(500, 2)), RNG.normal(size=(500, 2)) + 50])
    found = build(points, np.ones(1000), np.full(1000, UNPLACED), (), Parameters(sample=300, seed=3))
    assert (found.labels >= 0).mean() > 0.9
    assert not set(found.labels[:500].tolist()) & set(found.labels[500:].tolist()) - {UNPLACED}


def test_mirrors_do_not_make_a_cluster() -> None:
    points = np.repeat([[0.0], [1.0]], 4, axis=0)
    weights = np.array([1, 0, 0, 0, 1, 1, 1, 1])
    labels = build(points, weights, np.full(8, UNPLACED), (), Parameters(min_size=4)).labels
    assert labels.tolist() == [UNPLACED] * 4 + [0] * 4


def test_a_cluster_that_disagrees_is_split_by_further_metrics() -> None:
    constants = np.repeat([0, 1], 10)
    found = clustered(STACK, constants, metric=np.repeat([[0.0], [5.0]], 10, axis=0))
    assert sorted(set(found.labels[:10].tolist()) | set(found.labels[10:].tolist())) == [0, 1]
    assert purity(found.labels, constants) == 1.0
    step = found.clusters[0].steps[0]
    assert (step.by, step.constants, step.parts) == ("metric", {0: 10, 1: 10}, 2)


def test_a_cluster_that_nothing_splits_stays_mixed() -> None:
    found = clustered(STACK, np.repeat([0, 1], 10), metric=np.zeros((20, 1)))
    assert len(found.clusters) == 1
    assert found.clusters[0].steps == ()


def test_every_member_is_within_the_radius() -> None:
    found = clustered(POINTS, UNKNOWN)
    for cluster in found.clusters:
        for i in cluster.members:
            others = POINTS[cluster.members[cluster.members != i]]
            assert np.linalg.norm(others - POINTS[i], axis=1).min() <= cluster.radius


def test_no_points_make_no_clusters() -> None:
    assert clustered(np.zeros((0, 3)), np.zeros(0, dtype=int)).clusters == ()
    assert places(np.zeros((0, 3)))[1].shape == (0,)


# Figures


def test_davies_bouldin_of_two_known_groups() -> None:
    points, labels = [0.0, 2.0, 10.0, 12.0], [0, 0, 1, 1]
    assert davies_bouldin(points, labels) == pytest.approx((1 + 1) / 10)
    assert davies_bouldin(points, [0, 0, 0, 0]) is None
    assert davies_bouldin([1.0, 1.0, 1.0, 1.0], labels) == np.inf
    assert davies_bouldin([*points, np.nan], [*labels, 0]) == pytest.approx(0.2)


def test_groups_are_told_apart_by_their_centres() -> None:
    labels = [0, 0, 1, 1, 2, 2, 3]
    assert told_apart([0.0, 2.0, 1.0, 1.0, 5.0, 5.0, 9.0], labels) == 2
    assert told_apart([], []) == 0


def test_purity_counts_the_commonest_constant() -> None:
    assert purity([0, 0, 0, 1, -1], [5, 5, 6, 7, 5]) == pytest.approx(3 / 4)
    assert purity([0, 1], [-1, -1]) is None


def test_quality_leaves_mirrors_out() -> None:
    figures = quality(np.array([0, 0, -1]), np.array([1.0, 0.0, 1.0]), np.array([2, 2, -1]), {"delta": np.zeros(3)})
    assert (figures["formulas"], figures["placed"], figures["purity"]) == (2, 0.5, 1.0)
    json.dumps(figures, allow_nan=False)


# The rule of placement, one for all


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_what_is_outside_the_cores_is_where_it_would_be_placed_as_new(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = np.concatenate(
        [rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + 6, np.repeat([[3.0, 3.0]], 9, axis=0)]
    )
    constants = np.where(np.arange(len(points)) % 7 == 0, np.arange(len(points)) // 60, UNPLACED)
    further = rng.integers(0, 2, size=(len(points), 1)).astype(float)
    found = build(points, np.ones(len(points)), constants, [("metric", further)], Parameters(min_size=6))
    core = found.distances == 0
    radii = {label: cluster.radius for label, cluster in enumerate(found.clusters)}
    known = Places(points[core], found.labels[core], radii, further[core])
    assert (known.place(points[~core], further[~core])[0] == found.labels[~core]).all()


def test_a_sample_hardly_changes_when_a_tenth_is_missing() -> None:
    keys = place_keys(np.random.default_rng(1).normal(size=(4000, 3)))
    whole, part = keys[drawn(keys, 1500, 7)], keys[400:][drawn(keys[400:], 1500, 7)]
    assert set(part.tolist()) == set(whole.tolist()) - set(keys[:400].tolist())
    assert 900 < len(whole) <= 1500
    assert set(keys[drawn(keys, 1500, 8)].tolist()) != set(whole.tolist())


# Labels and placement


def test_an_old_cluster_is_the_new_one_with_most_of_its_members() -> None:
    assert match([(0, 7, 6), (1, 7, 4), (2, 8, 1)], {7: 10, 8: 9}, {0: 6, 1: 4, 2: 5}) == {0: 7}


def test_members_are_related_or_not() -> None:
    first, same, other = map(parse_formula, ("PCF(n, 3n + 1)", "PCF(n + 1, 3n + 4)", "PCF(n, 5n + 1)"))
    assert [e.relation is not None for e in related(first, [same])] == [True]
    assert [e.relation is not None for e in related(first, [other, same])] == [False]


def test_a_new_point_joins_the_nearest_cluster_within_its_radius_or_waits() -> None:
    found = Places(np.array([[0.0], [1.0]]), np.array([4, 9]), {4: 0.2, 9: 0.001}, np.zeros((2, 0)))
    clusters, distances = found.place(np.array([[0.1], [0.9], [1.0], [np.nan]]), np.zeros((4, 0)))
    assert clusters.tolist() == [4, UNPLACED, 9, UNPLACED]
    assert distances[[0, 2]].tolist() == pytest.approx([0.1, 0.0])


def test_a_place_of_two_clusters_is_decided_by_further_metrics() -> None:
    found = Places(np.zeros((2, 1)), np.array([4, 9]), {4: 1.0, 9: 1.0}, np.array([[0.0], [5.0]]))
    assert found.place(np.zeros((2, 1)), np.array([[1.0], [4.0]]))[0].tolist() == [4, 9]


def test_an_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(FormularyError, match="there is no metric detla; the nearest is delta"):
        checked_metrics(["detla"])


# A catalogue

LATE = [parse_formula("PCF(n + 7, n)"), parse_formula("PCF(n^2 + 8, 17)")]


def test_build_prints_figures(sample_clustering: dict[str, object]) -> None:
    validate(sample_clustering, "clustering")
    assert sample_clustering["purity"] == 1.0
    assert sample_clustering["placed"] > 0.5  # type: ignore[operator]
    assert "delta" in sample_clustering["davies_bouldin"]  # type: ignore[operator]


def test_a_cluster_tells_why_it_is_called_so(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    listed = json_of("cluster", "list", **sample_catalogue)
    for row in listed:
        validate(row, "cluster")
    named = next(row for row in listed if row["constant"] is not None)
    shown = json_of("cluster", "show", str(named["id"]), **sample_catalogue)
    validate(shown, "cluster_shown")
    events = [event["event"] for event in shown["history"]]
    assert events[0] == "created"
    assert events[-1] == "labelled"
    last = shown["history"][-1]
    assert last["detail"]["label"] == named["label"]
    assert last["relation"].startswith("PCF(")
    assert shown["formulas"]
    assert formulary("cluster", "show", str(named["id"]), **sample_catalogue).returncode == 0
    assert named["label"] in formulary("cluster", "list", **sample_catalogue).stdout


def test_related_members_without_a_name_get_a_label_of_their_own(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    unnamed = json_of("cluster", "list", "--unnamed", **sample_catalogue)
    assert unnamed
    assert all(row["label"] == f"unnamed-{row['id']}" and row["constant"] is None for row in unnamed)


def test_numbers_survive_where_members_do(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    before = json_of("cluster", "list", "--count", "99", **sample_catalogue)
    again = json_of("cluster", "build", quiet=False, **sample_catalogue)
    assert (again["kept"], again["retired"]) == (sample_clustering["clusters"], 0)
    assert json_of("cluster", "list", "--count", "99", **sample_catalogue) == before
    first = json_of("cluster", "show", str(before[0]["id"]), **sample_catalogue)
    assert len(first["history"]) <= 2


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


def test_metrics_cluster_too_and_a_dry_run_stores_nothing(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    found = json_of(
        "cluster",
        "build",
        "--by",
        "metrics",
        "--metric",
        "delta",
        "--metric",
        "q_gamma",
        "--dry-run",
        quiet=False,
        **sample_catalogue,
    )
    assert found["clustering"] is None
    assert found["clusters"] > 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["build", "--by", "metrics", "--metric", "convergence_eat"], 2, "the nearest is convergence_eta"),
        (["build", "--metric", "delta"], 2, "--metric goes with --by metrics"),
        (["build", "--by", "colour"], 2, "vector"),
        (["build", "--min-size", "5000"], 2, "index more by `formulary run`"),
        (["show", "99999"], 1, "there is no cluster 99999"),
        (["list", "--constant", "nonsense"], 1, "no cluster is labelled nonsense"),
    ],
)
def test_bad_input_is_one_sentence(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object], arguments: list[str], code: int, words: str
) -> None:
    done = formulary("cluster", *arguments, **sample_catalogue)
    assert (done.returncode, done.stdout) == (code, "")
    assert SENTENCE.fullmatch(done.stderr)
    assert words in done.stderr


def test_an_empty_catalogue_cannot_be_clustered(database_url: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": database_url, "FORMULARY_HOME": str(tmp_path)}
    done = formulary("cluster", "build", **place)
    assert done.returncode == 2
    assert "0 canonical formulas can be clustered" in done.stderr
    assert formulary("cluster", "list", **place).returncode == 1


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
        number = place_of(connection, family[0])
        assert number is not None
        assert {place_of(connection, formula) for formula in family} == {number}
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
        assert place_of(connection, parse_formula("PCF(n + 21, n)")) == place_of(
            connection, parse_formula("PCF(n + 20, n)")
        )


def place_of(connection: psycopg.Connection, formula: PCF) -> int | None:
    row = connection.execute(
        "select cluster_id from cluster_member join clustering on clustering.id = clustering_id and state = 'current'"
        " join formula on formula.id = formula_id where key = %s",
        [formula.key],
    ).fetchone()
    assert row is not None
    return None if row[0] is None else int(row[0])


def test_an_unnamed_cluster_is_renamed_when_its_constant_turns_up(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    member = parse_formula("PCF(n, 3n + 1)")  # core M(1/3, 3, 3)/M(4/3, 4, 3), a constant without a name
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        number = place_of(connection, member)
    before = json_of("cluster", "show", str(number), **sample_catalogue)
    assert before["label"] == f"unnamed-{number}"
    added = json_of("constant", "add", "Kummer third", "hyp1f1(1/3, 3, 3)/hyp1f1(4/3, 4, 3)", **sample_catalogue)
    assert added["clusters"] == [number]
    after = json_of("cluster", "show", str(number), **sample_catalogue)
    assert (after["label"], after["constant"]) == ("Kummer third", "Kummer third")
    last = after["history"][-1]
    assert (last["event"], last["detail"]["before"]) == ("relabelled", before["label"])
    assert last["relation"].startswith("PCF(")
    assert "turned up" in last["detail"]["why"]
    named = json_of("cluster", "show", str(number), **sample_catalogue)["formulas"]
    assert "hyp1f1" in named[0]["relation"]
    json_of("cluster", "build", quiet=False, **sample_catalogue)
    assert json_of("cluster", "show", str(number), **sample_catalogue)["label"] == "Kummer third"


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


def test_few_points_and_many_find_the_same_nearest() -> None:
    points, queries = RNG.normal(size=(400, 3)), RNG.normal(size=(200, 3))
    assert len(points) * len(queries) > FEW_PAIRS >= len(points) * 100
    nearest = Nearest(points)
    many = nearest(queries, 0.3)
    for part in np.array_split(np.arange(len(queries)), 2):
        few = nearest(queries[part], 0.3)
        assert (np.isinf(few[1]) == np.isinf(many[1][part])).all()
        near = np.isfinite(few[1])
        assert 0 < near.sum() < len(part)
        assert few[0][near].tolist() == many[0][part][near].tolist()
        assert few[1][near].tolist() == pytest.approx(many[1][part][near].tolist())
