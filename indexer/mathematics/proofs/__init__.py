"""Proofs: what a relation of a formula follows from, as a certificate, and a checker that needs nothing else.

For others: `certificate.Certificate`, `checker.check`.
"""
