"""Functions of lists of items in processes that may die, here or on a Dask cluster; no formula is known in this room.

For others: `pool.in_order`, `pool.Workers`, `dask.DaskWorkers`, both of which are a `pool.Pool`, and `dask.Sharing`.
"""
