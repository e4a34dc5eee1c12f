"""`formulary cluster`: build the clusters of the catalogue, list them, tell why one is called what it is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import NotFound
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, constant_names, json_option, option
from indexer.cli.output import note, write_fields, write_json, write_table
from indexer.cli.progress import shown

if TYPE_CHECKING:
    import psycopg

SHOWN_CLASSES = 5
"""Classes of equivalent formulas of a cluster that are shown; --json has all."""

NAMED = 10
"""Clusters of one name that are told apart."""


@click.group(epilog="Example: formulary cluster build")
def cluster() -> None:
    """Clusters of formulas, and the constants they stand for."""


@cluster.command(epilog="Example: formulary cluster build --by metrics --metric delta --metric q_reduced_gamma")
@option("--by", type=click.Choice(["vector", "metrics"]), default="vector", help="What to cluster by.")
@option("--metric", "metrics", multiple=True, metavar="NAME", help="A metric, for --by metrics; repeat for more.")
@option(
    "--min-size",
    type=click.IntRange(2, 100_000),
    help="Canonical formulas that a cluster needs.  [default: 3 by vector, 50 or a twentieth of all by metrics]",
)
@option(
    "--min-samples", type=click.IntRange(1, 1000), help="HDBSCAN's measure of density.  [default: 5, 10 by metrics]"
)
@option("--sample", type=click.IntRange(100), default=20_000, help="Places that HDBSCAN looks at, at most.")
@option("--seed", type=click.IntRange(0), default=1, help="Seed of the sample.")
@option("--dry-run", is_flag=True, help="Show the figures, and store nothing.")
@catalogue_options
@json_option
def build(
    by: str,
    metrics: tuple[str, ...],
    min_size: int | None,
    min_samples: int | None,
    sample: int,
    seed: int,
    dry_run: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Cluster all convergent formulas, label the clusters by their verified members, and store them.

    Clusters whose members agree keep their numbers from run to run. New formulas join them as they come.
    """
    from indexer.clusters.build import PLANE, Options, build_clusters

    if metrics and by != "metrics":
        raise click.UsageError("--metric goes with --by metrics")
    options = Options(by, metrics or PLANE, min_size, min_samples, sample=sample, seed=seed)
    with catalogue(database_url, home) as connection, shown() as tell:
        built = build_clusters(connection, options, stored=not dry_run, say=note, tell=tell)
    fields = {
        "clustering": built.clustering,
        "by": by,
        **built.quality,
        "kept": built.kept,
        "retired": built.retired,
        "labels": built.labels,
    }
    if as_json:
        write_json(fields)
    else:
        _write_built(fields)


def _write_built(fields: dict[str, Any]) -> None:
    write_fields(
        [
            ("clusters", _kinds(fields)),
            ("placed", f"{100 * fields['placed']:.1f} % of {fields['formulas']:,} canonical formulas"),
            ("purity", None if fields["purity"] is None else f"{100 * fields['purity']:.1f} %"),
            ("verified", f"{fields['verified']:,} formulas, {fields['constants']:,} constants"),
            ("kept", f"{fields['kept']:,} numbers of clusters, {fields['retired']:,} retired"),
        ]
    )
    write_table(
        ("Davies-Bouldin of", "by constant", "apart", "by cluster", "apart "),
        [
            (name, _index(row["constants"]), row["constants_apart"], _index(row["clusters"]), row["clusters_apart"])
            for name, row in fields["davies_bouldin"].items()
        ],
        right=("by constant", "apart", "by cluster", "apart "),
    )


@cluster.command("list", epilog="Example: formulary cluster list --constant pi")
@option(
    "--constant",
    metavar="NAME",
    shell_complete=constant_names,
    help="Only clusters with this constant, label or given name.",
)
@option("--unnamed", is_flag=True, help="Only clusters of related formulas without a name.")
@option("--count", type=click.IntRange(1), default=20, help="How many, the largest first.")
@catalogue_options
@json_option
def list_clusters(
    constant: str | None, unnamed: bool, count: int, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """List the clusters, the largest first."""
    from catalog.store import clusters as store

    with catalogue(database_url, home) as connection:
        rows = store.cluster_list(connection, count, constant, unnamed)
        built = store.current(connection) is not None
    if not rows and not built:
        raise NotFound("there are no clusters yet; make them by `formulary cluster build`")
    if not rows and constant:
        raise NotFound(f"no cluster is labelled {constant}; `formulary cluster list` shows the largest")
    if as_json:
        write_json(rows)
        return
    write_table(
        ("cluster", "label", "canonical", "representative"),
        [(row["id"], row["given_name"] or row["label"], row["canonical"], row["representative"]) for row in rows],
        right=("cluster", "canonical"),
    )


@cluster.command(epilog="Example: formulary cluster show pi")
@click.argument("which", metavar="NUMBER|NAME", shell_complete=constant_names)
@option("--count", type=click.IntRange(1), default=10, help="How many members, the simplest first.")
@catalogue_options
@json_option
def show(which: str, count: int, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Show a cluster: its members, and the history that tells why its label stands.

    NAME is its given name, its label, or a constant; of several clusters the largest is shown.
    """
    from catalog.store import clusters as store
    from catalog.store.equivalences import cluster_classes

    with catalogue(database_url, home) as connection:
        number = int(which) if which.isascii() and which.isdecimal() and len(which) < 19 else _named(connection, which)
        found = store.cluster(connection, number)
        if found is None:
            raise NotFound(f"there is no cluster {number}; `formulary cluster list` shows those there are")
        found["classes"] = cluster_classes(connection, number)
        found["history"] = store.cluster_events(connection, number)
        found["formulas"] = store.cluster_formulas(connection, number, count)
    if as_json:
        write_json(found, rows="formulas")
    else:
        _write_cluster(found)


def _named(connection: psycopg.Connection, name: str) -> int:
    """The number of the largest cluster of a name; says how many there are."""
    from catalog.store import clusters as store
    from catalog.store.search import constant_name

    rows = store.cluster_list(connection, NAMED, name)
    if not rows:
        with suppress(NotFound):
            rows = store.cluster_list(connection, NAMED, constant_name(connection, name))
    if not rows:
        raise NotFound(f"no cluster is called {name[:60]}; `formulary cluster list` shows the largest")
    if len(rows) > 1:
        note(f"formulary: the largest of the clusters called {name}: {', '.join(str(row['id']) for row in rows)}")
    return int(rows[0]["id"])


def _write_cluster(found: dict[str, Any]) -> None:
    write_fields(
        [
            ("cluster", found["id"]),
            ("name", found["given_name"]),
            ("label", found["label"]),
            ("members", f"{found['members']:,} ({found['canonical']:,} canonical)"),
            ("representative", found["representative"]),
            *(("proved", _class(one)) for one in found["classes"][:SHOWN_CLASSES] if one["class_id"] is not None),
            ("at one place", _apart(found["classes"])),
            ("radius", found["radius"]),
            ("retired", found["retired_at"]),
        ]
    )
    write_table(
        ("when", "what", "why"),
        [(f"{e['happened_at']:%Y-%m-%d %H:%M}", e["event"], _why(e)) for e in found["history"]],
    )
    write_table(
        ("formula", "limit"), [(f["formula"], f["relation"] or _cut(f["limit_value"])) for f in found["formulas"]]
    )


def _class(found: dict[str, Any]) -> str:
    """A class of equivalent formulas among the members of a cluster."""
    if found["formulas"] == 1:
        return f"{found['representative']} is equivalent to no other one that it was compared with"
    return f"{found['formulas']:,} are equivalent to {found['representative']}"


def _apart(classes: list[dict[str, Any]]) -> str | None:
    """What holds the members of a cluster together beside proofs."""
    compared = [one for one in classes if one["class_id"] is not None]
    waiting = sum(one["formulas"] for one in classes if one["class_id"] is None)
    parts = []
    if len(compared) > SHOWN_CLASSES:
        parts.append(f"{len(compared) - SHOWN_CLASSES:,} more classes")
    if len(compared) > 1:
        parts.append(f"{len(compared):,} classes that no equivalence ties")
    if waiting:
        parts.append(f"{waiting:,} formulas not compared yet")
    return "; ".join(parts) or None


def _kinds(fields: dict[str, Any]) -> str:
    """The number of clusters, and how many have which kind of label."""
    words = {"constant": "with a constant", "unnamed": "related without a name", "mixed": "mixed", "none": "open"}
    kinds = ", ".join(f"{fields['labels'][kind]} {text}" for kind, text in words.items() if fields["labels"].get(kind))
    return f"{fields['clusters']:,}" + (f" ({kinds})" if kinds else "")


def _index(value: float | None) -> float | str:
    return "infinite" if value is None else value


def _why(event: dict[str, Any]) -> str:
    """An event in words."""
    parts = [f"{key}: {_plain(value)}" for key, value in event["detail"].items() if value is not None]
    if event["relation"]:
        parts.append(f"such as {event['relation']}")
    return "; ".join(parts)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} ({_plain(v)})" for k, v in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cut(text: str | None) -> str:
    return (text or "")[:24]
