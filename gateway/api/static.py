"""Where the web build puts the pages."""

from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent.parent / "static"
