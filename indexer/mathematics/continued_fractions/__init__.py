"""Polynomial continued fractions: what the coefficients decide, convergents, tails, limits with bounds, metrics.

For others: `asymptotics.classify`, `limit.limit`, `metrics.metrics`, `convergents.convergents`.
"""
