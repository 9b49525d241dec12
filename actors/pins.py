"""PINs of invitations: reserved before they are saved, lengthened before an extension, let go at the end.

The index is a hint, the visit decides (architecture.md, State): an entry that no visit confirms leads
nowhere.
"""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

from actors.numbers import as_read, nearest
from actors.ports import PinEntry, PinStore, StoreDown
from actors.secrets import Link, Secrets
from engine.clinic import MINUTE, Clinic
from engine.ids import PATIENT, Instant, InvitationId, VisitId
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
    def key_of(self, visit: VisitId) -> int: ...
    def numbers(self) -> frozenset[str]: ...


async def reserve(
    house: _House, clinic: Clinic, visit: VisitId, invitation: InvitationId, start: Instant, until: Instant
) -> int:
    """Reserve a PIN on every dial-in number of the clinic; give the attempt it was derived with. Raises
    StoreDown.
    """
    key = house.key_of(visit)
    for attempt in range(ATTEMPTS):
        entry = PinEntry(visit, invitation, attempt, start - KNOWN_BEFORE, until)
        pin = house.secrets.pin(visit, invitation, attempt, key)
        for number in clinic.dial_in:
            if await _taken(house, number, pin, key):
                break
            if not await house.pins.reserve(number, house.secrets.pin_hash(pin, key), entry, until + KEPT):
                break
        else:
            return attempt
    raise PinSpaceFull(f"no free PIN in {ATTEMPTS} attempts")


async def _taken(house: _House, number: str, pin: str, key: int) -> bool:
    """Whether somebody has this PIN under another key of a pepper that was rotated."""
    own = house.secrets.pin_hash(pin, key)
    for pin_hash in house.secrets.pin_hashes(pin):
        if pin_hash != own and (await house.pins.look(number, pin_hash, "", ""))[0] is not None:
            return True
    return False


async def stretch(house: _House, visit: Visit, until: Instant, start: Instant | None = None) -> None:
    """Let the index know a visit's PINs as well until `until`, and for a visit that would start at `start`:
    it may be asked to move, and be refused. `follow` it when that is known. Raises StoreDown.
    """
    begin = visit.start if start is None else min(visit.start, start)
    await _known(house, visit, begin, max(visit.lapses_at, until))


async def follow(house: _House, visit: Visit) -> None:
    """Let the index know a visit's PINs as its times are now. Raises StoreDown."""
    if not visit.over:  # else they are let go
        await _known(house, visit, visit.start, visit.lapses_at)


async def _known(house: _House, visit: Visit, start: Instant, until: Instant) -> None:
    for number, pin_hash in _entries(house, visit, house.key_of(visit.id)):
        await house.pins.move(number, pin_hash, start - KNOWN_BEFORE, until, until + KEPT)


async def give_back(
    house: _House, clinic: Clinic, visit: Visit, invitation: InvitationId, attempt: int
) -> None:
    """Let a reserved PIN go that nobody was shown: its invitation was refused. Raises StoreDown."""
    key, now = house.key_of(visit.id), house.now()
    pin_hash = house.secrets.pin_hash(house.secrets.pin(visit.id, invitation, attempt, key), key)
    for number in clinic.dial_in:
        await house.pins.move(number, pin_hash, now, now, now)


async def release(house: _House, visit: Visit, key: int) -> None:
    """A visit is over: its PINs, of this key, are known no more, and are given to nobody for a day. Raises
    StoreDown.
    """
    now = house.now()
    for number, pin_hash in _entries(house, visit, key):
        await house.pins.move(number, pin_hash, visit.start - KNOWN_BEFORE, now, now + KEPT)


async def sweep(house: _House, every: int) -> None:
    """Drop PINs past their keeping from the index of each of our numbers, every so many milliseconds, for
    ever.
    """
    while True:
        await asyncio.sleep(every / 1000)
        for number in house.numbers():
            with suppress(StoreDown):  # the next round finds them still
                while await house.pins.sweep(number):
                    pass


def panel(house: _House, visit: Visit, invitation: InvitationId, request: int) -> wire.Panel:
    """What an invitation shows: its link, dial-in numbers and PIN (R3, R4), derived anew each time."""
    number = _number(visit, invitation)
    return wire.Panel(
        id=request,
        link=link(house, visit, invitation),
        number=as_read(number),
        pin=_pin(house, visit, invitation, house.key_of(visit.id)) if number else "",
        expires_at=visit.lapses_at,
        others=[as_read(one) for one in visit.clinic.dial_in if one != number],
    )


def letter_door(house: _House, visit: Visit, invitation: InvitationId) -> tuple[str, str, str]:
    """The link, the dial-in number as in E.164, and the PIN that somebody's letters show.

    The patient's own link has no PIN; its page shows how to take part by telephone (R13).
    """
    number = _number(visit, invitation)
    if invitation == PATIENT:
        return patient_link(house, visit), number, ""
    pinned = number and visit.invitations[invitation].attempt is not None
    pin = _pin(house, visit, invitation, house.key_of(visit.id)) if pinned else ""
    return link(house, visit, invitation), number, pin


def patient_link(house: _House, visit: Visit) -> str:
    """The patient's own link (R13)."""
    return link(house, visit, PATIENT).replace("/j#", "/v#", 1)


def link(house: _House, visit: Visit, invitation: InvitationId) -> str:
    """A guest's link; its token stands in the fragment, which no server or proxy sees."""
    generation = visit.generation(invitation) or 0
    token = house.secrets.link(visit.id, invitation, generation, house.key_of(visit.id))
    return f"{house.public_url}/j#{token}"


def _number(visit: Visit, invitation: InvitationId) -> str:
    """The dial-in number for somebody who was invited: of their own country, if the clinic has one there."""
    invited = visit.invitations.get(invitation)
    return nearest(visit.clinic.dial_in, invited.phone if invited is not None else "")


def _pin(house: _House, visit: Visit, invitation: InvitationId, key: int) -> str:
    return house.secrets.pin(visit.id, invitation, visit.attempt(invitation), key)


def _entries(house: _House, visit: Visit, key: int) -> list[tuple[str, str]]:
    return [
        (number, house.secrets.pin_hash(_pin(house, visit, invitation, key), key))
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
