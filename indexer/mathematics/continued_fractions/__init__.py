"""Polynomial continued fractions: what the coefficients decide, convergents, tails, limits with bounds, metrics.

For others: `asymptotics.classify` and `exponents`, `limit.limit`, `closed_tail.tail_of`, `metrics.metrics`,
`convergents.convergents`.
"""
