"""The tables of matrix fields: fields, their constants, their trajectories, and the formulas that these represent.

Those of rank 3 and more are formulas of kind recurrence, whose limits have a table of their own.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

import catalog.schema.work  # noqa: F401  the tables that trajectories refer to
from catalog.schema.columns import identity, metadata, moment, one_of, refers
from catalog.vocabulary import BOUND_KINDS, PROOFS, TRAJECTORY_STATUSES

field = Table(
    "field",
    metadata,
    identity(),
    Column("name", Text, nullable=False, comment="Name, such as 3F2(1), pi or one that its author gave"),
    Column("rank", SmallInteger, nullable=False, comment="Number of rows of its matrices"),
    Column("axes", ARRAY(Text), nullable=False, comment="Names of the axes, in the order of directions and starts"),
    Column("definition", Text, nullable=False, comment="What its matrices are, in words"),
    Column(
        "matrices",
        JSONB,
        comment="Rows of polynomials in the axes, by axis, as text; NULL: a field that the program defines itself",
    ),
    moment("added_at", "When it came into the catalogue", now=True),
    UniqueConstraint("name"),
    CheckConstraint("rank >= 2 AND cardinality(axes) >= 1", name="rank"),
    comment="Conservative matrix fields: those that trajectories were walked in, and the user's own",
)

field_constant = Table(
    "field_constant",
    metadata,
    refers("field_id", "field.id", "The field", on_delete="CASCADE", primary_key=True),
    Column("residues", ARRAY(Text), primary_key=True, comment="The coordinates of the start mod 1, such as 1/2"),
    refers("constant_id", "constant.id", "The constant", on_delete="CASCADE", nullable=False),
    Column(
        "proof",
        Text,
        nullable=False,
        comment=f"What stands behind the limit that it was read off: {', '.join(PROOFS)}",
    ),
    one_of("proof", PROOFS),
    comment="The constant of which the limits of trajectories are maps, by the residue class of their start",
)

trajectory = Table(
    "trajectory",
    metadata,
    identity(),
    refers("field_id", "field.id", "The field", on_delete="CASCADE", nullable=False),
    Column("direction", ARRAY(Integer), nullable=False, comment="Steps along each axis from n to n + 1"),
    Column("start", ARRAY(Text), nullable=False, comment="Rational coordinates, such as 1/2"),
    refers("space_id", "space.id", "The space it was walked in; NULL: by hand, or by unify", on_delete="SET NULL"),
    Column("space_rank", BigInteger, comment="Its rank there; NULL: in no space"),
    Column("status", Text, nullable=False, comment=f"What its matrices give: {', '.join(TRAJECTORY_STATUSES)}"),
    Column("status_reason", Text, comment="Why, in words; NULL: it converges"),
    Column(
        "steps",
        Integer,
        nullable=False,
        comment="Steps from n to n + 1, the sum of the sizes of the direction",
    ),
    Column("degree", Integer, comment="Degree of a of its continued fraction; NULL: it has none"),
    Column(
        "rate",
        Double,
        comment="Natural logarithm of the factor by which errors fall from n to n + 1;"
        " NULL: no exponential convergence",
    ),
    Column("delta_limit", Double, comment="Limit of delta, an estimate; NULL: none was made"),
    Column("code_version", Text, nullable=False, comment="Version of the program that walked it"),
    moment("found_at", "When it was walked", now=True),
    # no trajectory twice; those of a field: `field show`
    UniqueConstraint("field_id", "start", "direction"),
    # when a space goes
    Index("trajectory_space_id_idx", "space_id", postgresql_where=text("space_id IS NOT NULL")),
    one_of("status", TRAJECTORY_STATUSES),
    CheckConstraint("steps > 0", name="steps"),
    comment="Trajectories of matrix fields: a start and a direction each",
)

representation = Table(
    "representation",
    metadata,
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", primary_key=True),
    refers("trajectory_id", "trajectory.id", "The trajectory", on_delete="CASCADE", primary_key=True),
    Column(
        "map",
        ARRAY(Numeric),
        comment="x, y, z, w of L = (x + y q)/(z + w q) for the limit L of the formula, where q is the limit of the"
        " quotients in the last column of M(1) ... M(n); NULL: a recurrence, whose matrix is M(n)",
    ),
    Column(
        "equivalence",
        JSONB,
        comment="The equivalence of the formula to the continued fraction of the trajectory, as a step of a proof;"
        " NULL: it is that continued fraction itself",
    ),
    Column("code_version", Text, nullable=False, comment="Version of the program that found it"),
    moment("found_at", "When it was found", now=True),
    # formulas of a trajectory: view `trajectories`
    Index("representation_trajectory_id_idx", "trajectory_id"),
    CheckConstraint("cardinality(map) = 4", name="map"),
    comment="Which formulas are which trajectories: the continued fraction of one, or equivalent to it",
)

recurrence_limit = Table(
    "recurrence_limit",
    metadata,
    refers("formula_id", "formula.id", "The formula, of kind recurrence", on_delete="CASCADE", primary_key=True),
    Column(
        "place",
        SmallInteger,
        primary_key=True,
        comment="Entry of the solution over the last one, from 1; the first limit is that of the formula",
    ),
    Column("limit_value", Text, nullable=False, comment="The ratio in decimal"),
    Column("limit_digits", Integer, nullable=False, comment="Significant digits of it, to which two depths agree"),
    Column(
        "bound_kind",
        Text,
        nullable=False,
        comment="What stands behind the digits: ball, agreement (of two depths: no proof), imported",
    ),
    Column("expression", Text, comment="The limit in constants; NULL: none was found"),
    Column("proof", Text, comment="What stands behind the expression; NULL: none was found"),
    Column("delta", Double, comment="Irrationality measure shown at delta_depth; NULL: not known"),
    Column("delta_depth", Integer, comment="n at which delta is taken; NULL: not known"),
    Column("code_version", Text, nullable=False, comment="Version of the program that found it"),
    one_of("bound_kind", BOUND_KINDS),
    one_of("proof", PROOFS, null=True),
    CheckConstraint("(delta IS NULL) = (delta_depth IS NULL)", name="delta"),
    comment="Limits of recurrences: ratios of the solution that the cofactor matrix of M(1) ... M(n) tends to",
)
