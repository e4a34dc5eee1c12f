"""Kinds of formulas: what the indexer must be able to do with one, and who does it.

For others: `kind.kind_of`, `kind.evaluate_all` and `kind.vectors_of`, `evaluation.Evaluation`, `vectors.DIMENSION`. A
new kind is a folder beside `pcf` and a line in `kind.KINDS`.
"""
