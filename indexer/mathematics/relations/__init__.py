"""Integer relations of real numbers: sought, excluded, written and verified; no formula is known here.

For others: `relation.Relation`, and from `search` the Moebius maps, polynomials and bounds.
"""
