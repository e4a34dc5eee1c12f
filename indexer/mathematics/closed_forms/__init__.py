"""The hypergeometric equation behind a continued fraction, its limit in closed form, its normal form, its family.

For others: `closed_form`, `normal_form`, `families` and `proposals`.
"""
