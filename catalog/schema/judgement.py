"""The tables of human judgement, kept apart from computed facts: notes, rejected relations, names of clusters."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table, Text

import catalog.schema.work  # noqa: F401  the tables that judgement is about
from catalog.schema.columns import identity, metadata, moment, refers

note = Table(
    "note",
    metadata,
    identity(),
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", nullable=False),
    Column("note_text", Text, nullable=False, comment="The note"),
    Column("author", Text, nullable=False, comment="Who wrote it"),
    moment("written_at", "When it was written", now=True),
    # notes of a formula: `show`
    Index("note_formula_id_idx", "formula_id"),
    CheckConstraint("note_text <> ''", name="note_text"),
    comment="What people wrote about formulas; judgement, not computed",
)

rejection = Table(
    "rejection",
    metadata,
    refers("formula_id", "formula.id", "The formula of the relation", on_delete="CASCADE", primary_key=True),
    Column(
        "kind",
        Text,
        primary_key=True,
        comment="Its form, as in relation.kind; with formula and expression it names the relation also after it was"
        " found anew",
    ),
    Column("expression", Text, primary_key=True, comment="The limit that it states, as in relation.expression"),
    Column("reason", Text, nullable=False, comment="Why it was rejected"),
    Column("author", Text, nullable=False, comment="Who rejected it"),
    moment("rejected_at", "When it was rejected", now=True),
    comment="Relations that somebody rejected: they stay in relation, and the views leave them out",
)

cluster_name = Table(
    "cluster_name",
    metadata,
    identity(),
    refers("cluster_id", "cluster.id", "The cluster", on_delete="CASCADE", nullable=False),
    Column("given_name", Text, nullable=False, comment="The name"),
    Column("author", Text, nullable=False, comment="Who gave it"),
    moment("named_at", "When it was given", now=True),
    # the name of a cluster, the last one first
    Index("cluster_name_cluster_id_idx", "cluster_id", "id"),
    CheckConstraint("given_name <> ''", name="given_name"),
    comment="Names that people gave to clusters, the last one counts; the computed label stays in cluster",
)
