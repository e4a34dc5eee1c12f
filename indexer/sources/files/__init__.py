"""Formulas from files: lines of text and the formats of other programs."""
