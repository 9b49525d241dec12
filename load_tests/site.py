"""A server under load, as the load sees it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from load_tests.dialects import Dialect
from load_tests.processes import ProcessTree
from load_tests.visitor import Visitor

CLINICS: Final = 64


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit that was made, and how its patient, a guest and a caller get in."""

    visit: str
    clinic: int
    """The number of its clinic, 0 to `CLINICS` - 1."""
    patient: str
    guest: str
    provider: str = ""
    """The provider's token, where there is one."""
    pin: str = ""
    """What a caller types, where telephones are served."""


class Site(Protocol):
    """One running server and how to ask it for what a load needs."""

    dialect: Dialect
    port: int
    tree: ProcessTree

    async def book(self, count: int) -> list[Booked]:
        """Make visits that start now, spread over all clinics in turn."""
        ...

    async def provider_hellos(self, booked: Sequence[Booked]) -> list[bytes]:
        """Make the frames with which each visit's provider says hello, within 30 s."""
        ...

    async def dashboards(self) -> list[Visitor]:
        """Open each clinic's dashboard and watch its waiting room."""
        ...

    async def finish(self, visitors: Sequence[Visitor]) -> None:
        """Let people leave; a provider's leaving ends the visit."""
        ...


async def leave(dialect: Dialect, visitors: Sequence[Visitor]) -> None:
    """Say `leave` on each connection and wait until the server has closed it."""
    frame = dialect.frame("leave", id=9)
    for visitor in visitors:
        visitor.write(frame)
    if visitors:
        await asyncio.wait({visitor.closed for visitor in visitors})
