"""Conservative matrix fields: fields by name, trajectories through them, and the continued fractions of these.

For others: `known.field_of`, `trajectories.trajectory`, `walks.walked`, `spaces.read_field_space`.
"""
