"""The neighbour vector, the FAISS index with its snapshots, the anchors, the nearest formulas.

For others: `nearest.nearest`, `catalogue_index.CatalogueIndex`, `anchors.read_anchors`.
"""
