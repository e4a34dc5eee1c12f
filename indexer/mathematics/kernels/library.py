"""The library of kernels as it is loaded, or the reason why the Python path is used instead.

The variable FORMULARY_KERNELS says what is wanted: `auto` (the default) takes the kernels where there are any, `off`
never, and `on` refuses to work without them. A library of other sources or for another processor is not taken.
"""

from __future__ import annotations

import ctypes
import os
import platform
from ctypes import POINTER, c_char, c_char_p, c_double, c_int, c_int64, c_uint64, c_void_p
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.errors import FormularyError, KernelsError
from indexer.mathematics.kernels.building import LIBRARY, digest

VARIABLE = "FORMULARY_KERNELS"

CHOICES = ("auto", "on", "off")

VARIANTS = {1: "baseline", 2: "AVX2"}
"""What the lanes may be compiled for, by the number that the library knows it by."""

_INTEGERS, _NATURALS = POINTER(c_int64), POINTER(c_uint64)
_REALS, _CHARS = POINTER(c_double), POINTER(c_char)

SIGNATURES = {
    "formulary_numerator_size": (c_int64, ()),
    "formulary_numerator": (c_int, (_INTEGERS, c_void_p)),
    "formulary_fixed_limbs": (c_int, ()),
    "formulary_fraction_bits": (c_int, ()),
    "formulary_limits": (
        c_int,
        (_INTEGERS, _INTEGERS, c_int, c_int, c_int, _NATURALS, _CHARS, POINTER(c_int)),
    ),
    "formulary_moebius_bounds": (None, (*[_INTEGERS] * 7, c_int64, c_double, _REALS)),
    "formulary_quadratic_bounds": (None, (*[_INTEGERS] * 3, c_int64, c_double, _REALS)),
    "formulary_traces": (c_int, (_INTEGERS, _INTEGERS, c_int64, c_int64, c_int64, _INTEGERS)),
    "formulary_map": (c_int, (_NATURALS, _INTEGERS, c_uint64, c_int64, _INTEGERS, c_int64, _INTEGERS, _INTEGERS)),
    "formulary_gcds": (c_int, (_INTEGERS, c_int, c_void_p, c_int, _REALS, _REALS, _CHARS)),
}
"""Result and arguments of each function of the library."""


@dataclass(frozen=True)
class Kernels:
    """A loaded library: its functions, and the variant of the lanes that suits the processor."""

    functions: ctypes.CDLL
    variant: int

    @property
    def name(self) -> str:
        """What is said of it: the variant and the processor."""
        return f"kernels ({VARIANTS[self.variant]}, {platform.machine()})"


@dataclass(frozen=True)
class Choice:
    """What was found: the kernels, or None and the reason."""

    kernels: Kernels | None
    reason: str | None = None


def kernels() -> Kernels | None:
    """Return the kernels, None where the Python path is used; raises KernelsError where they are wanted and not there.

    Raises FormularyError where FORMULARY_KERNELS is not one of `CHOICES`.
    """
    wanted = os.environ.get(VARIABLE, "auto")
    if wanted not in CHOICES:
        raise FormularyError(f"{VARIABLE} is {wanted!r}; give one of {', '.join(CHOICES)}")
    found = _chosen(wanted)
    if wanted == "on" and found.kernels is None:
        raise KernelsError(f"{VARIABLE} is on, and {found.reason}; build them by python -m indexer.mathematics.kernels")
    return found.kernels


def path_in_use() -> str:
    """Return in a few words which path evaluates: the kernels with their variant, or Python and why."""
    loaded = kernels()
    if loaded is not None:
        return loaded.name
    return f"Python ({_chosen(os.environ.get(VARIABLE, 'auto')).reason})"


def unusable() -> bool:
    """Say whether kernels were built that cannot be used, and are wanted."""
    return kernels() is None and os.environ.get(VARIABLE, "auto") == "auto" and LIBRARY.exists()


@lru_cache(maxsize=len(CHOICES))
def _chosen(wanted: str) -> Choice:
    if wanted == "off":
        return Choice(None, f"{VARIABLE} is off")
    return load(LIBRARY)


def load(path: Path) -> Choice:
    """Load a library; the reason names the file where it cannot be used."""
    if not path.exists():
        return Choice(None, "no kernels were built")
    try:
        functions = ctypes.CDLL(str(path))
        version = functions.formulary_version
    except (OSError, AttributeError) as error:
        return Choice(None, f"{path.name} is no library of kernels for this processor, {platform.machine()} ({error})")
    version.restype, version.argtypes = c_char_p, ()
    found = version().decode()
    if found != digest():
        return Choice(None, f"{path.name} is of version {found}, and this program's kernels are {digest()}")
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(functions, name)
        function.restype, function.argtypes = result, arguments
    return Choice(Kernels(functions, int(functions.formulary_best_variant())))
