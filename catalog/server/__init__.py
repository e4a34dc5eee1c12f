"""The embedded Postgres: where it lives, how it is launched, shared and upgraded; it knows no catalogue.

For others: `sessions` starts, shares and stops the server, `home` says where it lives, and `upgrading` takes its data
to a new major version of Postgres.
"""
