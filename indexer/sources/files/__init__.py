"""Formulas from files: lines of text, and the formats of other programs.

For others: `lines`, `blind_delta.read_blind_delta`, `lirec.read_lirec`.
"""
