"""Two node processes on one store, as several machines would be: one of them is killed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from actors.embedded import EmbeddedStore
from actors.placement import target
from tests.support.client import WireClient
from tests.support.node import free_port
from tests.support.placed import new_clinic
from tests.support.processes import REPO

NODES = ("node-1", "node-2")
UP_WITHIN = 60.0
BACK_WITHIN = 30.0
"""Seconds; how soon it has to be is proven elsewhere, on a machine that has nothing else to do."""


@dataclass(slots=True)
class Process:
    """One node."""

    port: int
    process: asyncio.subprocess.Process

    async def clinic(self, name: str) -> dict[str, str] | None:
        """Have it open a clinic; None when another node has that."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n".encode())
        said = await self.line()
        found: dict[str, str] | None = json.loads(said) if said.startswith("{") else None
        return found

    async def line(self) -> str:
        """Read what it prints next."""
        assert self.process.stdout is not None
        async with asyncio.timeout(UP_WITHIN):
            return (await self.process.stdout.readline()).decode().strip()

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where its sockets are."""
        return f"ws://127.0.0.1:{self.port}/ws"


@asynccontextmanager
async def processes(folder: Path) -> AsyncIterator[list[Process]]:
    """Run two of them until the end of the `with`."""
    async with EmbeddedStore(folder / "store") as store:
        ports = [free_port(), free_port()]
        started = []
        for name, port in zip(NODES, ports, strict=True):
            words = (str(folder), name, str(port), store.url, f"http://127.0.0.1:{ports[0]}")
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.support.plain_node",
                *words,
                cwd=REPO,
                env={**os.environ, "PYTHONPATH": str(REPO)},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            started.append(Process(port, process))
        try:
            for one in started:
                assert await one.line() == "up"
            yield started
        finally:
            for one in started:
                if one.process.returncode is None:
                    one.process.kill()
                await one.process.wait()


async def a_clinic_at(first: Process, second: Process) -> dict[str, str]:
    """Open a clinic that belongs to the first, wherever shards still have to go, and that the second knows to
    be there.
    """
    name = new_clinic(lambda shard: target(shard, NODES) == NODES[0])
    async with asyncio.timeout(UP_WITHIN):
        while (made := await first.clinic(name)) is None:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.05)
        async with httpx.AsyncClient(base_url=second.url, trust_env=False, timeout=UP_WITHIN) as client:
            while (await client.get("/api/v1/clinic", headers=_by(made))).status_code != 200:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)
        return made


def _by(made: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['key']}"}


async def moved_to(client: WireClient) -> str:
    """Expect to be sent elsewhere."""
    url: str = (await client.wait_for("moved"))["ws_url"]
    await client.closed()
    return url


async def test_a_clinic_goes_on_at_the_other_node_when_its_own_is_killed(tmp_path: Path) -> None:
    """Before, everything is possible through the other node: REST, links, a call. After, the guest has their
    seat there, and REST answers as it did.
    """
    async with processes(tmp_path) as (first, second):
        made = await a_clinic_at(first, second)
        async with httpx.AsyncClient(
            base_url=second.url, headers=_by(made), trust_env=False, timeout=UP_WITHIN
        ) as rest:
            asked = {"patient": {"name": "Pat"}, "start": "now", "minutes": 15}
            planned = await rest.post("/api/v1/visits", json=asked)
            assert planned.status_code == 201, planned.text
            visit = planned.json()
            token = visit["panel"]["link"].partition("#")[2]
            hello = {"token": token, "name": "Ana", "page": "p1", "op": "o1"}
            async with await WireClient.open(second.ws_url) as wrong:
                await wrong.request("hello.link", **hello)
                assert await moved_to(wrong) == first.ws_url
            guest = await WireClient.open(first.ws_url)
            ready = await guest.hello("hello.link", **hello)
            async with await WireClient.open(second.ws_url) as call:
                dialled = visit["panel"]["number"].replace(" ", "").replace("-", "")
                await call.hello("hello.phone", key=made["dialin"], call="c", dialled=dialled, caller="")
                await call.request("digits", digits=visit["panel"]["pin"])
                assert await moved_to(call) == first.ws_url

            first.process.kill()
            await first.process.wait()
            await guest.closed()
            assert await _read(rest, visit["id"]) == visit
            async with await WireClient.open(second.ws_url) as back:
                again = {name: ready[name] for name in ("visit", "seat", "secret", "stream", "seq")}
                resumed = await back.hello("hello.seat", **again, page="p1")
                assert (resumed["seat"], resumed["resumed"]) == (ready["seat"], "state")


async def _read(rest: httpx.AsyncClient, visit: str) -> Any:
    """Read a visit as soon as somebody has it; until then it is to be tried later, and nothing else."""
    async with asyncio.timeout(BACK_WITHIN):
        while True:
            answer = await rest.get(f"/api/v1/visits/{visit}")
            if answer.status_code == 200:
                return answer.json()
            assert (answer.status_code, answer.json()["code"]) == (503, "try_later")
            await asyncio.sleep(0.1)
