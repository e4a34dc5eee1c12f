"""One batch of formulas from coefficients to rows, and its way into the store.

For others: `compute.compute` for one formula and `compute_pairs` for many, `batch.Batch.of` and `storing.store`; what
follows exactly from a stored relation is `storing.add_copies`.
"""
