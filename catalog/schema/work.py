"""The tables of the indexer's work: spaces, chunks, runs, snapshots, clusters, verifications; facts are in `facts`."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

import catalog.schema.facts  # noqa: F401  the tables that work refers to
from catalog.schema.columns import XID8, identity, metadata, moment, one_of, refers
from catalog.vocabulary import CHECKED_PROOFS, CHUNK_STATES, CLUSTER_EVENTS, CLUSTERING_STATES

space = Table(
    "space",
    metadata,
    identity(),
    Column("name", Text, nullable=False, comment="Name, such as quadratic-5"),
    Column("template", Text, nullable=False, comment="Polynomials and ranges of their parameters"),
    Column("size", BigInteger, nullable=False, comment="Number of ranks"),
    Column("priority", Integer, nullable=False, server_default="0", comment="Higher is worked on first"),
    moment("added_at", "When it was added", now=True),
    moment("paused_at", "Since when its chunks are not handed out; NULL: they are"),
    UniqueConstraint("name"),
    CheckConstraint("size > 0", name="size"),
    comment="Formula spaces: a template with ranges, whose formulas are numbered by ranks from 0",
)

run = Table(
    "run",
    metadata,
    identity(),
    Column("host", Text, nullable=False, comment="Name of the machine"),
    Column("process_id", Integer, nullable=False, comment="Process number on that machine"),
    Column("token", Uuid, nullable=False, server_default=text("gen_random_uuid()"), comment="Identity of the run"),
    Column("program_version", Text, nullable=False, comment="Version of formulary"),
    Column("schema_version", Text, nullable=False, comment="Schema the program was made for"),
    Column("evaluator_version", Integer, nullable=False, comment="Version of its evaluator"),
    Column("vector_version", SmallInteger, nullable=False, comment="Version of its neighbour vector"),
    Column("worker_count", Integer, nullable=False, comment="Number of worker processes"),
    moment("started_at", "When it began", now=True),
    moment("heartbeat_at", "When it was last heard of, by the database's clock", now=True),
    moment("ended_at", "When it left; NULL: running, or killed (see heartbeat_at)"),
    Column("end_reason", Text, comment="Why it left; NULL: running, or killed"),
    Column(
        "evaluated_by",
        Text,
        comment="What evaluated on its machine: kernels with variant and processor, or Python and why; NULL: not known",
    ),
    UniqueConstraint("token"),
    # who is at work: `status`
    Index("run_heartbeat_at_idx", "heartbeat_at", postgresql_where=text("ended_at IS NULL")),
    comment="Daemons, one row per start; killed ones have no ended_at and an old heartbeat_at",
)

chunk = Table(
    "chunk",
    metadata,
    identity(),
    refers("space_id", "space.id", "The space", on_delete="CASCADE", nullable=False),
    Column("first_rank", BigInteger, nullable=False, comment="First rank"),
    Column("last_rank", BigInteger, nullable=False, comment="End of the ranks, itself not included"),
    Column(
        "state",
        Text,
        nullable=False,
        server_default="open",
        comment="open -> leased -> done; leased -> open (released), leased (taken over), failed (given up)",
    ),
    Column("lease_token", Uuid, comment="Who may commit: fresh with every claim; NULL: not leased"),
    moment("lease_expires_at", "When others may take it over, by the database's clock; NULL: not leased"),
    refers("run_id", "run.id", "The run that claimed it last; NULL: never claimed"),
    Column("attempts", Integer, nullable=False, server_default="0", comment="How often it was claimed"),
    moment("done_at", "When its formulas were committed; NULL: they were not"),
    Column("formulas_total", Integer, comment="Formulas it evaluated; NULL: not done"),
    Column("formulas_new", Integer, comment="Formulas that were not in the catalogue before; NULL: not done"),
    Column("formulas_failed", Integer, comment="Formulas whose evaluation failed; NULL: not done"),
    Column("failure", Text, comment="Why the last attempt failed; NULL: it did not"),
    Column(
        "formulas_named",
        Integer,
        comment="New formulas with a relation to numbers or constants; NULL: not done, or not counted",
    ),
    # chunks of a space in order
    UniqueConstraint("space_id", "first_rank"),
    # the next chunk to claim
    Index(
        "chunk_claim_idx",
        "space_id",
        "first_rank",
        postgresql_where=text("state IN ('open', 'leased')"),
    ),
    # rate of the last minutes: `status`
    Index("chunk_done_at_idx", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    one_of("state", CHUNK_STATES),
    CheckConstraint("0 <= first_rank AND first_rank < last_rank", name="ranks"),
    CheckConstraint("(state = 'leased') = (lease_token IS NOT NULL)", name="lease_token"),
    CheckConstraint("(state = 'leased') = (lease_expires_at IS NOT NULL)", name="lease_expires_at"),
    CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
    CheckConstraint(
        "(state = 'done') = (formulas_total IS NOT NULL AND formulas_new IS NOT NULL AND formulas_failed IS NOT NULL)",
        name="counts",
    ),
    comment="Ranges of ranks of a space, the unit of work: leased, evaluated, committed as one",
)

index_snapshot = Table(
    "index_snapshot",
    metadata,
    Column("snapshot_id", Uuid, primary_key=True, comment="Identity of the snapshot, also in its manifest"),
    Column("host", Text, nullable=False, comment="Name of the machine that holds it"),
    Column("index_name", Text, nullable=False, comment="Which index: similarity or anchors"),
    Column("watermark", XID8, nullable=False, comment="All vectors of transactions before this one are in it"),
    Column("vector_version", SmallInteger, nullable=False, comment="Version of the vectors in it"),
    Column("vector_count", BigInteger, nullable=False, comment="Number of vectors in it"),
    Column("checksum", Text, nullable=False, comment="SHA-256 of the snapshot's file, in hexadecimal"),
    moment("made_at", "When it was written", now=True),
    # the last snapshot of a host: `status`
    Index("index_snapshot_last_idx", "host", "index_name", "made_at"),
    comment="Snapshots of nearest-neighbour indexes; one that is not listed belongs to another past of the database",
)

clustering = Table(
    "clustering",
    metadata,
    identity(),
    Column("method", Text, nullable=False, comment="Method, such as hdbscan"),
    Column("parameters", JSONB, nullable=False, server_default="{}", comment="Its parameters"),
    Column("vector_version", SmallInteger, nullable=False, comment="Version of the vectors that were clustered"),
    Column("state", Text, nullable=False, comment="building -> current -> retired"),
    Column("code_version", Text, nullable=False, comment="Version of the program that made it"),
    moment("made_at", "When it was begun", now=True),
    # at most one clustering is current
    Index("clustering_current_idx", "state", unique=True, postgresql_where=text("state = 'current'")),
    one_of("state", CLUSTERING_STATES),
    comment="Runs of a clustering method over the neighbour vectors",
)

cluster = Table(
    "cluster",
    metadata,
    identity(),
    refers("first_clustering_id", "clustering.id", "The clustering in which it first appeared", nullable=False),
    refers("constant_id", "constant.id", "The constant that its verified members agree on; NULL: none"),
    Column("label", Text, comment="Name: of the constant, or its own where related members have no name; NULL: none"),
    refers("representative_id", "formula.id", "The formula that stands for it; NULL: none chosen"),
    Column("radius", Double, comment="Distance within which a new formula joins; NULL: not open to new ones"),
    moment("retired_at", "When its members went to other clusters; NULL: it is in use"),
    # clusters of a constant
    Index("cluster_constant_id_idx", "constant_id", postgresql_where=text("constant_id IS NOT NULL")),
    comment="Clusters of formulas; their numbers survive a new clustering where the members do",
)

cluster_member = Table(
    "cluster_member",
    metadata,
    refers("clustering_id", "clustering.id", "The clustering", on_delete="CASCADE", primary_key=True),
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", primary_key=True),
    refers("cluster_id", "cluster.id", "Its cluster; NULL: not placed"),
    Column("distance", Double, comment="Distance to the nearest member or centre; NULL: not placed"),
    # members of a cluster: `cluster show`
    Index("cluster_member_cluster_id_idx", "cluster_id", postgresql_where=text("cluster_id IS NOT NULL")),
    # the cluster of a formula: `show`
    Index("cluster_member_formula_id_idx", "formula_id"),
    comment="Which cluster a formula is in, for each clustering",
)

cluster_event = Table(
    "cluster_event",
    metadata,
    identity(),
    refers("cluster_id", "cluster.id", "The cluster", on_delete="CASCADE", nullable=False),
    refers("clustering_id", "clustering.id", "The clustering that caused it; NULL: none did"),
    Column("event", Text, nullable=False, comment=f"What happened: {', '.join(CLUSTER_EVENTS)}"),
    refers("relation_id", "relation.id", "The relation that caused it; NULL: none did", on_delete="SET NULL"),
    Column("detail", JSONB, nullable=False, server_default="{}", comment="Before, after, and the evidence"),
    moment("happened_at", "When it happened", now=True),
    # history of a cluster: `cluster show`
    Index("cluster_event_cluster_id_idx", "cluster_id", "id"),
    one_of("event", CLUSTER_EVENTS),
    comment="Why a cluster's label stands: its history",
)

equivalence = Table(
    "equivalence",
    metadata,
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", primary_key=True),
    refers(
        "class_id",
        "formula.id",
        "Its class: the number of the formula that represents it, itself for that one",
        on_delete="CASCADE",
        nullable=False,
    ),
    Column(
        "bucket",
        LargeBinary,
        comment="What all equivalent formulas have in common, as 14 bytes: only formulas of one bucket are compared;"
        " NULL: none can be",
    ),
    Column(
        "folds",
        ARRAY(SmallInteger),
        comment="Steps of the formula, and of the representative, that are taken as one; NULL: it is the"
        " representative",
    ),
    Column(
        "matrix",
        JSONB,
        comment="U, two rows of two polynomials, coefficients, constant first: C1(n) U(n+1) = lambda(n) U(n) C2(n);"
        " NULL: as folds",
    ),
    Column("scale", JSONB, comment="lambda, numerator and denominator, as in matrix; NULL: as folds"),
    Column("regular_from", Integer, comment="det U(n) is not 0 for n from here on; NULL: as folds"),
    Column(
        "map",
        ARRAY(Numeric),
        comment="x, y, z, w of L = (x + y M)/(z + w M), M the limit of the representative; NULL: as folds",
    ),
    Column(
        "open_reason",
        Text,
        comment="Why its equivalence to another class of the bucket could not be decided; NULL: all that were compared"
        " are decided",
    ),
    Column("code_version", Text, nullable=False, comment="Version of the program that decided"),
    moment("decided_at", "When it was decided", now=True),
    # classes of a bucket: where a new formula comes
    Index("equivalence_bucket_idx", "bucket", postgresql_where=text("formula_id = class_id")),
    # members of a class: `show`
    Index("equivalence_class_id_idx", "class_id", postgresql_where=text("formula_id <> class_id")),
    CheckConstraint(
        "(formula_id = class_id) = (map IS NULL) AND num_nulls(folds, matrix, scale, regular_from, map) IN (0, 5)",
        name="proof",
    ),
    comment="Classes of canonical formulas whose recurrences are proved to be equivalent, each with its class's"
    " representative",
)

verification_failure = Table(
    "verification_failure",
    metadata,
    refers("relation_id", "relation.id", "The relation", on_delete="CASCADE", primary_key=True),
    Column("reason", Text, nullable=False, comment="What was wrong"),
    Column(
        "digits_agreed", Integer, nullable=False, comment="Decimal digits to which both sides, evaluated anew, agree"
    ),
    Column("code_version", Text, nullable=False, comment="Version of the program that verified it"),
    moment("failed_at", "When it was verified", now=True),
    comment="Relations whose last verification failed; one that holds later is taken out again",
)

pattern = Table(
    "pattern",
    metadata,
    identity(),
    Column(
        "template", Text, nullable=False, comment="Polynomials with their parameters, such as a = 2n + 1; b = k n^2"
    ),
    Column(
        "condition",
        Text,
        nullable=False,
        server_default="",
        comment="For which parameters it holds; empty: for all that were checked, from 1 on",
    ),
    Column(
        "constant",
        Text,
        nullable=False,
        comment="The constant in the limits: with parameters in it, or one for all",
    ),
    Column(
        "expression",
        Text,
        comment="The limit as an expression in the parameters; NULL: only that it is a Moebius map of the constant",
    ),
    Column("latex", Text, nullable=False, comment="The law in LaTeX"),
    Column("formulas_found", Integer, nullable=False, comment="Formulas of the catalogue from which it was read"),
    Column(
        "values_checked",
        Integer,
        nullable=False,
        comment="How many values of the parameters were checked, those of the catalogue included",
    ),
    Column("largest_checked", Numeric, nullable=False, comment="The largest parameter checked"),
    Column(
        "digits_checked",
        Integer,
        nullable=False,
        comment="Digits to which limit and law agree at every value checked",
    ),
    Column(
        "proof",
        Text,
        nullable=False,
        comment="verified: both sides evaluated independently at every value checked;"
        " closed_form: and a theorem gives the limit at each of them",
    ),
    Column("theorem", Text, comment="The theorem of closed_form; NULL: none"),
    Column("code_version", Text, nullable=False, comment="Version of the program that found it"),
    moment("found_at", "When it was found", now=True),
    # a family found again is brought up to date
    UniqueConstraint("template", "condition"),
    one_of("proof", CHECKED_PROOFS),
    CheckConstraint("values_checked > 0", name="values_checked"),
    comment="Infinite families: formulas with integer parameters whose limits follow one law",
)

summary = Table(
    "summary",
    metadata,
    Column(
        "subject",
        Text,
        primary_key=True,
        comment="What it is about: counts, findings, gauges, reliability, map, constant, cluster, or made: when,"
        " how long it took, and after which rows",
    ),
    Column(
        "key",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="Number of the constant or the cluster; 0 for the whole catalogue",
    ),
    Column("content", JSONB, nullable=False, comment="The figures"),
    comment="View summary_now as it was when last read whole (subject made says when):"
    " what pages show of large catalogues, always with its time",
)

best_relation = Table(
    "best_relation",
    metadata,
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", primary_key=True),
    Column("relation_id", BigInteger, nullable=False, comment="The relation, as relation.id"),
    Column("kind", Text, nullable=False, comment="Its form, as relation.kind"),
    Column("constant_id", BigInteger, comment="The (first) constant in it, as relation.constant_id; NULL: none"),
    Column("proof", Text, nullable=False, comment="What stands behind it, as relation.proof"),
    Column("digits_verified", Integer, comment="As relation.digits_verified; NULL: not verified"),
    Column("is_canonical", Boolean, nullable=False, comment="Whether the formula is canonical"),
    comment="The best relation of each formula that nobody rejected, kept by triggers of relation and rejection:"
    " one to numbers or constants before one to another formula, then the stronger proof, more digits verified,"
    " the older",
)

listing = Table(
    "listing",
    metadata,
    Column("formula_id", BigInteger, nullable=False, comment="The formula"),
    Column(
        "constant_id",
        BigInteger,
        nullable=False,
        comment="A constant of a verified or proved relation of it that nobody rejected, as relation.constant_id;"
        " 0 in the row that every formula has",
    ),
    Column(
        "facet",
        Integer,
        nullable=False,
        comment="What has few values, in one number: see function facet_of",
    ),
    Column("complexity", Integer, nullable=False, comment="As formula.complexity"),
    Column("delta", Double, comment="As formula.delta; NULL: none"),
    Column("growth", Double, comment="As formula.q_reduced_gamma; NULL: not known"),
    PrimaryKeyConstraint("constant_id", "formula_id"),
    # the rows of a formula: triggers
    Index("listing_formula_id_idx", "formula_id", postgresql_where=text("constant_id <> 0")),
    # the formulas of each facet in each order of lists, without the rows
    Index(
        "listing_complexity_idx",
        "constant_id",
        "facet",
        "complexity",
        "formula_id",
        postgresql_include=["delta", "growth"],
    ),
    Index(
        "listing_delta_idx",
        "constant_id",
        "facet",
        "delta",
        "formula_id",
        postgresql_include=["complexity", "growth"],
        postgresql_where=text("delta IS NOT NULL"),
    ),
    Index("listing_newest_idx", "constant_id", "facet", "formula_id"),
    comment="Canonical continued fractions as lists of pages read them, kept by triggers of formula, relation and"
    " rejection: each once, and once more for every constant that it has a checked relation with",
)
