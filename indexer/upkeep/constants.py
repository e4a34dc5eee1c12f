"""A constant of the user's own into the catalogue, and what it names there."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from catalog.constants.library import Constant
from indexer.identification.library import PreparedLibrary
from indexer.identification.own_constants import checked_constant, read_library, store_own_constant
from indexer.upkeep.identifying import Searched, name_clusters, search_with_constant

SEARCH_SECONDS = 60.0
"""Time in which the formulas of the catalogue are compared with a new constant."""


@dataclass(frozen=True)
class ConstantAdded:
    """The constant, the numbers of the clusters that are called by it now, and the search of stored formulas.

    `agrees` is the constant there is with which its digits agree, as a map, where only these are known of it.
    """

    constant: Constant
    clusters: list[int]
    searched: Searched
    agrees: str | None = None


def add_own_constant(connection: psycopg.Connection, name: str, expression: str, source: str | None) -> ConstantAdded:
    """Add a constant, rename the clusters that turn out to be of it, and compare the unnamed formulas with it.

    Raises ExpressionError for an expression that cannot be used, or one that is a Moebius map of a known constant.
    """
    constant, agrees = checked_constant(connection, name, expression, source)
    store_own_constant(connection, constant)
    renamed = name_clusters(connection, PreparedLibrary([constant]))
    searched = search_with_constant(connection, constant, read_library(connection), seconds=SEARCH_SECONDS)
    return ConstantAdded(constant, list(renamed), searched, agrees)
