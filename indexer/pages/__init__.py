"""Pages: pieces of HTML, typeset mathematics, figures of a catalogue, and the report, one page with everything in it.

For others: `report.page`, `figures`, and for pages of one's own `html`, `mathml.mathml`, `typeset`.
"""
