"""What is read from and written to the tables: one module and one .sql file a subject.

For others: all functions, by subject. SQL on the tables stands here and in `exchange`, nowhere else.
"""
