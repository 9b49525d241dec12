"""Which release this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """The version of the installed package; "0" in a checkout that was not installed."""
    try:
        return version("vestibule")
    except PackageNotFoundError:
        return "0"
