"""A node process and everybody who talks to it: started, killed and started again on the same port and data.

async with Site(folder) as site:
    visit = await site.plan(minutes=15)
    provider, guest = await site.provider(visit), await site.guest(visit, "Ana")
    await site.kill()
    await site.start()
    again = await site.back(guest)
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from gateway.api.callers import COOKIE
from tests.prove.node_process import Doors
from tests.support.client import WireClient
from tests.support.node import NUMBER, free_port, token_of

REPO: Final = Path(__file__).parents[2]
START_WITHIN: Final = 60.0
ASK_SECONDS: Final = 30.0
MINUTE: Final = 60_000

Shown = dict[str, Any]
"""What REST shows of a visit, an invitation, a door."""


class RestRefused(Exception):
    """REST answered with a refusal."""

    def __init__(self, answer: httpx.Response) -> None:
        body = answer.json()
        super().__init__(f"{answer.status_code} {body}")
        self.code: str = body.get("code", "")


class Site:
    """One node on one folder, as an async context manager; `store_url` names a store of somebody else's.

    Leaving stops the node in order and fails if it reported a bug. Times are in seconds.
    """

    def __init__(
        self,
        folder: Path,
        store_url: str | None = None,
        environment: Mapping[str, str] | None = None,
        data_dir: Path | None = None,
    ) -> None:
        self.folder = folder
        self.data_dir = data_dir or folder / "data"
        self.log = folder / "node.log"
        self.ahead = 0.0
        """How far the one clock is ahead of the store's time."""
        self.clients: list[WireClient] = []
        self.bugs: list[Mapping[str, Any]] = []
        self.doors = Doors("", "", "")
        self._store_url = store_url
        self._environment = dict(environment or {})
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._lines: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
        self._http = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=ASK_SECONDS)
        self._calls = 0
        self._pages: dict[WireClient, str] = {}

    @property
    def url(self) -> str:
        """Where the node serves."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def ws_url(self) -> str:
        """Where its sockets are."""
        return f"ws://127.0.0.1:{self._port}/ws"

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    # ------------------------------------------------------------ the process

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(client.close() for client in self.clients))
        await self._http.aclose()
        await self.stop()
        if kind is None and self.bugs:
            raise AssertionError(f"the node reported bugs: {self.bugs}")

    async def start(self) -> None:
        """Start the node and wait until it serves."""
        more = ["--store-url", self._store_url] if self._store_url else []
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.prove.node_process", "--port", str(self._port)),
                *("--data-dir", str(self.data_dir), "--ahead", str(int(self.ahead * 1000)), *more),
                cwd=REPO,
                env=os.environ | self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self._reader = asyncio.create_task(self._read(self._process))
        self.doors = Doors(**await self._answer("api_key"))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = json.loads(raw)
            if "bug" in line:
                self.bugs.append(line)
            else:
                await self._lines.put(line)
        await process.wait()
        await self._lines.put(None)

    async def _answer(self, wanted: str) -> dict[str, Any]:
        async with asyncio.timeout(START_WITHIN):
            line = await self._lines.get()
        if line is None or wanted not in line:
            raise RuntimeError(f"the node ended instead of saying {wanted!r}: {self.last_words}")
        return dict(line)

    @property
    def pid(self) -> int:
        """The node's process."""
        assert self._process is not None
        return self._process.pid

    def freeze(self) -> None:
        """Stop the process as a hung machine would; its port goes on taking connections."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    async def ended(self) -> None:
        """Wait until the process has ended by itself."""
        assert self._reader is not None
        async with asyncio.timeout(START_WITHIN):
            await self._reader

    async def kill(self) -> None:
        """End the node as `kill -9` does; what it brought along, its store, goes on. Call `start` next."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End the node in order; gives its exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None or self._reader is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        await self._reader
        while not self._lines.empty():
            self._lines.get_nowait()
        return await process.wait()

    async def later(self, seconds: float) -> int:
        """Set the one clock ahead, for later starts too, and let what is due be done; gives the time then."""
        self.ahead += seconds
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b"later %d\n" % round(seconds * 1000))
        now: int = (await self._answer("now"))["now"]
        return now

    def sleep_through(self, seconds: float) -> None:
        """Let time pass while the node is down."""
        self.ahead += seconds

    # ------------------------------------------------------------ REST

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Call REST as the clinic's program, or with other headers as somebody else. Raises RestRefused."""
        given = headers or {"Authorization": f"Bearer {self.doors.api_key}"}
        more = {} if body is None else {"json": body}
        answer = await self._http.request(method, f"/api/v1{path}", headers=given, **more)  # type: ignore[arg-type]
        if answer.status_code >= 400:
            raise RestRefused(answer)
        return answer.json() if answer.content else None

    async def page(self, path: str, method: str = "GET") -> httpx.Response:
        """Ask for anything outside REST."""
        return await self._http.request(method, path)

    async def metrics(self) -> dict[str, float]:
        """Read the metrics: name with labels -> value."""
        lines = (await self.page("/metrics")).text.splitlines()
        pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    async def plan(self, *, minutes: float = 15, start: int | None = None, **facts: Any) -> Shown:
        """Plan a visit that starts now, or at `start`."""
        if start is not None:
            facts["end"] = start + round(minutes * MINUTE)
        else:
            facts["minutes"] = int(minutes)
        shown: Shown = await self.ask(
            "POST", "/visits", {"patient": {"name": "Pat Lee"}, "start": start or "now"} | facts
        )
        return shown

    async def visit(self, visit: Shown) -> Shown:
        """Read a visit anew."""
        shown: Shown = await self.ask("GET", f"/visits/{visit['id']}")
        return shown

    async def invite(self, visit: Shown, **facts: str) -> Shown:
        """Make a personal invitation."""
        shown: Shown = await self.ask("POST", f"/visits/{visit['id']}/invitations", facts)
        return shown

    async def look(self, link: str) -> Shown:
        """Look through a link's door. Raises RestRefused."""
        shown: Shown = await self.ask("POST", "/links/look", {"token": token_of(link)})
        return shown

    async def ticket(self, visit: Shown | None) -> str:
        """Get a ticket for the provider's seat, or for the program's dashboard."""
        if visit is None:
            return str((await self.ask("POST", "/tickets", {}))["ticket"])
        session = {"Cookie": f"{COOKIE}={self.doors.session}", "X-Vestibule": "1"}
        return str((await self.ask("POST", "/tickets", {"visit": visit["id"]}, **session))["ticket"])

    # ------------------------------------------------------------ sockets

    async def open(self, **options: Any) -> WireClient:
        """Connect without saying hello."""
        client = await WireClient.open(self.ws_url, **options)
        self.clients.append(client)
        return client

    async def join(
        self, link: str, name: str = "", *, local_addr: tuple[str, int] | None = None, **fields: Any
    ) -> WireClient:
        """Join by a link, from an address of one's own if need be. Raises Refused."""
        client = await self._open_page(local_addr=local_addr)
        page = self._pages[client]
        await client.hello("hello.link", **{"token": token_of(link), "name": name, "page": page, **fields})
        return client

    async def _open_page(self, page: str = "", **options: Any) -> WireClient:
        client = await self.open(**options)
        self._pages[client] = page or f"page {len(self._pages)}"
        return client

    async def guest(self, visit: Shown, name: str) -> WireClient:
        """Join by the shared link."""
        return await self.join(visit["panel"]["link"], name)

    async def patient(self, visit: Shown) -> WireClient:
        """Join as the patient."""
        return await self.join(visit["patient_link"])

    async def provider(self, visit: Shown) -> WireClient:
        """Take the provider's seat."""
        client = await self._open_page()
        ticket, page = await self.ticket(visit), self._pages[client]
        await client.hello("hello.staff", ticket=ticket, page=page)
        return client

    async def dashboard(self, visit: Shown | None = None) -> WireClient:
        """Watch the waiting room, and one visit's details."""
        client = await self.open()
        await client.hello("hello.staff", ticket=await self.ticket(None), page="dashboard")
        await client.ask("watch.board", day="")
        if visit is not None:
            await client.ask("watch.visit", visit=visit["id"])
        return client

    async def phone(self, caller: str, dialled: str = NUMBER, call: str = "") -> WireClient:
        """Call a number. Raises Refused."""
        self._calls += 1
        client = await self.open()
        await client.hello(
            "hello.phone",
            key=self.doors.dialin_key,
            call=call or f"call {self._calls} of {os.getpid()}",
            dialled=dialled,
            caller=caller,
        )
        return client

    async def back(self, client: WireClient, **changes: Any) -> WireClient:
        """Resume a client's seat on a new connection, as the same load of its page. Raises Refused."""
        again = await self._open_page(self._pages[client])
        await again.hello("hello.seat", **{**client.position, "page": self._pages[again], **changes})
        return again
