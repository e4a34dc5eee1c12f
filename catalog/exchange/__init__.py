"""The catalogue as records and files, for other programs and other catalogues.

For others: `export.records`, `files.WRITERS` and `reading.read_records`.
"""
