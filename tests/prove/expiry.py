"""Links, PINs and the lobby close at the visit's end: never before, nobody new after (B5)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from msgspec import msgpack

from actors.clock import VAGUE_MS
from tests.prove.clocks import READY_SECONDS, SetClock, clocked_store, store_is_ahead
from tests.prove.peek import embedded_url, peek
from tests.prove.proof import Findings, Round
from tests.prove.site import RestRefused, Shown, Site
from tests.support.client import Refused, refusal
from tests.support.memory import memory

VAGUE: Final = 2 * VAGUE_MS
"""Milliseconds by which a client can misjudge a clock that follows the store as well as answers let it."""
LAPSES_WITHIN: Final = 1_000
"""Milliseconds after the end."""
LIFE: Final = 3.0
"""Seconds that a visit lives whose end is waited for."""
HOUR: Final = 3600
Jump = tuple[int, int]
"""By how many hours the node's and the store's clock are set."""
JUMPS: Final[tuple[Jump, ...]] = (
    (0, 1),
    (0, -1),
    (1, 0),
    (-1, 0),
    (1, 1),
    (-1, -1),
    (1, -1),
    (-1, 1),
)


@dataclass(slots=True)
class Watch:
    """What time it is at the server, as far as a client can know."""

    at: int
    sent: float

    def before(self, instant: int) -> bool:
        """Whether that instant has surely not come yet."""
        return self.missing(instant) > VAGUE

    def missing(self, instant: int) -> int:
        """How many milliseconds that instant is away at least."""
        return round(instant - self.at - 1000 * (time.monotonic() - self.sent))


class Ending:
    """A visit whose end is near, people who try to get in, and somebody who waits."""

    def __init__(self, site: Site, found: Findings) -> None:
        self.site = site
        self.found = found
        self._callers = 0
        self._guests = 0

    async def begin(self, seconds: float = LIFE) -> None:
        """Plan the visit, watch it, let a first guest wait; then let its end be near."""
        visit = await self.site.plan(minutes=15)
        self.board = await self.site.dashboard()
        self.waiting = await self.site.guest(visit, "Ana")
        sent = time.monotonic()
        self.watch = Watch(await self.site.later(0), sent)
        times = {"start": visit["start"], "end": self.watch.at + round(1000 * seconds)}
        self.visit = await self.site.ask("POST", f"/visits/{visit['id']}/reschedule", times)
        self.end: int = self.visit["lapses_at"]

    async def try_to_get_in(self) -> None:
        """Come by link and by PIN; who is refused as too late must not be told so before the end."""
        self._guests += 1
        link = self.site.guest(self.visit, f"Guest {self._guests}")
        for way, coming, late in (("link", link, "link_over"), ("PIN", self._call(), "pin_over")):
            code = await _code(coming)
            if code == late:
                early = self.watch.before(self.end)
                self.found.expect(not early, f"the {way} is not refused before the end")
                self.found.figures["too_early"] += early
            else:
                self.found.expect(
                    code in ("", "visit_full"), f"the {way} leads in before the end, not to {code!r}"
                )
            self.found.figures["tries"] += 1

    async def _call(self) -> None:
        self._callers += 1
        phone = await self.site.phone(f"+1888{id(self) % 10**4:04}{self._callers:03}")
        try:
            await phone.ask("digits", digits=self.visit["panel"]["pin"])
        finally:
            await phone.close()

    async def until_the_end(self) -> None:
        """Keep trying until the visit has lapsed; it must not say so early, and nobody is told before."""
        lapsed = asyncio.create_task(
            self.board.wait_for("board.row", visit__visit=self.visit["id"], visit__status="lapsed", within=60)
        )
        while not lapsed.done():
            await self.try_to_get_in()
            await asyncio.wait([lapsed], timeout=0.05)
        await lapsed
        missing = self.watch.missing(self.end)
        self.found.expect(missing <= VAGUE, f"the visit lapses {missing} ms before its end")
        self.found.figures["earliest_ms"] = max(self.found.figures["earliest_ms"], missing)
        self.found.figures["latest_ms"] = max(self.found.figures["latest_ms"], -missing)
        await self.waiting.wait_for("door", door__late=True)
        self.found.figures["lapsed"] += 1

    async def closed(self) -> None:
        """Look that nothing leads in any more, and that whoever got in did so in time."""
        site = self.site
        self.found.expect(await _code(site.guest(self.visit, "Late")) == "link_over", "the link is over")
        self.found.expect(await _code(self._call()) == "pin_over", "the PIN is over")
        self.found.expect(await _code(site.patient(self.visit)) == "link_over", "the patient's link is over")
        self.found.expect(
            await _code(site.look(self.visit["panel"]["link"])) == "link_over", "the door is closed"
        )
        again = await site.back(self.waiting)
        self.found.expect(again.ready["standing"] == "waiting", "who waits keeps their place")
        came = await self._arrivals()
        late = [seat["name"] for seat in came if seat["since"] >= self.end]
        self.found.expect(not late, f"nobody has a new seat after the end ({late})")
        self.found.expect(await join_after_expiry(site) == 0, "join_after_expiry is 0")
        self.found.figures["seats"] += len(came)

    async def _arrivals(self) -> list[dict[str, Any]]:
        """Everybody who came, as the dashboard was shown them when they did."""
        await self.board.ask("watch.board", day="")  # so that all before it has been heard
        shown = [
            message for message in self.board.named("board.seat") if message["why"] in ("waiting", "joined")
        ]
        return [message["seat"] for message in shown if message["visit"] == self.visit["id"]]


async def _code(asking: Awaitable[object]) -> str:
    """Give the code with which something is refused, "" if it is not."""
    try:
        await asking
    except (Refused, RestRefused) as refused:
        return refused.code
    return ""


async def join_after_expiry(site: Site) -> float:
    """Read the counter that must stay 0."""
    return (await site.metrics())["vestibule_join_after_expiry_total"]


# ---------------------------------------------------------------- with the clocks as they are


async def at_the_second(site: Site, found: Findings) -> None:
    """Try all the time until a visit ends in its own good time."""
    ending = Ending(site, found)
    await ending.begin()
    await ending.until_the_end()
    await ending.closed()


async def tickets(site: Site, found: Findings) -> None:
    """A ticket is good for 30 s."""
    for seconds, good in ((28.0, True), (30.1, False)):
        ticket = await site.ticket(None)
        await site.later(seconds)
        client = await site.open()
        code = await _code(client.hello("hello.staff", ticket=ticket, page="late"))
        expected = "" if good else "ticket_refused"
        found.expect(code == expected, f"after {seconds} s a ticket is answered {expected!r}, not {code!r}")


async def slept_through(site: Site, found: Findings) -> None:
    """A node that was down at the end finds the visit lapsed; one that was down longer finds it over."""
    visit = await site.plan(minutes=15)
    guest = await site.guest(visit, "Ana")
    await site.kill()
    site.sleep_through(20 * 60)
    await site.start()
    status = (await site.visit(visit))["status"]
    found.expect(status == "lapsed", f"a visit whose end was slept through is lapsed, not {status}")
    found.expect(await _code(site.guest(visit, "Late")) == "link_over", "its link is over at once")
    back = await site.back(guest)
    found.expect(back.ready["standing"] == "waiting", "who waited keeps their place")
    found.expect(bool(back.ready["door"].get("late")), "and reads that the provider is late")
    await site.kill()
    site.sleep_through(5 * HOUR)
    await site.start()
    status = (await site.visit(visit))["status"]
    found.expect(status == "ended", f"a visit whose very end was slept through has ended, not {status}")
    found.expect(await _code(site.guest(visit, "Later")) == "visit_over", "its link leads nowhere")
    found.figures["slept_through"] += 2


async def late_provider(site: Site, found: Findings) -> None:
    """Patient and guest wait at the lapse, somebody extends from the waiting room, the provider comes: in."""
    visit = await site.plan(minutes=15)
    patient, guest = await site.patient(visit), await site.guest(visit, "Ana")
    board = await site.dashboard()
    await site.later(15 * 60 + 1)
    for client in (patient, guest):
        await client.wait_for("door", door__late=True)
    found.expect(await refusal(site.provider(visit)) == "time_over", "the provider extends first")
    await board.ask("extend", op="late", visit=visit["id"], minutes=15)
    for client in (patient, guest):
        await client.wait_for("door", door__late=None)
    await site.provider(visit)
    for client in (patient, guest):
        await client.wait_for("you", standing="in")
        await client.wait_for("inside")
        found.expect(client.socket.close_code is None, "nobody touched anything")
    found.figures["late_providers"] += 1


async def ends_by_itself(site: Site, found: Findings) -> None:
    """Everybody has left and the time is over: a quarter of an hour later so is the visit, nameless."""
    visit = await site.plan(minutes=15)
    board = await site.dashboard()
    guest = await site.guest(visit, "Ana")
    await guest.ask("leave")
    await site.later(15 * 60 + 1)
    await board.wait_for("board.row", visit__visit=visit["id"], visit__status="lapsed")
    await site.later(15 * 60)
    await board.wait_for("board.row", visit__visit=visit["id"], visit__status="ended")
    found.expect(
        await guest_text(embedded_url(site.data_dir), visit) == b"", "no guest text is left in the store"
    )
    found.figures["ended_by_itself"] += 1


async def guest_text(store_url: str, visit: Shown) -> bytes:
    """Give the sealed guest text that the store holds of a visit."""
    async with peek(store_url) as store:
        value = await store.get(f"{{s{visit['id'][:4]}}}:v:{visit['id']}")
    assert isinstance(value, bytes)
    sealed: bytes = msgpack.decode(value.partition(b"\n")[2])[2]
    return sealed


# ---------------------------------------------------------------- with clocks that are set


async def jumped(site: Site, node: SetClock, store: SetClock, url: str, jump: Jump, found: Findings) -> None:
    """Set the clocks in a visit's last seconds; then let it end."""
    ending = Ending(site, found)
    await ending.begin()
    node.set(jump[0])
    store.set(jump[1])
    await store_is_ahead(url, jump[1])
    await ending.try_to_get_in()
    await ending.until_the_end()
    await ending.closed()
    found.figures["jumps"] += 1
    if jump[1]:
        seen = await alarm(site, jump[1] * HOUR)
        found.expect(abs(seen - jump[1] * HOUR) < HOUR / 60, f"the jump raises an alarm, and not {seen} s")


async def alarm(site: Site, jump: float) -> float:
    """Wait for the alarm of a jump of so many seconds: a renewal whose answer was slow sets no clock, so it
    may be the next one's. Gives what was shown last.
    """
    seen = 0.0
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            while abs(seen - jump) >= HOUR / 60:
                seen = (await site.metrics())["vestibule_clock_skew_seconds"]
                await asyncio.sleep(0.05)
    return seen


async def with_set_clocks(folder: Path, jumps: tuple[Jump, ...], *, there_and_back: bool) -> Round:
    """Try each jump, and the way back, with a fresh visit."""
    found = Findings()
    node, store = SetClock(folder / "node.clock"), SetClock(folder / "store.clock")
    async with (
        clocked_store(folder / "store", store) as url,
        Site(folder, url, environment=node.environment) as site,
    ):
        for jump in jumps:
            await jumped(site, node, store, url, jump, found)
            if there_and_back:
                await jumped(site, node, store, url, (0, 0), found)
            else:
                node.set(0)
                store.set(0)
    return found.round()


async def with_true_clocks(folder: Path) -> Round:
    """Try everything that needs no clock to be set."""
    found = Findings()
    async with Site(folder) as site:
        await at_the_second(site, found)
        await tickets(site, found)
        await slept_through(site, found)
        await late_provider(site, found)
        await ends_by_itself(site, found)
        found.expect(await join_after_expiry(site) == 0, "join_after_expiry is 0")
    return found.round()


async def played(folder: Path, _: int) -> Round:
    """Try everything once."""
    parts = [
        ("true", with_true_clocks),
        ("set", lambda where: with_set_clocks(where, JUMPS, there_and_back=True)),
    ]
    whole = Findings()
    for name, play in parts:
        # a disk that stands still for a second makes an end late, which is not what is tried here
        with TemporaryDirectory(prefix=f"expiry-{name}-", dir=memory() or folder) as where:
            whole.add(await play(Path(where)))
    latest = whole.figures["latest_ms"]
    whole.expect(latest <= LAPSES_WITHIN, f"a visit lapses {latest} ms after its end")
    return whole.round()
