"""Signed continued fractions of a number: expansions, patterns in their quotients, and the formulas that these are.

For others: `search.search`, `search.expanded`, `spaces.read_signed_space`.
"""
