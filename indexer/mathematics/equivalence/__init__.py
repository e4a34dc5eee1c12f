"""Equivalence of recurrences of order two: decided exactly, with the map between the limits or the reason why not.

For others: `decision.relate`, `invariants.bucket_key`, `buckets.buckets`.
"""
