"""What a cluster's first machine remembers survives a kill, and belongs to its owner only."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.slots import Slot
from gateway.cluster.folder import ClusterFolder, Facts
from gateway.settings import Settings
from gateway.unable import Unable


@pytest.fixture
def folder(tmp_path: Path) -> ClusterFolder:
    """A cluster's folder on a data directory of its own."""
    made = ClusterFolder(Settings.load(store={"data_dir": tmp_path}))
    made.prepare()
    return made


def test_slots_and_facts_are_remembered(folder: ClusterFolder) -> None:
    """What was written is read again, in order."""
    facts = Facts("127.0.0.1:6380", "127.0.0.1", 8110, demo=False)
    folder.state(facts)
    folder.remember([Slot(2, "10.0.0.2"), Slot(1, "10.0.0.1")])
    assert folder.slots() == (Slot(1, "10.0.0.1"), Slot(2, "10.0.0.2"))
    assert folder.facts() == facts


def test_where_no_cluster_came_up_a_sentence_says_so(folder: ClusterFolder) -> None:
    """Commands without a cluster tell what to do."""
    with pytest.raises(Unable, match="vestibule cluster up"):
        folder.facts()


def test_only_one_up_at_a_time(folder: ClusterFolder) -> None:
    """A second `up` is refused while the first one lives, and is told nothing when it is gone."""
    with folder.held():
        assert folder.holder() is not None
        with pytest.raises(Unable, match="up already"), folder.held():
            pass
    assert folder.holder() is None


def test_the_folder_is_its_owners(folder: ClusterFolder) -> None:
    """Nobody else looks into it: it has the token."""
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert folder.token.stat().st_mode & 0o777 == 0o600
    assert folder.ray_folder().parent.stat().st_mode & 0o777 == 0o700
