"""The site served by uvicorn until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from catalog.database.opening import Database
from catalog.errors import FormularyError
from indexer.web.app import application
from indexer.web.site import Site

REQUESTS = 64
"""Requests that are served at one time; further ones are refused by 503."""

GOODBYE_SECONDS = 5
"""Time for requests that are being answered when the server is told to stop."""


def beyond_this_machine(host: str) -> bool:
    """Whether an address can be reached from other machines."""
    if host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; raises FormularyError where the address cannot be used."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FormularyError(f"cannot listen at {host} port {port}: {reason}; give another --host or --port") from None
    return made


def serve(
    database: Database, home: Path | str | None, listener: socket.socket, hosts: Sequence[str], workers: int
) -> None:
    """Serve the catalogue from a socket until SIGINT or SIGTERM, answering to these names of hosts."""
    database.reader().close()  # so that what is wrong is said in one sentence, and by who knows it
    site = Site(database, home, workers)
    config = uvicorn.Config(
        application(site, hosts),
        log_level="warning",
        limit_concurrency=REQUESTS,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        server_header=False,
        h11_max_incomplete_event_size=16_384,
        http="h11",
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listener])
