"""Formulas by wish: a constant and bounds for delta, rate and degree in, formulas of matrix fields that meet them out.

For others: `targets.read_target`, `wishes.read_wish`, `search.Search`, `designs.designed`.
"""
