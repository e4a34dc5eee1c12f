"""Relations that are theorems: a certificate proves them, which the checker accepts before anything is said.

Digits are no part of a proof. Both sides are compared all the same, and a disagreement is an error: a fault of this
program, not a fact about the formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx, fmpz_poly

from catalog.constants.evaluation import evaluate
from catalog.errors import EvaluationError
from catalog.formulas.pcf import PCF
from indexer.identification.library import PreparedLibrary
from indexer.kinds.kind import kind_of
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.dihedral import RootCertificate
from indexer.mathematics.proofs.links import LinkCertificate
from indexer.mathematics.relations.relation import Relation, algebraic_relation, moebius_relation, moebius_value
from indexer.mathematics.relations.search import residual_digits
from indexer.sources.matrix_fields.constants import certificate_for
from indexer.sources.matrix_fields.trajectories import Trajectory

METHOD = "closed form"
"""How a relation was found that theory derives from the coefficients."""


def derived_relation(formula: PCF, known: Limit, library: PreparedLibrary) -> Relation | None:
    """Return the relation with a named constant that theory derives from the coefficients, None where it has none.

    `known` is the limit as it was evaluated. Raises EvaluationError where the checker refuses the certificate, or the
    limit is another.
    """
    certificate = kind_of(formula).derive(formula)
    if certificate is None:
        return None
    name, expression = library.preferred(library.expression_of(certificate.constant))
    if certificate.constant not in (name, expression):
        return None  # a library of other constants, which a search names it by
    _accept(certificate)
    digits = _agreed(certificate, expression, known)
    return moebius_relation(
        name,
        expression,
        certificate.coefficients,
        digits_used=digits,
        digits_verified=digits,
        proof="theorem",
        method=METHOD,
    )


def algebraic_by_theory(formula: PCF, known: Limit) -> Relation | None:
    """Return the polynomial of a limit that theory knows to be algebraic of degree 3 or more, None for all others.

    Raises EvaluationError where the checker refuses the certificate, or the limit is another.
    """
    polynomial = kind_of(formula).algebraic(formula)
    if polynomial is None or known.ball is None:
        return None
    with ctx.workprec(bits_for(known.digits) + 32):
        if not fmpz_poly(list(polynomial))(known.ball).contains(0):
            raise EvaluationError(f"the limit of {formula} is no root of the polynomial that theory gives")
    certificate = kind_of(formula).prove_algebraic(formula)
    if certificate is not None:
        _accept(certificate)
        if not certificate.proves(polynomial):
            raise EvaluationError(f"the certificate of {formula} is about another polynomial")
    return algebraic_relation(
        polynomial,
        known.ball,
        digits_used=known.digits,
        digits_verified=known.digits,
        proof="closed_form" if certificate is None else "theorem",
        method="multiple angles, DLMF 15.4.12",
    )


def with_proof(
    formula: PCF, relation: Relation, member: PCF | None = None, walks: Sequence[Trajectory] = ()
) -> Relation:
    """Return a verified relation as a theorem, where a proof of just that is found.

    `member` is a formula of the same class, and `walks` are trajectories that the formula represents, through which a
    proof is sought where the formula has none by itself.
    """
    certificate = proof_of(formula, relation, [] if member is None else [member], walks)
    return relation if certificate is None else replace(relation, proof="theorem")


def proof_of(
    formula: PCF, relation: Relation, members: Sequence[PCF] = (), walks: Sequence[Trajectory] = ()
) -> Certificate | RootCertificate | None:
    """Return a certificate of a relation that the checker accepts, None where none is found.

    Raises EvaluationError where it refuses one.
    """
    for certificate in _certificates(formula, members):
        if certificate is not None and _says(certificate, relation):
            _accept(certificate)
            return certificate
    return proof_by_field(formula, relation, walks)


def proof_by_field(formula: PCF, relation: Relation, walks: Sequence[Trajectory]) -> Certificate | None:
    """Return the certificate of a relation by the first of some trajectories that gives one which the checker accepts.

    It refuses those of long walks, which are beyond its bounds.
    """
    for walked in walks:
        certificate = certificate_for(formula, walked)
        if certificate is not None and _says(certificate, relation):
            try:
                check(certificate.to_json())
            except Refused:
                continue
            return certificate
    return None


def _certificates(formula: PCF, members: Sequence[PCF]) -> Iterator[Certificate | RootCertificate | None]:
    """Yield what is proved of a formula by itself, then through others of its class."""
    kind = kind_of(formula)
    yield kind.prove_algebraic(formula)
    yield kind.prove(formula)
    for member in members:
        yield kind.prove_through(formula, member)


def link_is_theorem(first: PCF, second: PCF, coefficients: tuple[int, ...]) -> bool:
    """Return whether L1 = (x + y L2)/(z + w L2) has a certificate, which the checker accepts."""
    certificate = kind_of(first).prove_link(first, second)
    if certificate is None or certificate.coefficients != coefficients:
        return False
    _accept(certificate)
    return True


def _accept(certificate: Certificate | LinkCertificate | RootCertificate) -> None:
    document = certificate.to_json()
    try:
        check(document)
    except Refused as error:
        raise EvaluationError(f"the certificate of {document['formula']} is refused: {error}") from None


def _agreed(certificate: Certificate, expression: str, known: Limit) -> int:
    """Return the digits to which the limit and the constant's map agree."""
    ball, bits = known.ball, bits_for(known.digits) + 32
    assert ball is not None
    guard = 2 * max(abs(k) for k in certificate.coefficients).bit_length() + 64
    value: arb = evaluate(expression, bits + guard)
    with ctx.workprec(bits + guard):
        digits = residual_digits(ball, moebius_value(certificate.coefficients, value))
    if digits is None:
        raise EvaluationError(f"{certificate.expression} is proved for {certificate.formula}, whose limit is another")
    return min(digits, known.digits)


def _says(certificate: Certificate | RootCertificate, relation: Relation) -> bool:
    """Return whether a certificate proves a relation."""
    if isinstance(certificate, RootCertificate):
        return (
            relation.kind == "algebraic" and relation.polynomial is not None and certificate.proves(relation.polynomial)
        )
    if relation.kind == "moebius":
        names = relation.constant, *relation.terms
        return certificate.constant in names and certificate.coefficients == relation.coefficients
    if relation.polynomial is None:
        return False
    x, y, z, w = certificate.coefficients
    if certificate.constant == "1":
        return z + w != 0 and _vanishes(relation.polynomial, Fraction(x + y, z + w), Fraction(0), 1)
    radicand = certificate.constant.removeprefix("sqrt(").removesuffix(")")
    if not radicand.isdecimal():
        return False
    d = int(radicand)  # (x + y r)/(z + w r) = p + q r with r = sqrt(d)
    norm = z * z - w * w * d
    return _vanishes(relation.polynomial, Fraction(x * z - y * w * d, norm), Fraction(y * z - x * w, norm), d)


def _vanishes(polynomial: Sequence[int], p: Fraction, q: Fraction, d: int) -> bool:
    """Return whether a polynomial is 0 at p + q sqrt(d)."""
    above, beside = Fraction(0), Fraction(0)
    for coefficient in reversed(polynomial):
        above, beside = above * p + beside * q * d + coefficient, above * q + beside * p
    return above == beside == 0
