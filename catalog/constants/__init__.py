"""Constants as values: their expressions, the functions in these, and the library that comes with formulary.

For others: `library.library` and `library.Constant`, `expressions.parse_expression` and `expressions.to_latex`, and
`evaluation.evaluate`, which gives a ball.
"""
