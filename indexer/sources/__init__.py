"""Where formulas come from: spaces by rank, files of other programs, seeds.

For others: `registry.read_space`, `template`, `files`, `seeds`.
"""
