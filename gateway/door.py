"""What a hello brings along: who a ticket or a key stands for, and who checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.clinic import StaffRole
from engine.ids import UserId


@dataclass(frozen=True, slots=True)
class TicketHolder:
    """Whom a one-use ticket stands for; `visit` is None for a dashboard, `credential` the hash of the
    session behind it.
    """

    user: UserId
    role: StaffRole
    name: str
    clinic: str
    visit: str | None
    credential: str


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The API key behind a dial-in client's socket."""

    key: str
    credential: str


class Door(Protocol):
    """Checks what a hello brings; raises StoreDown when the store is away."""

    async def redeem_ticket(self, ticket: str) -> TicketHolder | None:
        """Use a ticket up; None when it is unknown, used or too old."""
        ...

    async def renew_ticket(self, holder: TicketHolder) -> str:
        """Make a ticket for the same socket as one that was just used up."""
        ...

    async def check_dialin_key(self, key: str) -> KeyHolder | None:
        """Check an API key for the scope `dialin`."""
        ...

    async def check_bridge_key(self, key: str) -> KeyHolder | None:
        """Check the key of a bridge."""
        ...
