"""What a typed number may be: a ladder of searches, from the simplest kind of answer to the longest.

For others: `climb.climb`. Each rung is a module with one generator of matches; `complexity` measures them in bits, and
`match` says what a match and a rung are.
"""
