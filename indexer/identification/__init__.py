"""The constant behind a formula or a number: proposed, tested, and verified with further digits.

For others: `identify.identify` for a formula, and its two parts with `screen.screen` between them for many;
`numbers.identify_number`, `several.identify_with` and `stored_limits.formulas_with_limit` for a number;
`own_constants.add_constant` and `read_library`; `library.PreparedLibrary`, and `outcome` for what they return.
"""
