"""What can be asked of a kind of formula, and who answers.

For others: `kind.kind_of` and `evaluation.Evaluation`.
"""
