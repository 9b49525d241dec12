"""The lock files say what to install and never where from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_are_pinned_by_hash_and_name_no_registry(path: Path) -> None:
    """Every Python package has an exact version and a sha256, and no line is an address or an option."""
    text = path.read_text().replace("\\\n", " ")
    for line in text.splitlines():
        assert re.fullmatch(
            r"[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^ ]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+ *", line
        ), line
    assert "://" not in text


def test_what_runs_is_what_was_tested() -> None:
    """A package pinned for running has the same version in the tests' requirements."""
    run, dev = ({line for line in p.read_text().splitlines() if "==" in line} for p in run_and_dev())
    assert run <= dev


def run_and_dev() -> tuple[Path, Path]:
    """Return the two requirement files."""
    return ROOT / "requirements" / "run.txt", ROOT / "requirements" / "dev.txt"


def test_npm_lock_has_hashes_and_names_no_registry() -> None:
    """Every npm package has its integrity, and none says where it was found."""
    lock = json.loads((ROOT / "dashboards" / "web" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
