"""Numbers: digits of balls, fractions in balls, squares, surds, rational functions, linear recurrences.

For others: `decimals.round_ball`, `decimals.bits_for`, `fractions.short_fraction`, `squares.square_part`, `surds.Surd`,
`rational_functions.fit`, `recurrences.linear_recurrence`.
"""
