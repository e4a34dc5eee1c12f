"""The `formulary` command: a module per group of commands; `main` imports them when they are asked for.

A command imports what it calls in its function, when it is called: numpy, flint and psycopg take a third of a second,
matplotlib half of one, and `--help`, completion and bad input answer without them. No other room does so
without a reason beside the import; ruff keeps the rule (PLC0415).
"""
