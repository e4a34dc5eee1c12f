"""Pictures of the catalogue: arrays in, figures out; `style` writes them to files."""
