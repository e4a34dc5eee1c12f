"""One run of the indexer: leases, workers, commits, and what follows them.

For others: `run.Daemon` and `settings.Settings`.
"""
