"""The embedded Postgres: where it lives, how it is launched, shared and upgraded; it knows no catalogue.

For others: `sessions` starts and stops it, `home` says where it lives, `upgrading` moves it to a new major version.
"""
