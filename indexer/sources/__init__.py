"""Where formulas come from: spaces by rank, files of other programs, seeds.

For others: `space.Space`, `registry.read_space` and `registry.QUADRATIC_5`, `files`, `seeds.seeds`. A new source of
formulas by rank is a `Space` of its own and a line in `registry.SOURCES`; where it knows the constant beforehand, its
items are `space.Proposed`.
"""
