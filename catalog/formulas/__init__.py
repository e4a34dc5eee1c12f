"""Formulas as values: read from text, printed, mirrored, inflated and deflated, told apart by their keys.

For others: `pcf.PCF` and `pcf.parse_formula`, `polynomial` for polynomials as text, and `programs.FORMATS`, which write
a formula for other programs.
"""
