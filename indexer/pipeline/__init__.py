"""One batch of formulas from coefficients to rows, and its way into the store.

For others: `compute.compute`, `batch.Batch`, `storing.store`.
"""
