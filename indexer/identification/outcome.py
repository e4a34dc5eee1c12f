"""What came of the identification of a formula: relations, guesses, an exclusion; `identify.py` seeks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from catalog.formulas.pcf import PCF
from catalog.vocabulary import Outcome
from indexer.mathematics.relations.relation import Relation

IdentificationOutcome = Outcome | Literal["nothing_to_identify"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An expression worth an attempt, and why; where a labelled formula proposes it, its number and distance."""

    expression: str
    why: str
    neighbour: int | None = None
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Guess:
    """A constant that was proposed, why, and what came of it; `neighbour` is the labelled formula that proposed it."""

    rank: int
    constant: str
    why: str
    outcome: Outcome
    neighbour: int | None = None
    distance: float | None = None

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {"rank": self.rank, "constant": self.constant, "why": self.why, "outcome": self.outcome}


@dataclass(frozen=True, slots=True)
class Exclusion:
    """No relation with any constant that was tried has all coefficients up to `bound`.

    `constants` members of the library were tried, and those that theory and neighbours propose. Proved, given that the
    limit lies where it is said to lie: `conditional` where no enclosure says so, but two depths that agree.
    """

    bound: int
    digits: int
    constants: int
    conditional: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {
            "bound": str(self.bound),
            "digits": self.digits,
            "constants": self.constants,
            "conditional": self.conditional,
        }


@dataclass(frozen=True, slots=True)
class Identification:
    """All that came of the identification of a formula; `reason` is one sentence where nothing was found.

    `error` tells of a relation that was found and failed its verification.
    """

    formula: PCF
    outcome: IdentificationOutcome
    relations: tuple[Relation, ...] = ()
    guesses: tuple[Guess, ...] = ()
    exclusion: Exclusion | None = None
    attempts: int = 0
    digits_needed: int | None = None
    reason: str | None = None
    error: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return what identification adds to a formula's object in the JSON contract."""
        return {
            "outcome": self.outcome,
            "relations": [relation.to_json() for relation in self.relations],
            "guesses": [guess.to_json() for guess in self.guesses],
            "exclusion": self.exclusion.to_json() if self.exclusion else None,
            "attempts": self.attempts,
            "digits_needed": self.digits_needed,
            "reason": self.reason,
        }
