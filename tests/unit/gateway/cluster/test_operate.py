"""What an operator is told before anything is asked of Ray."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.slots import Slot
from gateway.cluster.folder import ClusterFolder, Facts
from gateway.cluster.operate import Seen, operating
from gateway.cluster.showing import as_table
from gateway.settings import Settings
from gateway.unable import Unable
from tests.support.node import free_port


async def test_a_cluster_that_is_not_up_is_said_at_once(tmp_path: Path) -> None:
    """Nobody waits for a head that nobody has started."""
    settings = Settings.load(store={"data_dir": tmp_path})
    folder = ClusterFolder(settings)
    folder.prepare()
    folder.state(Facts(f"127.0.0.1:{free_port()}", "127.0.0.1", 8110, demo=False))
    with pytest.raises(Unable, match="not up"):
        async with operating(settings, lambda _: None, patience=3600.0):
            raise AssertionError("it is not up")


def test_the_table_names_each_nodes_process() -> None:
    """It is what somebody ends who has to end a node."""
    state = {"draining": False, "ready": True, "lease_age": 120, "pid": 4711}
    table = as_table([Seen(Slot(1, "10.0.0.1"), there=True, state=state)])
    head, row = (line.split("  ") for line in table.splitlines())
    cells = dict(zip([one.strip() for one in head if one], [one.strip() for one in row if one], strict=True))
    assert cells["pid"] == "4711"
    assert cells["state"] == "ready"
