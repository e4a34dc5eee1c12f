"""Clusters: built, labelled, kept; where a new formula belongs.

For others: `build.build_clusters` and `placement.OnlineClusters`.
"""
