"""The demo: a clinic with staff, and visits that a stand-in for the provider is already in.

Passwords are random, made anew at each start and kept nowhere in clear. The keys and the provider's link of a
visit are derived from the pepper, so that they work on after the server was killed and started again.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from actors.accounts import User
from actors.reception import Reception
from actors.requests import Requests
from engine.asking import ByStaff
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, StaffRole
from engine.ids import ALPHABET, ClinicId, ConnectionId, UserId, VisitId
from engine.planning import Plan
from engine.refusals import Refused
from engine.visit import Visit
from gateway.auth import CLINIC_ADMIN, DIALIN, VISITS_READ, VISITS_WRITE, SignedIn
from gateway.node import Node
from gateway.passwords import LIGHT, Passwords
from signaling import messages as wire
from signaling.codec import Encoded

CLINIC: Final = ClinicId("demo")
DIAL_IN: Final = "+15550100123"
"""Of the numbers kept for fiction; no telephone rings."""
PROVIDER: Final = UserId("demo-provider")
SANTOS: Final = UserId("demo-santos")
KIM: Final = UserId("demo-kim")
PATIENT: Final = "Jordan Lee"

STAFF: Final = (
    (PROVIDER, "rivera@demo.example", "Dr. Ana Rivera", StaffRole.PROVIDER),
    (SANTOS, "santos@demo.example", "Dr. Miguel Santos", StaffRole.PROVIDER),
    (KIM, "kim@demo.example", "Dr. Grace Kim", StaffRole.PROVIDER),
    (UserId("demo-coordinator"), "okafor@demo.example", "Sam Okafor", StaffRole.COORDINATOR),
    (UserId("demo-admin"), "novak@demo.example", "Eva Novak", StaffRole.ADMIN),
    (UserId("demo-sre"), "shah@demo.example", "Ravi Shah", StaffRole.SRE),
)
FIRST_STAND_IN: Final = 1 << 40
"""Connections of stand-ins are numbered from here on; sockets count from 1."""


@dataclass(frozen=True, slots=True)
class Login:
    """One member of the demo's staff, and what they type."""

    name: str
    role: str
    email: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoVisit:
    """A visit that has begun, and everything with which somebody gets into it."""

    visit_id: str
    provider_url: str
    patient_url: str
    guest_url: str
    dial_in_number: str
    pin: str
    dialin_key: str
    api_key: str
    ws_url: str
    expires_at: int


async def seed(node: Node) -> list[Login]:
    """Make the demo's clinic and staff, with new passwords. Settings and visits stay as they were."""
    if node.host.clinic(CLINIC) is None:
        refused = await node.desk.save_clinic(_clinic())
        if refused is not None:
            raise RuntimeError(f"the demo's clinic could not be saved: {refused.code}")
    passwords = Passwords(at_once=2, cost=LIGHT)
    try:
        return list(await asyncio.gather(*[_employ(node, passwords, *one) for one in STAFF]))
    finally:
        passwords.close()


async def dialin_key(node: Node) -> str:
    """Give the key with which the demo's calls come in: the same at each start."""
    _, key = await node.auth.add_key(
        CLINIC, "Demo dial-in", frozenset({DIALIN}), node.auth.derived("demo dialin")
    )
    return key


async def _employ(
    node: Node, passwords: Passwords, user: UserId, email: str, name: str, role: StaffRole
) -> Login:
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    hashed = await passwords.hash(password)
    await node.auth.accounts.add_user(
        User(id=user, email=email, name=name, role=role, clinic=CLINIC, password=hashed)
    )
    return Login(name, role.value, email, password)


def _clinic() -> Clinic:
    return Clinic(
        id=CLINIC,
        name="Cedar Grove Clinic",
        zone=local_zone(),
        phone="+1 555-0100",
        dial_in=(DIAL_IN,),
        rooms=("Room 1", "Room 2", "Room 3"),
    )


def local_zone() -> str:
    """Give this machine's zone by its name, UTC when it says none."""
    named = os.environ.get("TZ", "").lstrip(":")
    linked = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return next((zone for zone in (named, linked) if zone and zone in available_timezones()), "UTC")


class Demo:
    """Opens demo visits on a running node, and lets the real provider take the stand-in's place."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._reception = Reception(node.host, Requests(node.host), node.auth.stands)
        self._numbers = FIRST_STAND_IN
        self._stand_ins: dict[VisitId, StandIn] = {}

    async def open_visit(self, minutes: int) -> DemoVisit | Refused:
        """Plan a visit that starts now, and let the stand-in in; everybody who comes is let in by that."""
        clinic = self._node.host.clinic(CLINIC)
        provider = await self._node.auth.accounts.user(PROVIDER)
        if clinic is None or provider is None:
            return Refused("try_later")
        now = self._node.desk.now()
        visit = await self._node.desk.plan(
            Plan(
                visit=self._node.desk.new_visit_id(CLINIC),
                clinic=CLINIC,
                start=now,
                end=now + minutes * MINUTE,
                patient=PATIENT,
                providers=(ProviderOfVisit(provider.id, provider.name),),
                room=clinic.rooms[0],
                option=f"{minutes}-min Consultation",
                starts_now=True,
            )
        )
        if isinstance(visit, Refused):
            return visit
        refused = await self._stand_in(visit, ByStaff(provider.id, provider.role, provider.name))
        return refused or await self._about(visit)

    async def _stand_in(self, visit: Visit, by: ByStaff) -> Refused | None:
        """Take the provider's seat as a browser would, with a connection that lives in this process."""
        self._numbers += 1
        stand_in = StandIn(ConnectionId(self._numbers), lambda: self._forget(visit.id))
        hello = wire.HelloStaff(id=1, ticket="-", page="")  # no page: nobody waits for its picture
        self._reception.enter(stand_in, hello, by, CLINIC, visit.id)
        answer = await stand_in.answered
        if isinstance(answer, wire.Error):
            return Refused(answer.code)
        self._stand_ins[visit.id] = stand_in
        return None

    def _forget(self, visit: VisitId) -> None:
        self._stand_ins.pop(visit, None)

    def step_aside(self, visit: str, user: UserId) -> None:
        """Free the provider's seat for themselves, so that they are not asked about another device."""
        stand_in = self._stand_ins.pop(VisitId(visit), None) if user == PROVIDER else None
        if stand_in is not None:
            self._reception.closed(stand_in, hung_up=False)

    async def sign_in(self, visit: str, secret: str) -> SignedIn | None:
        """Sign the demo's provider in by the link of a visit, for as long as the visit lives."""
        right = hmac.compare_digest(self._link_secret(visit).encode(), secret.encode())
        provider = await self._node.auth.accounts.user(PROVIDER)
        if not right or provider is None or self._node.host.live(visit) is None:
            return None
        return await self._node.auth.open_session(provider)

    def _link_secret(self, visit: str) -> str:
        return self._node.auth.derived(f"demo provider of {visit}")

    async def _about(self, visit: Visit) -> DemoVisit:
        url, auth, desk = self._node.settings.public_url, self._node.auth, self._node.desk
        shared = desk.shared_panel(visit)
        dialin = await dialin_key(self._node)
        scopes = frozenset({VISITS_READ, VISITS_WRITE, CLINIC_ADMIN})
        _, api = await auth.add_key(CLINIC, "Demo", scopes, auth.derived("demo api"))
        return DemoVisit(
            visit_id=visit.id,
            provider_url=f"{url}/demo/{visit.id}/{self._link_secret(visit.id)}",
            patient_url=desk.patient_link(visit),
            guest_url=shared.link,
            dial_in_number=DIAL_IN,
            pin=shared.pin,
            dialin_key=dialin,
            api_key=api,
            ws_url=f"ws{url.removeprefix('http')}/ws",
            expires_at=visit.lapses_at,
        )


class StandIn:
    """A connection without a socket: it holds the provider's seat and listens to nothing."""

    def __init__(self, number: ConnectionId, gone: Callable[[], None]) -> None:
        self.id = number
        self.credential = ""
        self.answered: asyncio.Future[wire.Message] = asyncio.get_running_loop().create_future()
        self._gone = gone

    def stand_on(self, credential: str) -> bool:
        """Stand on nobody's session: the stand-in is this process itself."""
        return True

    def answer(self, message: wire.Message) -> None:
        """Take the answer to hello; nothing else was asked."""
        if not self.answered.done():
            self.answered.set_result(message)

    def event(self, seq: int, encoded: Encoded) -> None:
        """Listen to nothing."""

    def bare(self, encoded: Encoded) -> None:
        """Listen to nothing."""

    def bye(self, bye: wire.Bye) -> None:
        """The visit is over, or somebody took the seat."""
        self._gone()
