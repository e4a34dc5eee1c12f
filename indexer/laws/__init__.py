"""Infinite families: formulas with integer parameters whose limits follow one law.

For others: `lines`, `planes`, `checkerboard` and `curves`.
"""
