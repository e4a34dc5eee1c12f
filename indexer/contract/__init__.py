"""The JSON contract: the object of a formula, of a line, of the status; figures for Prometheus.

For others: `objects`, `lines`, `status` and `prometheus`.
"""
