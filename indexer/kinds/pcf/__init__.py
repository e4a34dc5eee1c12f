"""Polynomial continued fractions: how they are evaluated, and where their neighbour vectors are."""
