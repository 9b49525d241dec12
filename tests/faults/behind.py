"""Letting all else on this machine go first: in life the crowd's computers are others than the nodes'."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

NICE: Final = 15
"""How much less than others this process gets; about a thirtieth of their share when all want more."""
_SESSION: Final = Path("/proc/self/autogroup")
"""Linux shares processors out by session, where it is set up so (sched(7)); a number sets ours."""


@contextmanager
def behind() -> Iterator[None]:
    """Let every other process go first, until the end of the block, as far as the system allows."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    _be(NICE, NICE)
    try:
        yield
    finally:
        _be(before, 0)


def _be(process: int, session: int) -> None:
    with suppress(OSError):
        _SESSION.write_text(f"{session}\n")
    with suppress(PermissionError):  # back to more is for those who may
        os.setpriority(os.PRIO_PROCESS, 0, process)
