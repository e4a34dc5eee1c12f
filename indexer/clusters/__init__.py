"""Clusters of formulas: built, labelled and stored, and the cluster that a new formula belongs to.

For others: `build.build_clusters` and `placement.OnlineClusters`; `labels` and `naming` for who names a cluster later.
"""
