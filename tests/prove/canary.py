"""Texts of guests are pushed through every door, and then looked for in everything that is left behind (R15).

Nothing is triggered here but what people do: sealing, purging and the rewrite of the store's file are the
server's own business.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Iterable
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
from msgspec import msgpack
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.pin import with_check_digit
from gateway.backup import write_backup
from gateway.settings import Settings
from tests.prove.peek import embedded_url, peek
from tests.prove.proof import Findings, Round
from tests.prove.site import RestRefused, Shown, Site
from tests.prove.traces import Search, files, held
from tests.support.client import Refused, WireClient
from tests.support.node import NUMBER, token_of

ENVIRONMENT: Final = {"VESTIBULE_LOG__LEVEL": "debug", "VESTIBULE_PRIVACY__REWRITE_MINUTES": "0.04"}
FORGOTTEN_WITHIN: Final = 90.0
"""Seconds to wait for the server's own rewrite, which comes after 2.4."""
DAY: Final = 86_400
FROM: Final = "127.0.0.77"
"""The address of a guest's own; any of 127/8 is this machine."""
PEPPER: Final = "secrets"


class Canary:
    """A clinic's day with distinctive guests."""

    def __init__(self, site: Site, found: Findings, chance: Random) -> None:
        self.site = site
        self.found = found
        self.search = Search()
        self.sealed: set[bytes] = set()
        self._chance = chance

    def text(self, name: str, pattern: str) -> str:
        """Make a text that is nowhere else, and look for it from now on."""
        letters = "".join(self._chance.choice("bcdfghjklmnpqrstvwxz") for _ in range(7))
        return self.search.for_text(name, pattern.format(letters))

    def digits(self, name: str, count: int, area: str = "") -> str:
        """Make digits that are nowhere else, as a number of an area if one is named."""
        drawn = area + "".join(self._chance.choice("23456789") for _ in range(count))
        return self.search.for_text(name, drawn)

    # ------------------------------------------------------------ the day

    async def visit(self) -> Shown:
        """Let guests of every kind come and go; the visit goes on."""
        site = self.site
        self.search.for_text("address", FROM)
        visit = await site.plan(minutes=15, patient={"name": self.text("patient", "Pat {}")})
        self._keys(visit)
        invitation = await site.invite(
            visit, label=self.text("label", "Aunt {}"), email=self.text("e-mail", "{}@mail.example")
        )
        by_text = await site.invite(visit, label="Son", phone="+1" + self.digits("telephone", 7, "415"))
        for made in (invitation, by_text):
            self.search.for_text("PIN", made["pin"])
            self.search.for_text("token", token_of(made["link"]).rpartition(".")[2])
        await self.record(visit)
        provider = await site.provider(visit)
        guests = [
            await self._join(visit["panel"]["link"], self.text("name", "Ana {}")),
            await self._join(visit["panel"]["link"], self.text("name", "Żółwik {}")),
            await self._join(invitation["link"], self.text("name", "Bea {}")),
        ]
        await self.record(visit)
        phone = await site.phone("+1" + self.digits("caller ID", 10), call=self.text("call", "call-{}"))
        await self._wrong_pins(phone)
        await phone.ask("digits", digits=by_text["pin"])
        await phone.wait_for("you", standing="in")
        op = self.text("op", "rename of {}")
        await provider.ask("rename", op=op, seat=guests[0].seat, name=self.text("name", "Cleo {}"))
        await provider.tell("signal", to=guests[0].seat, data=self.text("signal", "candidate {}"))
        await guests[0].wait_for("relayed")
        await self.record(visit)
        guests[1].vanish()
        await site.back(guests[1])
        await provider.ask("remove", op="out", seat=guests[2].seat)
        await self.record(visit)
        return visit

    def _keys(self, visit: Shown) -> None:
        for name, link in (("token", visit["panel"]["link"]), ("patient's token", visit["patient_link"])):
            self.search.for_text(name, token_of(link).rpartition(".")[2])
        self.search.for_text("PIN", visit["panel"]["pin"])
        self.search.for_text("session", self.site.doors.session.partition(".")[2])
        self.search.for_text("API key", self.site.doors.api_key.partition(".")[2])
        self.search.for_text("dial-in key", self.site.doors.dialin_key.partition(".")[2])

    async def _join(self, link: str, name: str) -> WireClient:
        op = self.text("op", "join by {}")
        guest = await self.site.join(link, name, local_addr=(FROM, 0), op=op)
        self.search.for_text("seat's secret", guest.ready["secret"])
        return guest

    async def _wrong_pins(self, phone: WireClient) -> None:
        for digits in (with_check_digit(self.digits("guess", 9)), self.digits("guess", 10)):
            self.search.for_text("guess", digits)
            await _refused(phone.ask("digits", digits=digits))

    # ------------------------------------------------------------ what goes wrong

    async def mistakes(self, visit: Shown) -> None:
        """Send guests' texts where they do not belong, broken, too large, to the wrong place."""
        site, name = self.site, self.text("mistake", "Max {}")
        token = token_of(visit["panel"]["link"])
        hello = {"t": "hello.link", "id": 1, "token": token, "name": name, "page": "p"}
        for wrong in (
            hello | {"name": [name]},
            hello | {"name": f"\x00{name}\u202e"},
            hello | {"name": name * 300},
            hello | {"token": name},
            hello | {"t": name},
            hello | {"id": name},
            {"t": "hello.staff", "id": 1, "ticket": name, "page": name},
            {"t": "hello.phone", "id": 1, "key": name, "call": name, "dialled": name, "caller": name},
            {"t": "hello.seat", "id": 1, "visit": name, "seat": name, "secret": name, "page": name},
            [name],
            name,
        ):
            await self._say(wrong)
        await self._say_raw(name.encode() + b"\xff\xfe")
        for options in ({"origin": f"https://{name.replace(' ', '-')}.example"}, {"user_agent_header": name}):
            try:
                await site.open(**options)
            except InvalidStatus:
                self.found.figures["mistakes"] += 1
        await self._rest(name, token)

    async def _say(self, value: object) -> None:
        client = await self.site.open(text=True)
        await client.say(value)
        await client.wait_for("error")
        self.found.figures["mistakes"] += 1

    async def _say_raw(self, data: bytes) -> None:
        client = await self.site.open()
        for _ in range(3):
            try:
                await client.socket.send(data)
            except ConnectionClosed:
                break
        await client.closed()
        self.found.figures["mistakes"] += 1

    async def _rest(self, name: str, token: str) -> None:
        api = f"{self.site.url}/api/v1"
        key = {"Authorization": f"Bearer {self.site.doors.api_key}"}
        ours = {"X-Vestibule": "1"}
        async with httpx.AsyncClient(trust_env=False, timeout=30, headers={"User-Agent": name}) as http:
            asked: list[Awaitable[httpx.Response]] = [
                http.post(f"{api}/visits", content=f'{{"patient": "{name}', headers=key),
                http.post(f"{api}/visits", json={"patient": {"name": [name]}, name: name}, headers=key),
                http.get(f"{api}/visits/{name}", headers=key),
                http.get(f"{api}/visits", params={"day": name, "name": name}, headers=key),
                http.get(f"{api}/visits", headers={"Authorization": f"Bearer vk_{name.replace(' ', '')}.x"}),
                http.post(f"{api}/links/look", json={"token": name}),
                http.post(f"{api}/links/look", json={"token": token + "x"}),
                http.post(
                    f"{api}/sign-in", json={"email": f"{name}@x.example", "password": name}, headers=ours
                ),
                http.post(f"{api}/sign-in", content=name.encode() * 10_000, headers=ours),
                http.get(f"{self.site.url}/j%23{token}", params={"name": name}),
                http.get(f"{self.site.url}/j%23{name}"),
                http.get(f"{self.site.url}/{name}", headers={"Referer": f"{self.site.url}/j#{token}"}),
                http.request("FROB", f"{self.site.url}/j", params={"name": name}),
            ]
            for answer in await asyncio.gather(*asked):
                self.found.figures[f"answers_{answer.status_code // 100}xx"] += 1

    # ------------------------------------------------------------ looking

    async def record(self, visit: Shown) -> None:
        """Remember the sealed guest text as the store holds it now."""
        sealed: bytes = (await self._body(visit))[2]
        self.sealed.add(sealed)
        self.found.expect(self._left([sealed]) == 1, "sealed text of a live visit is found in the files")

    async def _body(self, visit: Shown) -> list[Any]:
        async with peek(embedded_url(self.site.data_dir)) as store:
            value = await store.get(f"{{s{visit['id'][:4]}}}:v:{visit['id']}")
        assert isinstance(value, bytes)
        body: list[Any] = msgpack.decode(value.partition(b"\n")[2])
        return body

    async def look(self, when: str) -> None:
        """Look for every text in clear, in everything that there is."""
        site = self.site
        backup = site.folder / "backup"
        await write_backup(Settings.load(None, store={"data_dir": site.data_dir}), backup)
        places = [*files(site.data_dir, but=[PEPPER]), *await held(embedded_url(site.data_dir))]
        places += [("the log", site.log.read_bytes()), ("the backup", backup.read_bytes())]
        for path in ("/metrics", "/readyz", "/healthz"):
            places.append((path, (await site.page(path)).content))
        leaks = self.search.within_all(places)
        self.found.expect(not leaks, f"nothing is in clear {when}: {leaks[:5]}")
        self.found.figures["places"] += len(places)
        log = site.log.read_text(errors="replace")
        for event in ("joined", "refused", "typed", "ended"):
            self.found.expect(
                f'"event":"{event}"' in log or f" {event} " in log, f"the log follows joins: {event}"
            )

    async def forgotten(self, visits: list[Shown]) -> None:
        """Wait until no sealed text is in any file either; who waits does nothing else."""
        for visit in visits:
            self.found.expect((await self._body(visit))[2] == b"", "the ending save holds no guest text")
        began = time.monotonic()
        while left := self._left(self.sealed):
            if time.monotonic() - began > FORGOTTEN_WITHIN:
                break
            await asyncio.sleep(0.1)
        self.found.expect(not left, f"{left} sealed texts are still in the store's files")
        self.found.figures["sealed"] += len(self.sealed)
        self.found.figures["forgotten_after_ms"] += round(1000 * (time.monotonic() - began))
        backup = self.site.folder / "backup after"
        await write_backup(Settings.load(None, store={"data_dir": self.site.data_dir}), backup)
        data = backup.read_bytes()
        kept = sum(any(part in data for part in _parts(sealed)) for sealed in self.sealed)
        self.found.expect(not kept, f"{kept} sealed texts are in a backup of the day after")

    def _left(self, texts: Iterable[bytes]) -> int:
        """Count the sealed texts that are somewhere in the store's files."""
        data = [content for _, content in files(self.site.data_dir / "store", but=[])]
        return sum(any(part in content for content in data for part in _parts(sealed)) for sealed in texts)

    async def only_hashes_remain(self) -> None:
        """Look at what the store keeps of callers and PINs: keyed hashes, for a day at most."""
        async with peek(embedded_url(self.site.data_dir)) as store:
            lives = await store.ttl(f"{{p:{NUMBER}}}:guesses")
            keep: Any = await store.zrange(f"{{p:{NUMBER}}}:keep", 0, -1, withscores=True)
            now = time.time()
            async for key in store.scan_iter(match="{a:*"):
                self.found.expect(
                    0 < await store.ttl(key) <= DAY, "tries to sign in are forgotten within a day"
                )
        self.found.expect(0 < lives <= DAY, "callers' hashes live for a day at most")
        longest = max(float(score) for _, score in keep) / 1000 - now - self.site.ahead
        self.found.expect(longest <= DAY + 60, f"PINs' hashes are kept for {longest} s after the end")


def _parts(sealed: bytes) -> list[bytes]:
    """Give pieces of a sealed text by which it is known even where it was split."""
    return [sealed[3:15], *(sealed[at : at + 16] for at in range(15, len(sealed) - 16, 16))]


async def _refused(asking: Awaitable[object]) -> None:
    try:
        await asking
    except (Refused, RestRefused):
        return
    raise AssertionError("that should have been refused")


async def played(folder: Path, seed: int) -> Round:
    """Live through a day with two visits, one that is completed and one that nobody ends, and look."""
    found, chance = Findings(), Random(seed)  # noqa: S311 - texts to be had again, no secret
    async with Site(folder, environment=ENVIRONMENT) as site:
        canary = Canary(site, found, chance)
        completed = await canary.visit()
        await canary.mistakes(completed)
        await canary.look("while people talk")
        left_alone = await canary.visit()
        await site.ask("POST", f"/visits/{completed['id']}/complete", {})
        await canary.look("after one visit's end")
        board = await site.dashboard()
        await site.later(5 * 3600)
        await board.wait_for("board.row", visit__visit=left_alone["id"], visit__status="ended")
        await canary.look("after the other's")
        await canary.forgotten([completed, left_alone])
        await canary.look("once all is forgotten")
        await canary.only_hashes_remain()
        figures = await site.metrics()
        found.expect(figures["vestibule_purge_failures_total"] == 0, "no purge failed")
        found.figures["texts"] += canary.search.size
    return found.round()
