"""The catalogue in a browser and as an HTTP API: routes over contract, pages and pictures; no SQL, no mathematics.

For others: `serving.serve`, and `app.application` for a server of one's own. Needs the extra `web`.
"""
