"""One cluster for all of a run, as people start it: three nodes on two machines (two raylets)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.grown import Grown, grown


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """Start it once: Ray takes its time."""
    with grown(tmp_path_factory.mktemp("cluster")) as running:
        yield running
