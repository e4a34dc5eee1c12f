"""Pure mathematics: integers, balls and arrays in, numbers out; no database, no clock, no global precision.

For others: its rooms, numbers, relations, closed_forms, continued_fractions, equivalence and proofs.
"""
