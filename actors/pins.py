"""PINs of invitations: reserved before they are saved, lengthened before an extension, let go at the end.

The index is a hint, the visit decides (architecture.md, State): an entry that no visit confirms leads
nowhere.
"""

from typing import Final, Protocol

from actors.ports import PinEntry, PinStore
from actors.secrets import Link, Secrets
from engine.clinic import MINUTE, Clinic
from engine.ids import Instant, InvitationId, VisitId
from engine.visit import Visit
from signaling import messages as wire

KNOWN_BEFORE: Final = 60 * MINUTE
"""How long before the start a PIN is known (D7)."""

KEPT: Final = 24 * 60 * MINUTE
"""How long after the end a PIN is not given to anybody else."""

ATTEMPTS: Final = 16
"""How many PINs are tried before giving up; with 10^9 of them a second one is rarely needed."""


class PinSpaceFull(Exception):
    """Sixteen random PINs in a row were taken: the deployment's PINs are too short for it."""


class _House(Protocol):
    pins: PinStore
    secrets: Secrets

    @property
    def public_url(self) -> str: ...
    def now(self) -> Instant: ...


async def reserve(
    house: _House, clinic: Clinic, visit: VisitId, invitation: InvitationId, start: Instant, until: Instant
) -> int:
    """Reserve a PIN on every dial-in number of the clinic; give the attempt it was derived with. Raises
    StoreDown.
    """
    for attempt in range(ATTEMPTS):
        entry = PinEntry(visit, invitation, attempt, start - KNOWN_BEFORE, until)
        pin_hash = house.secrets.pin_hash(house.secrets.pin(visit, invitation, attempt))
        for number in clinic.dial_in:
            if not await house.pins.reserve(number, pin_hash, entry, until + KEPT):
                break
        else:
            return attempt
    raise PinSpaceFull(f"no free PIN in {ATTEMPTS} attempts")


async def stretch(house: _House, visit: Visit, until: Instant, start: Instant | None = None) -> None:
    """Let the index know a visit's PINs until `until`. Raises StoreDown."""
    begin = visit.start if start is None else start
    for number, pin_hash in _entries(house, visit):
        await house.pins.move(number, pin_hash, begin - KNOWN_BEFORE, until, until + KEPT)


async def release(house: _House, visit: Visit) -> None:
    """A visit is over: its PINs are known no more, and are given to nobody for a day. Raises StoreDown."""
    now = house.now()
    for number, pin_hash in _entries(house, visit):
        await house.pins.move(number, pin_hash, visit.start - KNOWN_BEFORE, now, now + KEPT)


def panel(house: _House, visit: Visit, invitation: InvitationId, request: int) -> wire.Panel:
    """What an invitation shows: its link, the dial-in number and the PIN (R3, R4), derived anew each time."""
    clinic, secrets = visit.clinic, house.secrets
    numbers = clinic.dial_in
    return wire.Panel(
        id=request,
        link=link(house, visit, invitation),
        number=numbers[0] if numbers else "",
        pin=secrets.pin(visit.id, invitation, visit.attempt(invitation)) if numbers else "",
        expires_at=visit.lapses_at,
    )


def link(house: _House, visit: Visit, invitation: InvitationId) -> str:
    """A guest's link; its token stands in the fragment, which no server or proxy sees."""
    return (
        f"{house.public_url}/j#{house.secrets.link(visit.id, invitation, visit.generation(invitation) or 0)}"
    )


def _entries(house: _House, visit: Visit) -> list[tuple[str, str]]:
    return [
        (number, house.secrets.pin_hash(house.secrets.pin(visit.id, invitation, visit.attempt(invitation))))
        for number in visit.clinic.dial_in
        for invitation in visit.pinned_invitations()
    ]


def proven(secrets: Secrets, shown: Link, visit: Visit) -> int | None:
    """The generation with which a shown link was made, older ones included, so that a revoked link is told
    so; None: never ours.
    """
    generation = visit.generation(shown.invitation)
    for earlier in range(generation or 0, -1, -1):
        if secrets.proven_generation(shown, earlier) is not None:
            return earlier if generation is not None else None
    return None
