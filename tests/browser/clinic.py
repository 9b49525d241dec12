"""The demo clinic from outside, by REST: visits of one's own, settings, what a phone system says."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tests.support.client import WireClient, wire
from tests.support.processes import Server

MINUTE_MS: Final = 60_000
PROVIDER: Final = "demo-provider"
ASK_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned visit, and everything with which somebody gets into it."""

    id: str
    patient: str
    guest_url: str
    patient_url: str
    number: str
    pin: str


def soon(seconds: float) -> int:
    """Give the instant so many seconds from now, ms since 1970."""
    return round((time.time() + seconds) * 1000)


class Clinic:
    """REST with the key that a demo visit brings, and telephones with its dial-in key."""

    def __init__(self, server: Server, keys: dict[str, Any]) -> None:
        self.server = server
        self.planned: list[str] = []
        self.dialin_key: str = keys["dialin_key"]
        self.ws_url: str = keys["ws_url"]
        # no proxy of the machine's
        self.http = httpx.AsyncClient(
            base_url=f"{server.url}/api/v1/",
            headers={"Authorization": f"Bearer {keys['api_key']}"},
            trust_env=False,
            timeout=ASK_SECONDS,
        )

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask what must be granted."""
        answer = await self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def plan(self, patient: str, *, starts_in: float = 0, minutes: float = 15, **facts: Any) -> Visit:
        """Plan a visit that starts now, or in so many minutes."""
        start: str | int = soon(starts_in * 60) if starts_in else "now"
        end = soon((starts_in + minutes) * 60)
        option = facts.pop("option", "15-min Consultation")
        asked = {"patient": {"name": patient}, "start": start, "end": end, "option": option}
        made = await self.ask("POST", "visits", asked | {"providers": [PROVIDER], **facts})
        self.planned.append(made["id"])
        panel = made["panel"]
        return Visit(made["id"], patient, panel["link"], made["patient_link"], panel["number"], panel["pin"])

    async def reschedule(self, visit: Visit, start: int, end: int) -> None:
        """Move a visit; who waits stays."""
        await self.ask("POST", f"visits/{visit.id}/reschedule", {"start": start, "end": end})

    async def complete(self, visit: Visit) -> None:
        """End a visit for everyone."""
        await self.ask("POST", f"visits/{visit.id}/complete", {})

    async def clear(self) -> None:
        """End what was planned so far: nobody of one journey waits in the next one's waiting room."""
        while self.planned:
            answer = await self.http.post(f"visits/{self.planned.pop()}/complete", json={})
            assert answer.is_success or answer.json()["code"] == "visit_over", answer.text

    async def invite(self, visit: Visit, label: str = "Interpreter") -> dict[str, Any]:
        """Make an invitation for one person."""
        made: dict[str, Any] = await self.ask("POST", f"visits/{visit.id}/invitations", {"label": label})
        return made

    @asynccontextmanager
    async def guest_in(self, visit: Visit, name: str) -> AsyncIterator[WireClient]:
        """A guest without a browser, where only their presence matters."""
        async with wire(self.ws_url) as client:
            token = urlsplit(visit.guest_url).fragment
            await client.hello("hello.link", token=token, page=name, name=name)
            yield client

    @asynccontextmanager
    async def patient_in(self, visit: Visit) -> AsyncIterator[WireClient]:
        """The patient without a browser."""
        async with wire(self.ws_url) as client:
            token = urlsplit(visit.patient_url).fragment
            await client.hello("hello.link", token=token, page=visit.patient)
            yield client

    @asynccontextmanager
    async def provider_in(self, visit: Visit) -> AsyncIterator[WireClient]:
        """The provider without a browser."""
        email, password = self.server.password("provider")
        async with httpx.AsyncClient(
            base_url=self.http.base_url, headers={"X-Vestibule": "1"}, trust_env=False, timeout=ASK_SECONDS
        ) as signed_in:
            await signed_in.post("sign-in", json={"email": email, "password": password})
            ticket = (await signed_in.post("tickets", json={"visit": visit.id})).json()
            async with wire(ticket["ws_url"]) as client:
                await client.hello("hello.staff", ticket=ticket["ticket"], page=f"provider of {visit.id}")
                yield client

    @asynccontextmanager
    async def settings(self, **changes: Any) -> AsyncIterator[None]:
        """Change the clinic's settings for a `with`: all journeys share the clinic."""
        before = await self.ask("GET", "clinic")
        await self.ask("PATCH", "clinic", changes)
        try:
            yield
        finally:
            await self.ask("PATCH", "clinic", {name: before[name] for name in changes})

    @asynccontextmanager
    async def telephone(self, visit: Visit, caller: str = "+15550177") -> AsyncIterator[WireClient]:
        """Call the dial-in number, as a phone system tells it; digits come next."""
        async with wire(self.ws_url) as phone:
            call = f"call-{visit.id}-{caller}"
            await phone.hello(
                "hello.phone", key=self.dialin_key, call=call, dialled=visit.number, caller=caller
            )
            yield phone
