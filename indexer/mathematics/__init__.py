"""Pure mathematics: integers, balls and arrays in, numbers out; no database, no clock, no global precision.

For others: its four rooms, numbers, relations, closed_forms and continued_fractions.
"""
