"""Formulas as values: read from text, printed, mirrored, shifted, ordered by their keys.

For others: `pcf.PCF` and `pcf.parse_formula`, and `programs.FORMATS`, which write a formula for other programs.
"""
