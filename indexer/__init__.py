"""What finds out: enumeration, evaluation, identification, the neighbour index and the daemon."""

from __future__ import annotations
