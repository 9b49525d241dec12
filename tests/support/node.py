"""A real node in the test's own event loop: embedded Valkey, visits, sockets and HTTP on a free port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from actors.accounts import User
from actors.clock import Clock
from actors.days import day_of
from actors.ports import OutreachLimits, Peers, Post
from engine.asking import ByStaff
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, StaffRole
from engine.ids import ClinicId, Instant, OpId, UserId
from engine.planning import Contact, Plan
from engine.visit import Visit
from gateway.auth import DIALIN, Caller
from gateway.node import Node, Seams, running
from gateway.serving import serve_node
from gateway.settings import Settings
from gateway.websocket import Limits
from signaling.messages import Panel
from tests.support.client import WireClient

NUMBER = "+15550100"
CLINIC = ClinicId("c-test")
DOCTOR = ByStaff(UserId("u-rivera"), StaffRole.PROVIDER, "Dr. Rivera")
ZONE = "America/Los_Angeles"
PATIENT = "Pat Lee"

_numbers = count(1)


class SteeredClock(Clock):
    """The one clock, set ahead by a test; the store's own time goes on as it does."""

    ahead: Instant = 0

    def now(self) -> Instant:
        """Give the real time and what was added."""
        return super().now() + self.ahead

    def to_store(self, at: Instant) -> Instant:
        """Take off what was added."""
        return super().to_store(at - self.ahead)

    def stand_still(self, seconds: float) -> None:
        """Let so much time pass at once, as for a process that was stopped."""
        steady = self.monotonic
        self.monotonic = lambda: steady() + seconds


def contact_of(text: str) -> Contact:
    """An e-mail address or a number, as where somebody's letters go."""
    return Contact(email=text) if "@" in text else Contact(phone=text)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def node_settings(data_dir: Path, port: int, **sections: Mapping[str, Any]) -> Settings:
    """Make a test's settings: own folder, own port, all else as shipped; but a worker's tests all look at
    links from one address.
    """
    merged: dict[str, dict[str, Any]] = {
        "server": {"port": port, "admin_bind": ""},
        "store": {"data_dir": data_dir},
        "log": {"format": "console", "level": "warning"},
        "limits": {"looks_per_minute": 10_000},
    }
    for name, values in sections.items():
        merged.setdefault(name, {}).update(values)
    return Settings.load(None, **merged)


def clinic(**changes: Any) -> Clinic:
    """Make a clinic as tests like it: one dial-in number."""
    facts: dict[str, Any] = {
        "id": CLINIC,
        "name": "Bayview Clinic",
        "zone": ZONE,
        "phone": "555-0123",
        "dial_in": (NUMBER,),
    }
    return Clinic(**(facts | changes))


def token_of(link: str) -> str:
    """Give what stands after `#`."""
    return link.partition("#")[2]


@dataclass(slots=True)
class House:
    """One clinic at a serving node, with what tests ask of it again and again."""

    node: Node = field(repr=False)
    port: int
    clock: SteeredClock
    bugs: list[BaseException]
    """What the node reported; a test's end looks that there is none."""
    clinic: ClinicId = CLINIC
    number: str = NUMBER
    doctor: ByStaff = DOCTOR
    clients: list[WireClient] = field(default_factory=list)
    callers: dict[UserId, Caller] = field(default_factory=dict)
    dialin_key: str = ""

    @property
    def url(self) -> str:
        """The node's own address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where its sockets are."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def now(self) -> Instant:
        """The one clock."""
        return self.node.host.now()

    def later(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, for the whole node, and whatever it brings."""
        self.clock.ahead += int(minutes * MINUTE + seconds * 1000)
        self.node.host.tend()

    def stand_still(self, *, seconds: float) -> None:
        """Let the node's own time pass at once, as if its process had been stopped."""
        self.clock.stand_still(seconds)

    # ------------------------------------------------------------ the clinic

    @asynccontextmanager
    async def another_clinic(self, **settings: Any) -> AsyncIterator[House]:
        """Open a clinic of its own at this node; at the end its clients are closed, and there was no bug."""
        one = next(_numbers)
        doctor = ByStaff(UserId(f"u-rivera-{one}"), StaffRole.PROVIDER, "Dr. Rivera")
        own = House(
            self.node, self.port, self.clock, self.bugs, ClinicId(f"c-{one}"), f"+1555{one:07}", doctor
        )
        await own.settle(**settings)
        try:
            yield own
        finally:
            await own.everybody_goes()
        bugs, self.bugs[:] = list(self.bugs), []
        assert not bugs, bugs

    async def everybody_goes(self) -> None:
        """Close all clients."""
        await asyncio.gather(*(client.close() for client in self.clients))

    async def settle(self, **changes: Any) -> Clinic:
        """Save the clinic with these settings."""
        facts = {"id": self.clinic, "dial_in": (self.number,)} | changes
        await self.node.host.lease.sound_again()  # the loop may have stood still since the last test
        refused = await self.node.desk.save_clinic(clinic(**facts))
        assert refused is None, refused
        found = self.node.host.clinic(self.clinic)
        assert found is not None
        return found

    def colleague(self, name: str, role: StaffRole = StaffRole.PROVIDER) -> ByStaff:
        """Name another member of the clinic's staff."""
        return ByStaff(UserId(f"{self.doctor.user}-{name.lower().replace(' ', '-')}"), role, name)

    # ------------------------------------------------------------ visits

    async def plan(
        self, *, minutes: float = 15, starts_in: float = 0, patient: str = PATIENT, **facts: Any
    ) -> Visit:
        """Plan a visit of so many minutes, starting now or in so many minutes."""
        start = self.now() + int(starts_in * MINUTE)
        visit = await self.node.desk.plan(
            Plan(
                visit=self.node.desk.new_visit_id(self.clinic),
                clinic=self.clinic,
                start=start,
                end=start + int(minutes * MINUTE),
                patient=patient,
                providers=(ProviderOfVisit(self.doctor.user, self.doctor.name),),
                **{"option": "15-min Consultation", "room": "Main", "starts_now": not starts_in, **facts},
            )
        )
        assert isinstance(visit, Visit), visit
        return visit

    def day(self, visit: Visit) -> str:
        """The day in whose waiting room the visit is."""
        return day_of(visit.start, ZONE)

    def guest_token(self, visit: Visit) -> str:
        """The shared link's token."""
        return token_of(self.node.desk.shared_panel(visit).link)

    def patient_token(self, visit: Visit) -> str:
        """The token of the patient's own link."""
        return token_of(self.node.desk.patient_link(visit))

    def pin(self, visit: Visit) -> str:
        """The shared PIN."""
        return self.node.desk.shared_panel(visit).pin

    async def invite(self, visit: Visit, label: str = "Daughter", contact: str = "") -> Panel:
        """Make a personal invitation."""
        made = await self.node.desk.invite(
            visit.id, self.doctor, OpId(f"invite-{next(_numbers)}"), contact_of(contact), label=label
        )
        assert isinstance(made, tuple), made
        return made[1]

    # ------------------------------------------------------------ who may

    async def ticket(self, visit: Visit | None, by: ByStaff | None = None) -> str:
        """Get a one-use ticket for a provider's seat, or for a dashboard."""
        return await self.node.auth.give_ticket(await self.caller(by), visit.id if visit else "")

    async def caller(self, by: ByStaff | None = None) -> Caller:
        """Sign a member of staff in."""
        by = by or self.doctor
        known = self.callers.get(by.user)
        if known is None:
            user = User(
                id=by.user,
                email=f"{by.user}@example.test",
                name=by.name,
                role=by.role,
                clinic=self.clinic,
                password="",
            )
            await self.node.auth.accounts.save_user(user)
            signed_in = await self.node.auth.open_session(user)
            assert signed_in is not None
            known = self.callers[by.user] = signed_in.caller
        return known

    async def key(self, scope: str = DIALIN) -> str:
        """Make an API key."""
        _, text = await self.node.auth.add_key(self.clinic, scope, frozenset({scope}))
        return text

    # ------------------------------------------------------------ who comes

    async def open(self, **options: Any) -> WireClient:
        """Connect without saying hello."""
        client = await WireClient.open(self.ws_url, **options)
        self.clients.append(client)
        return client

    async def join(self, token: str, name: str = "", *, text: bool = False, **fields: Any) -> WireClient:
        """Join by a link. Raises Refused."""
        client = await self.open(text=text)
        await client.hello(
            "hello.link", **{"token": token, "name": name, "page": f"page-{name[:32]}", **fields}
        )
        return client

    async def guest(self, visit: Visit, name: str = "Ana", **fields: Any) -> WireClient:
        """Join by the shared link."""
        return await self.join(self.guest_token(visit), name, **fields)

    async def patient(self, visit: Visit, **fields: Any) -> WireClient:
        """Join as the patient."""
        return await self.join(self.patient_token(visit), **{"page": "page-patient", **fields})

    async def provider(self, visit: Visit, by: ByStaff | None = None, **fields: Any) -> WireClient:
        """Take a provider's seat. Raises Refused."""
        client = await self.open()
        by = by or self.doctor
        page = f"page-{by.user}"
        await client.hello("hello.staff", ticket=await self.ticket(visit, by), **({"page": page} | fields))
        return client

    async def back(self, client: WireClient, **changes: Any) -> WireClient:
        """Resume a client's seat on a new connection. Raises Refused."""
        position = client.position
        page = next(
            (seat["page"] for seat in _inside(client) if seat["seat"] == client.seat), f"page-{client.seat}"
        )
        again = await self.open()
        await again.hello("hello.seat", **{**position, "page": page, **changes})
        return again

    async def dashboard(self, visit: Visit | None = None, by: ByStaff | None = None) -> WireClient:
        """Watch the waiting room, today's or that of a visit's day."""
        client = await self.open()
        await client.hello("hello.staff", ticket=await self.ticket(None, by), page="dashboard")
        await client.ask("watch.board", day=self.day(visit) if visit else "")
        return client

    async def phone(self, caller: str = "+15550199", **fields: Any) -> WireClient:
        """Call the clinic's number. Raises Refused."""
        self.dialin_key = self.dialin_key or await self.key()
        client = await self.open()
        hello = {"key": self.dialin_key, "call": f"call-{next(_numbers)}", "dialled": self.number}
        await client.hello("hello.phone", **{**hello, "caller": caller, **fields})
        return client

    async def caller_in(self, visit: Visit, caller: str = "+15550199") -> WireClient:
        """Call, and type the shared PIN."""
        client = await self.phone(caller)
        await client.ask("digits", digits=self.pin(visit))
        return client


def _inside(client: WireClient) -> list[dict[str, Any]]:
    inside: dict[str, Any] = client.ready.get("inside") or {}
    seats: list[dict[str, Any]] = inside.get("seats", [])
    return seats


@asynccontextmanager
async def house(
    data_dir: Path,
    *,
    port: int = 0,
    demo: bool = False,
    limits: Limits | None = None,
    post: Post | None = None,
    outreach: OutreachLimits | None = None,
    peers: Peers | None = None,
    settles: bool = True,
    **sections: Mapping[str, Any],
) -> AsyncIterator[House]:
    """Run a node until the end of the `with`, with a clinic at it unless told otherwise."""
    from gateway.api import create_api

    port = port or free_port()
    stop, up = asyncio.Event(), asyncio.Event()
    clock = SteeredClock()
    bugs: list[BaseException] = []
    seams = Seams(
        clock=clock,
        limits=limits or Limits(),
        report=bugs.append,
        post=post,
        outreach=outreach,
        peers=peers,
        silent=post is None and not demo and not sections.keys() & {"mail", "texts"},
    )

    async def started(_: Node) -> None:
        up.set()

    async with running(node_settings(data_dir, port, **sections), seams, demo=demo) as node:
        serving = asyncio.create_task(
            serve_node(node, create_api(node, demo=demo), admin=None, started=started, stop=stop)
        )
        waiting = asyncio.create_task(up.wait())
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        try:
            if serving.done():
                serving.result()
            here = House(node, port, clock, bugs)
            if settles:
                await here.settle()
            yield here
        finally:
            stop.set()
            waiting.cancel()
            await serving
