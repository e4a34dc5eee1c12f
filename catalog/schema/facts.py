"""The tables of the catalogue for SQLAlchemy: what is known of formulas; the indexer's own are in `work`.

The migrations in `migrations/` make them and the views; a test holds the two equal. The comments here are the manual
that `\\d+` shows.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    REAL,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from catalog.schema.columns import XID8, identity, metadata, moment, one_of, refers
from catalog.vocabulary import (
    BOUND_KINDS,
    CONVERGENCE_CLASSES,
    FACTORIAL_REDUCTIONS,
    METRICS,
    OUTCOMES,
    PROOFS,
    RELATION_KINDS,
    STATUSES,
    UNSUCCESSFUL_OUTCOMES,
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default=text("true"), comment="Always true: one row"),
    Column(
        "catalogue_id",
        Uuid,
        nullable=False,
        server_default=text("gen_random_uuid()"),
        comment="Identity of this catalogue; a copy of it keeps the identity",
    ),
    Column(
        "epoch",
        Text,
        nullable=False,
        comment="catalogue_epoch() when transaction numbers were last made good; another value now means that"
        " the database was restored or copied, and `formulary init` is due",
    ),
    moment("created_at", "When the catalogue was made", now=True),
    Column(
        "renewed_schema",
        Text,
        comment="Schema to whose texts and proofs all relations were brought by `formulary init`; NULL: none yet",
    ),
    CheckConstraint("singleton", name="singleton"),
    comment="The catalogue itself: one row",
)

formula_kind = Table(
    "formula_kind",
    metadata,
    Column("name", Text, primary_key=True, comment="Name, such as pcf"),
    Column("meaning", Text, nullable=False, comment="What a formula of this kind is"),
    comment="Kinds of formulas that the program knows; `formulary init` enters them",
)

formula = Table(
    "formula",
    metadata,
    identity(),
    Column(
        "kind",
        Text,
        ForeignKey("formula_kind.name"),
        nullable=False,
        server_default="pcf",
        comment="Kind of formula, such as pcf",
    ),
    Column(
        "a",
        ARRAY(Numeric),
        comment="Partial denominator a(n): coefficients, constant first; NULL: another kind than pcf",
    ),
    Column(
        "b", ARRAY(Numeric), comment="Partial numerator b(n): coefficients, constant first; NULL: another kind than pcf"
    ),
    Column(
        "definition",
        Text,
        comment="Canonical text of a formula of another kind; NULL: pcf, which a and b define",
    ),
    Column(
        "key",
        LargeBinary,
        nullable=False,
        comment="SHA-256 (32 bytes) of the text pcf:a0,a1;b0,b1, for another kind of kind:definition",
    ),
    Column(
        "is_canonical",
        Boolean,
        nullable=False,
        comment="Whether a has a positive leading coefficient and no integer can be divided out; counts are of these",
    ),
    refers(
        "canonical_id",
        "formula.id",
        "The canonical formula that this is a mirror or inflation of; NULL: canonical itself, or not in the catalogue",
    ),
    Column("status", Text, nullable=False, comment=f"What becomes of the convergents: {', '.join(STATUSES)}"),
    Column("status_reason", Text, comment="Why the status is what it is, in words; NULL: plain from the class"),
    Column(
        "convergence_class",
        Text,
        comment=f"How the error falls: {', '.join(CONVERGENCE_CLASSES)}; NULL: not convergent or not known",
    ),
    Column(
        "limit_value",
        Text,
        comment="The limit in decimal, all digits correct, or inf; NULL: no limit, or none computed",
    ),
    Column("limit_digits", Integer, comment="Correct significant digits in limit_value; NULL: no finite limit"),
    Column(
        "limit_error_log10",
        Double,
        comment="log10 of the bound on the absolute error of the computed limit; NULL: exact, or no limit",
    ),
    Column(
        "bound_kind",
        Text,
        comment="What stands behind the limit: ball (an enclosure), agreement (of two depths: no proof),"
        " imported (a file says so, and nobody has evaluated it); NULL: no limit",
    ),
    Column("limit_exact", Text, comment="The limit p/q in lowest terms; NULL: not known to be rational"),
    Column("limit_float8", Double, comment="The limit in double precision, for ranges; NULL: no finite limit"),
    *(Column(name, Double, comment=comment) for name, comment in METRICS.items()),
    Column(
        "factorial_reduction",
        Text,
        comment="Whether gcd(p_n, q_n) takes all n log n growth out of q_n: yes, no, undetermined;"
        " NULL: not convergent",
    ),
    Column("metrics_reason", Text, comment="Why metrics are NULL, in words; NULL: none is missing"),
    Column("family", Text, comment="Key of formulas that are related by contiguity moves; NULL: not known"),
    Column("closed_form", Text, comment="The limit in closed form; NULL: not known"),
    Column("closed_form_theorem", Text, comment="The theorem behind closed_form; NULL: no closed form"),
    Column(
        "evaluation_error", Text, comment="Why the evaluation failed (status is undetermined then); NULL: it did not"
    ),
    Column(
        "evaluator_version",
        Integer,
        nullable=False,
        comment="Version of the evaluator that made this row; 0: none, a file says so",
    ),
    moment("evaluated_at", "When the formula was evaluated", now=True),
    Column("complexity", Integer, nullable=False, comment="Bit lengths of all coefficients plus both degrees"),
    UniqueConstraint("key"),
    CheckConstraint("octet_length(key) = 32", name="key"),
    CheckConstraint("cardinality(a) > 0 AND a[cardinality(a)] <> 0", name="a"),
    CheckConstraint("cardinality(b) > 0 AND b[cardinality(b)] <> 0", name="b"),
    CheckConstraint("NOT (is_canonical AND canonical_id IS NOT NULL)", name="canonical_id"),
    CheckConstraint("kind <> 'pcf' OR (a IS NOT NULL AND b IS NOT NULL)", name="coefficients"),
    CheckConstraint("(kind = 'pcf') = (definition IS NULL)", name="definition"),
    one_of("status", STATUSES),
    one_of("convergence_class", CONVERGENCE_CLASSES, null=True),
    one_of("bound_kind", BOUND_KINDS, null=True),
    one_of("factorial_reduction", FACTORIAL_REDUCTIONS, null=True),
    CheckConstraint(
        "convergence_class IS NULL OR status NOT IN ('terminates', 'diverges')", name="class_of_convergent"
    ),
    CheckConstraint("limit_value IS NULL OR status NOT IN ('diverges', 'undetermined')", name="limit_of_status"),
    CheckConstraint("limit_exact IS NULL OR bound_kind = 'ball'", name="exact_limit"),
    CheckConstraint("evaluation_error IS NULL OR status = 'undetermined'", name="failed_is_undetermined"),
    # counts of `status` and `progress`, without reading the wide rows
    Index("formula_counts_idx", "status", "convergence_class", "is_canonical", "bound_kind"),
    # a range of values: `find --near`, analysts
    Index("formula_limit_float8_idx", "limit_float8", postgresql_where=text("limit_float8 IS NOT NULL")),
    # the simplest formulas: `find`, whose order this is
    Index("formula_complexity_idx", "complexity", "id", postgresql_where=text("is_canonical")),
    # the best delta: `find --min-delta`, `find --sort delta`; with the other figure of the map, without the wide rows
    Index(
        "formula_delta_idx",
        "delta",
        "id",
        postgresql_include=["q_reduced_gamma"],
        postgresql_where=text("is_canonical AND delta IS NOT NULL"),
    ),
    # the newest formulas, growth, and whether anything was evaluated since
    Index("formula_evaluated_at_idx", "evaluated_at", "id"),
    # mirrors and inflations of a formula: `show`
    Index("formula_canonical_id_idx", "canonical_id", postgresql_where=text("canonical_id IS NOT NULL")),
    # members of a family: `family`, `find --family`
    Index("formula_family_idx", "family", postgresql_where=text("family IS NOT NULL")),
    comment="Formulas with their limit and metrics; what does not change once evaluated",
)

canonical_pending = Table(
    "canonical_pending",
    metadata,
    refers("formula_id", "formula.id", "A formula that is not canonical", on_delete="CASCADE", primary_key=True),
    Column("canonical_key", LargeBinary, nullable=False, comment="Key of its canonical formula, not stored yet"),
    # the canonical formula arrives: every batch looks here
    Index("canonical_pending_canonical_key_idx", "canonical_key"),
    comment="Formulas whose canonical formula was not in the catalogue when they came",
)

formula_vector = Table(
    "formula_vector",
    metadata,
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", primary_key=True),
    Column("vector_version", SmallInteger, primary_key=True, comment="Version of the definition of the vector"),
    Column("vector", ARRAY(REAL), nullable=False, comment="Neighbour vector; finite numbers"),
    Column(
        "added_xid",
        XID8,
        nullable=False,
        server_default=text("pg_current_xact_id()"),
        comment="Transaction that added the row: the index reads on from a watermark in commit order",
    ),
    # rows beyond an index's watermark
    Index("formula_vector_added_xid_idx", "added_xid"),
    comment="What the nearest-neighbour index holds; it can be rebuilt from this table alone",
)

constant = Table(
    "constant",
    metadata,
    identity(),
    Column("name", Text, nullable=False, comment="Name in expressions, such as pi or zeta(3)"),
    Column("latex", Text, comment="The name in LaTeX; NULL: as name"),
    Column("expression", Text, nullable=False, comment="Definition, as the constant parser reads it"),
    Column("constant_group", Text, comment="Group in the library, such as elementary; NULL: none"),
    Column("reference", Text, comment="Where it is defined or tabulated; NULL: not given"),
    Column("oeis", Text, comment="Number in the OEIS, such as A000796; NULL: none"),
    Column("equivalents", ARRAY(Text), nullable=False, server_default="{}", comment="Moebius equivalents by name"),
    Column("likelihood", Integer, nullable=False, comment="Place in the library's order: 1 is tried first"),
    Column("value_text", Text, comment="Value in decimal, correctly rounded; NULL: not computed"),
    Column("value_float8", Double, comment="Value in double precision; NULL: not computed"),
    Column("library_version", Text, comment="Version of the library that defined it; NULL: added by a user"),
    moment("added_at", "When it came into the catalogue", now=True),
    UniqueConstraint("name"),
    comment="Named constants that limits are compared with",
)

source = Table(
    "source",
    metadata,
    identity(),
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", nullable=False),
    Column("paper", Text, nullable=False, comment="Title or identifier of the publication, or arXiv number"),
    Column("equation", Text, nullable=False, server_default="", comment="Equation or table in it; empty: not given"),
    Column("author", Text, comment="Who found or wrote it; NULL: not given"),
    Column("link", Text, comment="Address of the publication; NULL: not given"),
    Column("stated_limit", Text, comment="The limit as stated there; NULL: none stated"),
    moment("added_at", "When it came into the catalogue", now=True),
    # sources of a formula: `show`
    UniqueConstraint("formula_id", "paper", "equation"),
    comment="Where an imported formula was published; one row per formula and place",
)

relation = Table(
    "relation",
    metadata,
    identity(),
    refers("formula_id", "formula.id", "The formula whose limit L is expressed", on_delete="CASCADE", nullable=False),
    Column("kind", Text, nullable=False, comment=f"Form of the relation: {', '.join(RELATION_KINDS)}"),
    refers("constant_id", "constant.id", "The (first) constant in it; NULL: none, as for a rational limit"),
    Column(
        "coefficients",
        ARRAY(Numeric),
        nullable=False,
        comment="x, y, z, w of L = (x + y c)/(z + w c); for a rational or algebraic limit"
        " those of x + y L + z L^2 + ... = 0",
    ),
    Column("expression", Text, nullable=False, comment="L as a readable expression, such as 4/pi"),
    Column("method", Text, nullable=False, comment="How it was found, such as lll, closed_form, family, seed"),
    Column("proof", Text, nullable=False, comment=f"What stands behind it: {', '.join(PROOFS)}"),
    Column("theorem", Text, comment="The theorem of a closed form; NULL: none is named"),
    Column("digits_used", Integer, nullable=False, comment="Significant digits with which it was found"),
    Column("digits_verified", Integer, comment="Digits to which both sides, evaluated anew, agree; NULL: not verified"),
    Column("code_version", Text, nullable=False, comment="Version of the program that found it"),
    moment("found_at", "When it was found", now=True),
    # no relation twice; relations of a formula: `show`, the views
    UniqueConstraint("formula_id", "kind", "expression"),
    # formulas of a constant: `find --constant`, `constants_summary`
    Index("relation_constant_id_idx", "constant_id", postgresql_where=text("constant_id IS NOT NULL")),
    # theorems, counted or drawn by chance: `verify`
    Index("relation_proof_idx", "proof", "formula_id"),
    one_of("kind", RELATION_KINDS),
    one_of("proof", PROOFS),
    CheckConstraint("proof <> 'verified' OR digits_verified IS NOT NULL", name="verified_digits"),
    comment="Exact relations between limits and constants, found, verified or proved",
)

relation_term = Table(
    "relation_term",
    metadata,
    refers("relation_id", "relation.id", "The relation", on_delete="CASCADE", primary_key=True),
    Column("term_number", SmallInteger, primary_key=True, comment="Place in the sum, from 1"),
    Column("coefficient", Numeric, nullable=False, comment="Integer coefficient of the term"),
    Column("limit_exponent", SmallInteger, nullable=False, server_default="0", comment="Exponent of L in the term"),
    refers("constant_id", "constant.id", "The constant in the term; NULL: none"),
    Column("constant_exponent", SmallInteger, nullable=False, server_default="0", comment="Its exponent; 0: none"),
    refers("other_formula_id", "formula.id", "The other formula whose limit is in the term; NULL: none"),
    Column("other_exponent", SmallInteger, nullable=False, server_default="0", comment="Its exponent; 0: none"),
    CheckConstraint("coefficient <> 0 AND coefficient = trunc(coefficient)", name="coefficient"),
    CheckConstraint("(constant_id IS NULL) = (constant_exponent = 0)", name="constant_exponent"),
    CheckConstraint("(other_formula_id IS NULL) = (other_exponent = 0)", name="other_exponent"),
    # relations that lead to a formula: what depends on it when it is evaluated anew
    Index(
        "relation_term_other_formula_id_idx", "other_formula_id", postgresql_where=text("other_formula_id IS NOT NULL")
    ),
    # relations with a constant in any term
    Index("relation_term_constant_id_idx", "constant_id", postgresql_where=text("constant_id IS NOT NULL")),
    comment="The relation in full: the sum of its terms coefficient * L^i * constant^j * other^k is zero",
)

guess = Table(
    "guess",
    metadata,
    identity(),
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", nullable=False),
    Column("place", SmallInteger, nullable=False, comment="Order in which it was proposed; 1 was first"),
    refers("constant_id", "constant.id", "The constant proposed; NULL: the proposal is rational or algebraic"),
    Column("proposer", Text, nullable=False, comment="What proposed it, such as neighbour, family, library"),
    refers("neighbour_id", "formula.id", "The neighbour it was taken from; NULL: not from a neighbour"),
    Column("distance", Double, comment="Distance to the neighbour; NULL: not from a neighbour"),
    Column("outcome", Text, nullable=False, comment=f"What came of it: {', '.join(OUTCOMES)}"),
    Column("digits_used", Integer, comment="Digits of the limit that were used; NULL: not tested"),
    Column("digits_needed", Integer, comment="Digits that a test needs, for too_few_digits; NULL: enough"),
    refers("relation_id", "relation.id", "The relation it led to; NULL: none", on_delete="SET NULL"),
    Column("code_version", Text, nullable=False, comment="Version of the program that guessed"),
    moment("guessed_at", "When it was proposed", now=True),
    # guesses of a formula in order: `show`
    Index("guess_formula_id_place_idx", "formula_id", "place"),
    # guesses that led to a relation, when it goes
    Index("guess_relation_id_idx", "relation_id", postgresql_where=text("relation_id IS NOT NULL")),
    CheckConstraint("place >= 1", name="place"),
    one_of("outcome", OUTCOMES),
    CheckConstraint("relation_id IS NULL OR outcome = 'found'", name="found_relation"),
    comment="What was proposed for a formula, why, and what came of it; a guess is no fact until verified",
)

exclusion = Table(
    "exclusion",
    metadata,
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", primary_key=True),
    Column("library_version", Text, primary_key=True, comment="Version of the library of constants"),
    Column("kind", Text, primary_key=True, comment="Form of relation that was sought, as in relation.kind"),
    Column("coefficient_digits", SmallInteger, primary_key=True, comment="Coefficients were sought below 10^this"),
    Column("digits_used", Integer, primary_key=True, comment="Digits of the limit that were used"),
    Column(
        "outcome",
        Text,
        nullable=False,
        comment="excluded, budget (given up), too_few_digits,"
        " or closed_form: a theorem gives the limit and no shorter name",
    ),
    Column("constants_tried", Integer, nullable=False, comment="How many constants of the library were tried"),
    Column("digits_needed", Integer, comment="Digits that a test needs, for too_few_digits; NULL: enough"),
    Column("code_version", Text, nullable=False, comment="Version of the program that sought"),
    moment("sought_at", "When it was sought", now=True),
    one_of("kind", RELATION_KINDS),
    one_of("outcome", UNSUCCESSFUL_OUTCOMES),
    comment="What was sought for a formula and not found; one row per formula, library, form, bound and digits",
)
