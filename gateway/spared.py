"""Imports that a start is spared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(module: str) -> Iterator[None]:
    """Let what is imported inside find an optional module missing, unless it is in memory already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # what Python documents to make an import fail
    try:
        yield
    finally:
        del sys.modules[module]
