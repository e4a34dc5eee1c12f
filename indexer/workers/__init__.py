"""Functions of lists of items in processes that may die, here or on a Dask cluster; no formula is known in this room.

For others: `pool.Pool` and `dask.DaskWorkers`.
"""
