"""Proofs: what a relation of a formula follows from, as a certificate, and a checker that needs nothing else.

For others: `proving.prove`, `certificate.Certificate`, `argument.argument`, `checker.check`. The checker is `checker`,
`functions`, `products` and `arithmetic`: the standard library alone, and the tables of identities and theorems.
"""
