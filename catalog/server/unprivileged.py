"""Start a program detached, as somebody who is not root: Postgres refuses to run otherwise.

A script of its own, run by `catalog.server.sessions` in a fresh single-threaded interpreter, because neither user
namespaces nor a change of user can be entered safely from a process with threads:

    python -I -S unprivileged.py IDENTITY wait|detach PROGRAM ARGUMENT...

IDENTITY is one of
    self        as we are (an ordinary user)
    namespace   in a user namespace in which we are called `nobody`: our own files stay ours, nothing is chowned
    nobody      really as `nobody`, who keeps the one right to pass through our private folders
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
REFUSED = 77
"""Exit code when the kernel does not let us take the identity."""


def nobody() -> tuple[int, int]:
    """Return the user and group number of `nobody`."""
    import pwd  # noqa: PLC0415  not on every platform

    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam("nobody")
        return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def enter_namespace() -> None:
    """Go into a user namespace in which this user is `nobody`."""
    user, group = os.geteuid(), os.getegid()
    inside_user, inside_group = nobody()
    _check(ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside_user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside_group} {group} 1")


def become_nobody() -> None:
    """Become `nobody` for good, with the capability to pass through folders that only root may enter."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = nobody()
    _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    right = 1 << CAP_DAC_OVERRIDE
    _check(libc.capset(header, (ctypes.c_uint32 * 6)(right, right, right, 0, 0, 0)))
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(identity: str, how: str, *command: str) -> None:
    """Take the identity and become `command`; with `detach` in a session of its own, without waiting for it."""
    os.umask(0o077)
    try:
        if identity == "namespace":
            enter_namespace()
        elif identity == "nobody":
            become_nobody()
    except (OSError, AttributeError) as error:
        print(f"cannot start as {identity}: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    if how == "detach":
        if os.fork():
            os._exit(0)
        os.setsid()
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
