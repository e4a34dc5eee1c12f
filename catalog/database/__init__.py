"""One database that holds a catalogue: opened, brought up to date, read by a login that cannot write.

For others: `opening.open_database` and `Database`, `blocks.Blocks` for named SQL, `copying` for COPY.
"""
