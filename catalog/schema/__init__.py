"""The tables as SQLAlchemy models, and the page of the documentation made from them.

Only migrations and tests import this room; `store` writes SQL.
"""
