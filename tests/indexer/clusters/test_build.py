"""Clusters of a sample catalogue, through the command: figures, labels with their history, numbers that survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.database.opening import open_database
from catalog.errors import FormularyError
from catalog.formulas.pcf import parse_formula
from indexer.clusters.build import checked_metrics
from tests.helpers.catalogues import cluster_of
from tests.helpers.command import SENTENCE, formulary, json_of
from tests.helpers.contract import validate


def test_an_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(FormularyError, match="there is no metric detla; the nearest is delta"):
        checked_metrics(["detla"])


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


def test_an_unnamed_cluster_is_renamed_when_its_constant_turns_up(
    sample_catalogue: dict[str, str], sample_clustering: dict[str, object]
) -> None:
    member = parse_formula("PCF(n, 3n + 1)")  # core M(1/3, 3, 3)/M(4/3, 4, 3), a constant without a name
    with open_database(sample_catalogue["FORMULARY_DATABASE_URL"]) as database, database.connect() as connection:
        number = cluster_of(connection, member)
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
