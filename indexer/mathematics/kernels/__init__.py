"""Native kernels for what bulk evaluation does most: gcds, limits, screening; never required, the Python path is whole.

For others: `library.kernels` (None where the Python path is used) and `library.path_in_use`; `gcds.figures`,
`limits.enclosures`, `maps.map_modulo`, `screening.moebius_bounds` and `quadratic_bounds`. What they compute is told in
docs/kernels.md.
`python -m indexer.mathematics.kernels` builds them beside their sources.
"""
