"""Constants as values: expressions, the functions in them, and the library.

For others: `library.library`, `library.Constant`, and from `expressions` the parser, the evaluation and LaTeX.
"""
