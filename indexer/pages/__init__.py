"""Pages: pieces of HTML, typeset mathematics, and the report, one page with everything in it.

For others: `report.page`, and for pages of one's own `html`, `mathml.mathml`, `typeset`.
"""
