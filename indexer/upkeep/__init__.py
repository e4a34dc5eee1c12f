"""Jobs on a stored catalogue: set up, add, import, search again, name families, recompute, verify, repair.

For others: one function of each module, which a command, a notebook or a page calls.
"""
