"""What is read from and written to the tables: one module a subject, with its SQL in a file of the same name.

For others: the functions, by subject; `rows` and `locks` are what these modules share. SQL on formulas and on what is
known of them stands here and in `exchange`, nowhere else.
"""
