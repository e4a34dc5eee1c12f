"""Keeping a password out of the process' title, which every user of the machine can read."""

from __future__ import annotations

import os
import re
import sys

OPTION = "--database-url"
VARIABLE = "FORMULARY_DATABASE_URL"
PASSWORD = re.compile(r"://[^/@]*:[^@]+@|\bpassword\s*=", re.ASCII)


def hide_password() -> None:
    """Start this process anew with the url in the environment, where it holds a password and is on the command line."""
    kept, url = without_url(sys.orig_argv)
    if url is not None and PASSWORD.search(url):
        os.environ[VARIABLE] = url
        os.execv(sys.executable, [sys.executable, *kept[1:]])


def without_url(arguments: list[str]) -> tuple[list[str], str | None]:
    """The command line without the option, and its last value."""
    kept: list[str] = []
    url: str | None = None
    rest = iter(arguments)
    for word in rest:
        if word == OPTION:
            url = next(rest, url)
        elif word.startswith(f"{OPTION}="):
            url = word.removeprefix(f"{OPTION}=")
        else:
            kept.append(word)
    return kept, url
