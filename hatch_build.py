"""The package's build hook: compiles the kernels with the machine's C compiler, and goes on without where that fails.

In a wheel they make it one for this platform; an editable installation has them beside their sources.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILDING = "indexer/mathematics/kernels/building.py"


class KernelsHook(BuildHookInterface[Any]):
    """Builds the kernels before a wheel is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; where that fails, say why once, and leave the wheel without them."""
        building = _building(Path(self.root))
        try:
            library: Path = building.build()
        except building.BuildError as error:
            self.app.display_warning(f"formulary is installed without native kernels, and slower: {error}")
            return
        if version != "editable":
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{building.platform_tag()}"
            build_data["artifacts"].append(f"/{library.relative_to(self.root).as_posix()}")


def _building(root: Path) -> ModuleType:
    """Return the module that compiles, which needs nothing of the package."""
    spec = importlib.util.spec_from_file_location("kernels_building", root / BUILDING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
