"""What the tests need from Debian is found, named, and never skipped."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from tools.system_packages import by_hand, missing, no_service_starts


def program(folder: Path, name: str) -> None:
    """Put an executable of that name into the folder."""
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def test_only_absent_programs_are_missing(tmp_path: Path) -> None:
    """A package whose program is on the path is left alone."""
    program(tmp_path, "turnserver")
    needed = {"redis-server": "redis-server", "coturn": "turnserver", "chromium": "chromium"}
    assert missing(needed, str(tmp_path)) == ["chromium", "redis-server"]


def test_the_path_may_name_several_folders(tmp_path: Path) -> None:
    """A program in the last folder of the path counts."""
    program(tmp_path, "chromium")
    assert missing({"chromium": "chromium"}, os.pathsep.join(["/nonexistent", str(tmp_path)])) == []


def test_the_command_for_a_person_is_one_line_that_a_shell_reads() -> None:
    """What we print can be pasted: sudo runs one shell with both steps."""
    words = shlex.split(by_hand(["chromium", "coturn"]))
    assert words[:3] == ["sudo", "sh", "-c"]
    assert words[3] == "apt-get update && apt-get install --yes --no-install-recommends chromium coturn"


def test_no_service_is_started_and_a_machines_own_policy_stays(tmp_path: Path) -> None:
    """Tests run what they need themselves; whoever forbids or allows services here, goes on doing so."""
    policy = tmp_path / "policy-rc.d"
    with no_service_starts(policy):
        assert os.access(policy, os.X_OK)
        assert "exit 101" in policy.read_text()
    assert not policy.exists()
    policy.write_text("its own")
    with no_service_starts(policy):
        assert policy.read_text() == "its own"
    assert policy.read_text() == "its own"
