"""The constant behind a formula or a number: guessed, then verified.

For others: `identify.identify`, `numbers.identify_number`, `stored_limits`, `own_constants`.
"""
