"""Unit tests never touch Ray: it takes seconds to begin, and what is pure must not need it."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `import ray` fail, as on a machine that has one node and no Ray."""
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "actors.cluster", raising=False)
