"""Numbers: the digits of balls, quadratic surds, squares, rational functions, linear recurrences.

For others: `decimals.round_ball`, `decimals.bits_for`, `surds.Surd`, `squares`, `rational_functions.fit`.
"""
