"""The server is killed in the middle of a call and started again: everybody is where they were (B3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.prove.proof import Findings, Round
from tests.prove.site import RestRefused, Shown, Site
from tests.support.client import Refused, WireClient, refusal

DOWN_AT_MOST: Final = 60.0
"""Seconds for which the server is down."""
CALLER: Final = "+15550142"
CALL: Final = "the call of Cy"
LATE_AT_MOST: Final = 5_000
"""Milliseconds: what happens at a known instant is not looked at nearer to it."""


@dataclass(slots=True)
class Cast:
    """A visit with everybody in it. Dee does not come back."""

    visit: Shown
    provider: WireClient
    patient: WireClient
    ana: WireClient
    ben: WireClient
    dee: WireClient
    cy: WireClient

    @property
    def returning(self) -> dict[str, WireClient]:
        """Who resumes by the seat's secret, by what to call them; Ben waits, the others are in."""
        return {"provider": self.provider, "patient": self.patient, "Ana": self.ana, "Ben": self.ben}


async def played(folder: Path, seed: int) -> Round:
    """Kill a server amid a call, start it again, and look at everybody."""
    chance, found = Random(seed), Findings()  # noqa: S311 - a story to be had again, no secret
    async with Site(folder) as site:
        cast = await _call(site)
        lobby = await site.plan(minutes=30)
        eve = await site.guest(lobby, "Eve")
        before = await _seen(site, cast.visit)
        await _in_the_middle(cast, chance)
        await site.kill()
        site.sleep_through(chance.uniform(0, DOWN_AT_MOST))
        await site.start()
        board = await site.dashboard()
        after = _row(board, cast.visit)
        found.expect(_places(after) == _places(before), "seats and standing are as before the kill")
        links = {seat["link"] for seat in after["seats"] if seat["standing"] in ("in", "waiting")}
        found.expect(links == {"restoring"}, f"who was there is restoring, not {links}")
        again = await _all_return(site, cast, chance, found, board)
        back = await site.back(eve)
        found.expect(back.ready["standing"] == "waiting", "who waited in another visit waits there still")
        await _lost_then_left(site, cast, found, board)
        await _goes_on(cast, again, found)
        await _expires(site, cast, again, found)
        _nobody_left(found, [*again.values(), board], cast)
        figures = await site.metrics()
        found.expect(figures["vestibule_ghosts"] == 0, "no ghost")
        found.expect(figures["vestibule_join_after_expiry_total"] == 0, "no join after expiry")
    return found.round()


async def _call(site: Site) -> Cast:
    """Bring a provider, a patient, two guests and a caller into a visit, and let one more guest wait."""
    await site.ask("PATCH", "/clinic", {"admission": "provider_admits"})
    visit = await site.plan(minutes=60)
    provider, patient = await site.provider(visit), await site.patient(visit)
    ana, dee, ben = [await site.guest(visit, name) for name in ("Ana", "Dee", "Ben")]
    cy = await site.phone(CALLER, call=CALL)
    await cy.ask("digits", digits=visit["panel"]["pin"])
    phone = await provider.wait_for("seat", seat__role="phone", seat__standing="waiting")
    for seat in (ana.seat, dee.seat, phone["seat"]["seat"]):
        await provider.ask("admit", op=f"in {seat}", seat=seat)
    await cy.wait_for("you", standing="in")
    for guest in (ana, dee):
        await guest.wait_for("inside")
    return Cast(visit, provider, patient, ana, ben, dee, cy)


async def _in_the_middle(cast: Cast, chance: Random) -> None:
    """Leave something on its way to the server, which may or may not arrive before the kill."""
    for turn in range(chance.randrange(4)):
        await cast.provider.request("rename", op=f"name {turn}", seat=cast.ana.seat, name=f"Ana {turn}")
        await cast.ana.tell("media", mic=turn % 2 == 0, cam=True)


def _row(board: WireClient, visit: Shown) -> dict[str, Any]:
    rows: list[dict[str, Any]] = board.named("board")[-1]["rows"]
    return next(row for row in rows if row["visit"]["visit"] == visit["id"])


async def _seen(site: Site, visit: Shown) -> dict[str, Any]:
    return _row(await site.dashboard(), visit)


def _places(row: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {seat["seat"]: (seat["role"], seat["standing"]) for seat in row["seats"]}


async def _all_return(
    site: Site, cast: Cast, chance: Random, found: Findings, board: WireClient
) -> dict[str, WireClient]:
    """Let everybody but Dee resume, in any order, the caller among them."""
    names = [*cast.returning, "Cy"]
    chance.shuffle(names)
    again: dict[str, WireClient] = {}
    for name in names:
        if name == "Cy":
            cy = await site.phone(CALLER, call=CALL)
            await cy.ask("digits", digits=cast.visit["panel"]["pin"])
            await cy.wait_for("you", standing="in")
            continue
        client = cast.returning[name]
        try:
            again[name] = back = await site.back(client)
        except Refused as refused:
            found.expect(False, f"{name} resumes with the seat's secret ({refused.code})")
            continue
        expected = "waiting" if name == "Ben" else "in"
        found.expect(back.ready["standing"] == expected, f"{name} is {expected} as before")
        found.expect(back.ready["resumed"] == "state", f"{name} gets a whole state")
        await board.wait_for("board.seat", seat__seat=client.seat, seat__link="ok", why="back")
    await board.wait_for("board.seat", seat__role="phone", seat__link="ok")
    found.figures["resumed"] += len(again) + 1
    return again


async def _lost_then_left(site: Site, cast: Cast, found: Findings, board: WireClient) -> None:
    """Dee is restoring for 5 s, lost until 120 s are over, and then has left."""
    await site.later(6)
    lost = await board.wait_for("board.seat", seat__seat=cast.dee.seat, seat__link="lost", why="lost")
    since: int = lost["seat"]["lost_since"]
    now = await site.later(0)
    now = await site.later((since + 120_000 - LATE_AT_MOST - now) / 1000)
    if now < since + 120_000:
        seen = {seat["seat"]: seat for seat in (await _seen(site, cast.visit))["seats"]}[cast.dee.seat]
        early = await site.later(0)
        if early < since + 120_000:
            found.expect((seen["standing"], seen["link"]) == ("in", "lost"), "who is lost is kept for 120 s")
    await site.later(2 * LATE_AT_MOST / 1000)
    left = await board.wait_for("board.seat", seat__seat=cast.dee.seat, seat__standing="left", why="left")
    found.expect(left["seat"]["link"] == "none", "who did not come back has left after 120 s")
    found.expect(await refusal(site.back(cast.dee)) == "resume_refused", "and their secret is worth nothing")


async def _goes_on(cast: Cast, again: dict[str, WireClient], found: Findings) -> None:
    """The provider still runs the visit: who waited is let in, and people in the call reach each other."""
    provider, ana, ben = again["provider"], again["Ana"], again["Ben"]
    await provider.ask("admit", op="Ben in", seat=cast.ben.seat)
    await ben.wait_for("you", standing="in")
    await provider.tell("signal", to=cast.ana.seat, data="after the kill")
    heard = await ana.wait_for("relayed", data="after the kill")
    found.expect(heard["seat"] == cast.provider.seat, "signals are relayed between the same seats")


async def _expires(site: Site, cast: Cast, again: dict[str, WireClient], found: Findings) -> None:
    """The end is where it was: links lead in until then and not after, and who is in stays."""
    shown = await site.visit(cast.visit)
    found.expect(shown["lapses_at"] == cast.visit["lapses_at"], "the visit's end is where it was")
    now = await site.later(0)
    await site.later((cast.visit["lapses_at"] - now - 30_000) / 1000)
    try:
        guest = await site.guest(cast.visit, "In time")
        found.expect(guest.ready["standing"] == "waiting", "the link leads in until the end")
    except Refused as refused:
        found.expect(False, f"the link leads in until the end ({refused.code})")
    await site.later(31)
    await again["provider"].wait_for("visit", why="lapsed")
    found.expect(await refusal(site.guest(cast.visit, "Late")) == "link_over", "and not after it")
    try:
        await site.look(cast.visit["panel"]["link"])
        found.expect(False, "the door is closed after the end")
    except RestRefused as refused:
        found.expect(refused.code == "link_over", "the door says that the time is over")


def _nobody_left(found: Findings, clients: Iterable[WireClient], cast: Cast) -> None:
    """Nobody ever read that somebody left, but for who did not come back."""
    for client in clients:
        for message in client.heard:
            seat = message.get("seat")
            if (
                message["t"] in ("seat", "board.seat")
                and isinstance(seat, dict)
                and seat["standing"] == "left"
            ):
                found.expect(seat["seat"] == cast.dee.seat, f"{seat['name']} is not said to have left")
