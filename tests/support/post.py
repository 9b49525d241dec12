"""Other companies' mail server and text gateway: they keep what they get, and answer as a test says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.ports import Delivery, Dispatch
from engine.letters import Kind, Via

SENT = Delivery("sent")


@dataclass(slots=True)
class FakePost:
    """Takes letters. `answers`: what it says to each in turn, then that it was sent. While `held` is set, a
    letter that it took is not answered.
    """

    safe: bool = False
    taken: list[Dispatch] = field(default_factory=list)
    answers: list[Delivery] = field(default_factory=list)
    held: asyncio.Event | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def safe_to_repeat(self, _: Via) -> bool:
        """Whether it knows a letter again by its key."""
        return self.safe

    async def send(self, dispatch: Dispatch) -> Delivery:
        """Take one letter."""
        self.taken.append(dispatch)
        self._came.set()
        if self.held is not None:
            await self.held.wait()
        return self.answers.pop(0) if self.answers else SENT

    async def until(self, found: Callable[[FakePost], bool]) -> None:
        """Wait until what it has taken is as told."""
        async with asyncio.timeout(30):
            while not found(self):
                self._came.clear()
                await self._came.wait()

    async def have(self, count: int) -> list[Dispatch]:
        """Wait for so many letters."""
        await self.until(lambda post: len(post.taken) >= count)
        return self.taken

    def to(self, address: str) -> list[Kind]:
        """What somebody was sent, in order."""
        return [one.kind for one in self.taken if one.to == address]

    def copies(self) -> Counter[str]:
        """How often each letter came."""
        return Counter(one.key for one in self.taken)
