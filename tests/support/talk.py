"""Two people in a call, to prove that whatever else happens, it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Self

from tests.support.client import WireClient
from tests.support.node import House

_words = count(1)


@dataclass(frozen=True, slots=True)
class Talk:
    """A provider and a guest who hear each other."""

    one: WireClient
    other: WireClient

    @classmethod
    async def begin(cls, where: House) -> Self:
        """Bring a provider and a guest into a visit of their own."""
        visit = await where.plan()
        return cls(await where.provider(visit), await where.guest(visit, "Noor"))

    async def goes_on(self) -> None:
        """Prove that each hears what the other says now."""
        for speaker, listener in ((self.one, self.other), (self.other, self.one)):
            word = f"word {next(_words)}"
            await speaker.tell("signal", to=listener.seat, data=word)
            await listener.wait_for("relayed", seat=speaker.seat, data=word)
