"""The tables as SQLAlchemy models, and the page of the documentation made from them.

Only migrations, tests and that page use this room; `store` writes SQL.
"""
