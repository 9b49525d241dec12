"""A real node in the test's own event loop: embedded Valkey, visits, sockets and HTTP on a free port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actors.accounts import User
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, StaffRole
from engine.commands import ByStaff, Plan
from engine.ids import ClinicId, UserId
from engine.visit import Visit
from gateway.auth import Caller
from gateway.node import Node, running
from gateway.serving import serve_node
from gateway.settings import Settings
from tests.support.client import WireClient

NUMBER = "+15550100"
CLINIC = ClinicId("c-test")
DOCTOR = ByStaff(UserId("u-rivera"), StaffRole.PROVIDER, "Dr. Rivera")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def node_settings(data_dir: Path, port: int, **sections: Mapping[str, Any]) -> Settings:
    """Settings of a test's node: own folder, own port, everything else as shipped."""
    merged: dict[str, dict[str, Any]] = {
        "server": {"port": port, "admin_bind": ""},
        "store": {"data_dir": data_dir},
        "log": {"format": "console", "level": "warning"},
    }
    for name, values in sections.items():
        merged.setdefault(name, {}).update(values)
    return Settings.load(None, **merged)


def clinic(**changes: Any) -> Clinic:
    """A clinic as tests like it: one dial-in number."""
    facts: dict[str, Any] = {
        "id": CLINIC,
        "name": "Bayview Clinic",
        "zone": "America/Los_Angeles",
        "phone": "555-0123",
        "dial_in": (NUMBER,),
    }
    return Clinic(**(facts | changes))


@dataclass(slots=True)
class House:
    """A serving node, with what tests ask of it again and again."""

    node: Node
    port: int
    callers: dict[UserId, Caller] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def now(self) -> int:
        return self.node.host.now()

    async def settle(self, **changes: Any) -> Clinic:
        """Save the test clinic with these settings."""
        refused = await self.node.desk.save_clinic(clinic(**changes))
        assert refused is None, refused
        found = self.node.host.clinic(CLINIC)
        assert found is not None
        return found

    async def plan(self, *, minutes: float = 15, starts_in: float = 0, patient: str = "Pat Lee") -> Visit:
        """Plan a visit of so many minutes, starting now or in so many minutes."""
        start = self.now() + int(starts_in * MINUTE)
        visit = await self.node.desk.plan(
            Plan(
                visit=self.node.desk.new_visit_id(CLINIC),
                clinic=CLINIC,
                start=start,
                end=start + int(minutes * MINUTE),
                patient=patient,
                providers=(ProviderOfVisit(DOCTOR.user, DOCTOR.name),),
                option="15-min Consultation",
                room="Main",
                starts_now=not starts_in,
            )
        )
        assert isinstance(visit, Visit), visit
        return visit

    def guest_token(self, visit: Visit) -> str:
        return self.node.desk.shared_panel(visit).link.partition("#")[2]

    def patient_token(self, visit: Visit) -> str:
        return self.node.desk.patient_link(visit).partition("#")[2]

    def pin(self, visit: Visit) -> str:
        return self.node.desk.shared_panel(visit).pin

    async def ticket(self, visit: Visit | None, by: ByStaff = DOCTOR) -> str:
        """A one-use ticket for a provider's seat, or for a dashboard."""
        return await self.node.auth.give_ticket(await self.caller(by), visit.id if visit else "")

    async def caller(self, by: ByStaff = DOCTOR) -> Caller:
        """A member of staff who is signed in."""
        known = self.callers.get(by.user)
        if known is None:
            user = User(
                id=by.user,
                email=f"{by.user}@example.test",
                name=by.name,
                role=by.role,
                clinic=CLINIC,
                password="",
            )
            await self.node.auth.accounts.save_user(user)
            signed_in = await self.node.auth.open_session(user)
            assert signed_in is not None
            known = self.callers[by.user] = signed_in.caller
        return known

    async def open(self, **options: Any) -> WireClient:
        """Connect without saying hello."""
        return await WireClient.open(self.ws_url, **options)

    async def guest(self, visit: Visit, name: str = "Ana", **options: Any) -> WireClient:
        """A guest who joined by the shared link."""
        client = await self.open(**options)
        await client.hello("hello.link", token=self.guest_token(visit), name=name, page=f"page-{name}")
        return client

    async def provider(self, visit: Visit, by: ByStaff = DOCTOR, **fields: Any) -> WireClient:
        """A provider in their seat."""
        client = await self.open()
        page = f"page-{by.user}"
        await client.hello("hello.staff", ticket=await self.ticket(visit, by), **({"page": page} | fields))
        return client

    async def dashboard(self, by: ByStaff = DOCTOR) -> WireClient:
        """A dashboard that watches today's waiting room."""
        client = await self.open()
        await client.hello("hello.staff", ticket=await self.ticket(None, by), page="dashboard")
        await client.ask("watch.board", day="")
        return client


@asynccontextmanager
async def house(
    data_dir: Path, *, port: int = 0, demo: bool = False, **sections: Mapping[str, Any]
) -> AsyncIterator[House]:
    """Run a node until the end of the `with`."""
    from gateway.api import create_api  # noqa: PLC0415 - heavy, and not needed by everybody

    port = port or free_port()
    stop, up = asyncio.Event(), asyncio.Event()

    async def started(_: Node) -> None:
        up.set()

    async with running(node_settings(data_dir, port, **sections)) as node:
        serving = asyncio.create_task(
            serve_node(node, create_api(node, demo=demo), admin=None, started=started, stop=stop)
        )
        waiting = asyncio.create_task(up.wait())
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        try:
            if serving.done():
                serving.result()
            here = House(node, port)
            await here.settle()
            yield here
        finally:
            stop.set()
            waiting.cancel()
            await serving
