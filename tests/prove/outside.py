"""The world outside, as a file: what reached it stays, whatever becomes of the node that sent it.

    <key> <attempt> <via> <address>

Mail servers forget a message as soon as they took it; the text gateway knows a key that it had before.
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.ports import Delivery, Dispatch
from engine.letters import Via

THINKS: Final = 0.05
"""Seconds that the other side may take to answer, having taken a letter."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One copy of a letter that reached the outside."""

    key: str
    attempt: int
    via: str
    to: str


class Outside:
    """A post whose other side outlives the node."""

    def __init__(self, path: Path, thinks: float = THINKS) -> None:
        self._thinks = thinks
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def safe_to_repeat(self, via: Via) -> bool:
        """Text messages carry a key that the gateway knows again; mail does not."""
        return via is Via.SMS

    async def send(self, dispatch: Dispatch) -> Delivery:
        """Let a letter reach the outside, and take a while to say so."""
        await asyncio.sleep(random.uniform(0, THINKS / 5))  # noqa: S311 - a delay, no secret
        line = f"{dispatch.key} {dispatch.attempt} {dispatch.via} {dispatch.to}\n"
        os.write(self._file, line.encode())
        await asyncio.sleep(random.uniform(self._thinks / 2, self._thinks))  # noqa: S311 - a delay, no secret
        return Delivery("sent")


def delivered(path: Path) -> list[Delivered]:
    """Read what has reached the outside."""
    lines = path.read_text().splitlines() if path.exists() else []
    found = []
    for line in lines:
        key, attempt, via, to = line.split(" ")
        found.append(Delivered(key, int(attempt), via, to))
    return found
