"""The pepper's file: made once, readable by nobody else, rotated without losing what was sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from actors.pepper import FILE, PepperUnusable, read_pepper, rotate_pepper
from actors.secrets import KEYS_AT_MOST


def test_the_first_start_makes_it_and_later_ones_read_it(tmp_path: Path) -> None:
    """One key, in a folder of its own, for the owner's eyes only."""
    folder = tmp_path / "secrets"
    keys = read_pepper(folder)
    assert read_pepper(folder) == keys
    assert [len(key) for key in keys.values()] == [32]
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_rotation_adds_a_newest_key_and_drops_the_oldest_at_last(tmp_path: Path) -> None:
    """Ids only grow, and a dropped one never comes back."""
    first = read_pepper(tmp_path)
    assert rotate_pepper(tmp_path) == 2
    assert read_pepper(tmp_path) == first | {2: read_pepper(tmp_path)[2]}
    for _ in range(KEYS_AT_MOST):
        rotate_pepper(tmp_path)
    assert sorted(read_pepper(tmp_path)) == [3, 4, 5, 6]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [FILE]


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_pepper_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Like a private key that was copied about."""
    read_pepper(tmp_path)
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(PepperUnusable, match="make it 600"):
        read_pepper(tmp_path)


@pytest.mark.parametrize("text", ["", "1 AAAA\n", "one " + "A" * 43 + "=\n", "1 not base64\n", "\x00\xff"])
def test_a_damaged_pepper_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    """A new one would silently kill every link that was sent."""
    read_pepper(tmp_path)
    (tmp_path / FILE).write_text(text, "latin-1")
    with pytest.raises(PepperUnusable, match="damaged"):
        read_pepper(tmp_path)
    assert (tmp_path / FILE).read_text("latin-1") == text


def test_a_place_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    """One sentence for who starts the node."""
    (tmp_path / "file").write_text("")
    with pytest.raises(PepperUnusable, match="cannot be used"):
        read_pepper(tmp_path / "file" / "secrets")
