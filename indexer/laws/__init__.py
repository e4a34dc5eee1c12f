"""Infinite families: formulas with integer parameters whose limits follow one law.

For others: `lines.laws`, `planes.planes` and `checkerboard.boards`, which find them, and the values they give.
"""
