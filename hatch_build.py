"""The package's build hooks: the kernels, compiled by the machine's C compiler, and the description for an index.

Where there is no compiler the package is built without kernels; in a wheel they make it one for this platform, and an
editable installation has them beside their sources. The description is the README without what leads to files beside
it, which a package index does not have.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

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


FORMULA = re.compile(r"^!\[([^\]]*)\]\((?!https?://)[^)]*\.svg\)$", re.MULTILINE)
PICTURE = re.compile(r"^!\[[^\]]*\]\((?!https?://)[^)]*\)\n\n?", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\((?!https?://|#)[^)]*\)")


def description(readme: str) -> str:
    """Return the README for a package index: relative links and typeset formulas become their text.

    Other pictures beside it are left out.
    """
    return LINK.sub(r"\1", PICTURE.sub("", FORMULA.sub(r"\1", readme)))


class DescriptionHook(MetadataHookInterface):
    """Gives the package its description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Enter the description."""
        text = description((Path(self.root) / "README.md").read_text(encoding="utf-8"))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def _building(root: Path) -> ModuleType:
    """Return the module that compiles, which needs nothing of the package."""
    spec = importlib.util.spec_from_file_location("kernels_building", root / BUILDING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
