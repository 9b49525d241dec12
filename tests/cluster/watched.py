"""A cluster that Debian's Prometheus scrapes node by node, and what happens there meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from gateway.demo import PROVIDER
from gateway.dialin.acts import Clip
from tests.cluster.grown import LOOKS_EVERY, STARTS_WITHIN, Grown, joined
from tests.support.client import WireClient
from tests.support.node import free_port
from tests.support.prometheus import Prometheus, panels, prometheus
from tests.support.telephony import Telephony, dial_in, settings_of

QUARTER: Final = 15 * 60_000
SOON: Final = 1_500
"""Milliseconds until a visit opens by itself: a deadline that fires."""
WRONG_PIN: Final = "1111111111"
TARGETS: Final = "targets.json"


@asynccontextmanager
async def watched(town: Grown, visit: dict[str, Any]) -> AsyncIterator[tuple[Prometheus, Telephony]]:
    """Scrape every node by what `targets` says, and a dial-in beside them, for a `with`."""
    found, door = town.folder / TARGETS, f"127.0.0.1:{free_port()}"
    found.write_text(await town.told("targets"))
    visits = {"visits_url": visit["ws_url"], "key": visit["dialin_key"]}
    settings = settings_of(town.folder / "prompts", **visits, admin_bind=door)
    async with (
        dial_in(settings, visit["dial_in_number"]) as company,
        prometheus(town.folder / "prometheus", {"vestibule": found, "vestibule-dialin": [door]}) as prom,
    ):
        await prom.until(f"count(up == 1) == {len(json.loads(found.read_text())) + 1}")
        yield prom, company


class Life:
    """What people do in a cluster, through its public doors."""

    def __init__(self, town: Grown, visit: dict[str, Any], company: Telephony) -> None:
        self._town = town
        self._visit = visit
        self._company = company
        self._rest = httpx.AsyncClient(
            base_url=f"{town.url}/api/v1",
            headers={"Authorization": f"Bearer {visit['api_key']}"},
            trust_env=False,
            timeout=30,
        )

    async def lived(self) -> None:
        """People come, talk, drop out and come back, fall silent, call, wait; somebody is turned away."""
        async with self._rest:
            await self._plans()
            await self._talks()
            await self._calls()
            await self._waits()

    async def _plans(self) -> None:
        """A visit that opens by itself in a moment; from several addresses of the front door."""
        start = round(time.time() * 1000) + QUARTER + SOON
        for _ in range(3):
            facts = {"patient": {"name": "Pat Lee"}, "providers": [PROVIDER], "start": start, "minutes": 15}
            await self._asks("POST", "/visits", facts)

    async def _asks(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = await self._rest.request(method, path, json=body)
        assert answer.status_code < 300, answer.text

    async def _comes(self, visit: dict[str, Any], link: str, name: str) -> WireClient:
        token = visit[link].partition("#")[2]
        return await joined(visit["ws_url"], "hello.link", token=token, name=name, page=f"page-{name}")

    async def _talks(self) -> None:
        visit = self._visit
        ana, ben = [await self._comes(visit, "guest_url", name) for name in ("Ana", "Ben")]
        for one in (ana, ben):
            await one.tell("quality", lost=20, rtt=90, jitter=9)
            await one.tell("ice.report", setups=[800], failed=1)
            await one.round_trip()
        ben.freeze()  # who is silent is noticed by and by
        for stream in (ana.position["stream"], "another owner's"):
            ana.vanish()
            place = {**ana.position, "stream": stream}
            ana = await joined(visit["ws_url"], "hello.seat", page="page-Ana", **place)
        assert (await self._rest.post("/links/look", json={"token": "nobody's"})).status_code >= 400
        async with await WireClient.open(visit["ws_url"]) as stranger:
            await stranger.request("hello.link", token="nobody's", name="Cy", page="page-Cy")
            await stranger.closed()
        self._ana, self._ben = ana, ben

    async def _calls(self) -> None:
        """A caller mistypes the PIN, then has it right; a webhook is forged."""
        company = self._company
        caller = await company.calls(WRONG_PIN)
        await caller.hears(Clip.NOT_FOUND)
        await caller.types(self._visit["pin"])
        await caller.hears(Clip.IN_CALL)
        await caller.hangs_up()
        forged = await company.post("/dialin/telephony/answer", company.form("CA1"), signature="forged")
        assert forged.status_code == 403

    async def _waits(self) -> None:
        """Where the provider admits, somebody waits and gives up; the visit is completed."""
        await self._asks("PATCH", "/clinic", {"admission": "provider_admits"})
        visit = await self._town.visit()
        async with await self._comes(visit, "guest_url", "Dan") as dan:
            assert dan.ready["standing"] == "waiting"
            await dan.ask("leave")
        await self._asks("PATCH", "/clinic", {"admission": "direct"})
        await self._asks("POST", f"/visits/{visit['visit_id']}/complete", {})

    async def ends(self) -> None:
        """Everybody goes."""
        self._ben.vanish()
        await asyncio.gather(self._ana.close(), self._ben.close())


async def killed(town: Grown) -> str:
    """Kill a node that has a live visit; give its name."""
    seen = await asyncio.to_thread(town.nodes)
    owner = next(one for one in seen.values() if one["sockets"])
    os.kill(owner["pid"], signal.SIGKILL)
    return str(owner["node"])


async def all_answer(town: Grown, prom: Prometheus, nodes: int) -> None:
    """Write anew where the nodes are, as cron does, until all are named, and wait until all are scraped."""
    async with asyncio.timeout(STARTS_WITHIN):
        while len(json.loads(found := await town.told("targets"))) < nodes:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(LOOKS_EVERY)
    (town.folder / TARGETS).write_text(found)
    await prom.until(f'count(up{{job="vestibule"}} == 1) == {nodes}')


async def without_data(prom: Prometheus, nodes: list[str]) -> list[str]:
    """Give every panel, of every node where it asks for one, that Prometheus has nothing for."""
    asked = {query: f"{node}: {name}" for node in nodes for name, query in panels(node)}
    return [f"{asked[query]}: {query}" for query in await prom.without_data(asked)]
