"""Pictures of the catalogue: arrays in, figures out; `style` writes them to files.

For others: `maps.scatter`, `maps.clusters`, `growth.growth`, `growth.convergence`, `checkerboard.board`,
`style.save`. They load matplotlib, so that a command imports them when it draws.
"""
