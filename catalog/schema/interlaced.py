"""The table of continued fractions with a rule of several terms, and the formulas that they are contracted to."""

from __future__ import annotations

from sqlalchemy import ARRAY, CheckConstraint, Column, Integer, Numeric, SmallInteger, Table, Text, UniqueConstraint

import catalog.schema.facts  # noqa: F401  the formulas that it refers to
from catalog.schema.columns import identity, metadata, moment, refers

interlaced = Table(
    "interlaced",
    metadata,
    identity(),
    refers("formula_id", "formula.id", "The formula", on_delete="CASCADE", nullable=False),
    Column("fraction", Text, nullable=False, comment="The fraction, such as CF((1, 1); (1, k), (1, k) for k >= 1)"),
    Column(
        "first_terms",
        ARRAY(Text),
        nullable=False,
        comment="Denominator and numerator above it of each term before the rule",
    ),
    Column(
        "denominators",
        ARRAY(Text),
        nullable=False,
        comment="Denominators of the terms of a period, functions of k >= 1",
    ),
    Column("numerators", ARRAY(Text), nullable=False, comment="Numerators above these, functions of k >= 1"),
    Column("signs", ARRAY(SmallInteger), comment="The numerators of a period where all are 1 or -1; NULL: others"),
    Column(
        "map",
        ARRAY(Numeric),
        nullable=False,
        comment="x, y, z, w of (x + y L)/(z + w L), the value of the fraction, L the limit of the formula",
    ),
    Column(
        "value",
        Text,
        comment="The number in which expand found the fraction, such as (1 + e)/(e - 1); NULL: it was typed",
    ),
    Column("guessed_from", Integer, comment="Numbers from which the rule was guessed; NULL: it was given"),
    Column("code_version", Text, nullable=False, comment="Version of the program that contracted it"),
    moment("found_at", "When it came into the catalogue", now=True),
    # no fraction twice; those of a formula: `show`
    UniqueConstraint("formula_id", "fraction"),
    CheckConstraint("cardinality(map) = 4", name="map"),
    CheckConstraint(
        "cardinality(denominators) >= 1 AND cardinality(numerators) = cardinality(denominators)", name="period"
    ),
    comment="Continued fractions with first terms and a rule of several terms, and the formulas that they are"
    " contracted to",
)
