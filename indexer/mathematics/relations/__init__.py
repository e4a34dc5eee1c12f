"""Integer relations of real numbers: sought, excluded, written and verified; no formula is known here.

For others: `search.moebius` and the other searches, `screening.exclusion_bounds`, `relation.Relation` and
`relation.verify`, and the texts of `text`.
"""
