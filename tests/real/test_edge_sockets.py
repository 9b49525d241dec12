"""Sockets that come to a node whose clinic or visit another one has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from actors.reception import UNOWNED_MS
from gateway.dialin.acts import Clip
from tests.support.client import Refused, WireClient, refusal
from tests.support.logged import lines_of_joins
from tests.support.node import House, free_port
from tests.support.pair import Cluster, Machine, cluster
from tests.support.rest import browser, signed_in
from tests.support.sip import dialler
from tests.support.telephony import recording, telephony

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Two nodes, for all tests of a worker."""
    async with cluster(tmp_path_factory.mktemp("pair")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def here(pair: Cluster) -> AsyncIterator[House]:
    """A clinic at the first node."""
    await pair.sound()
    house = await pair.clinic_at(pair.machines[0])
    yield house
    await house.everybody_goes()


@pytest.fixture
def right(pair: Cluster) -> Machine:
    """The node that has the clinic."""
    return pair.machines[0]


@pytest.fixture
def wrong(pair: Cluster) -> Machine:
    """The other one."""
    return pair.machines[1]


async def say(house: House, machine: Machine, t: str, **fields: Any) -> WireClient:
    """Say hello at a node, whatever it answers."""
    client = await WireClient.open(machine.ws_url)
    house.clients.append(client)
    await client.request(t, **fields)
    return client


async def sent_to(client: WireClient, machine: Machine) -> dict[str, Any]:
    """Expect to be sent to a node, and the end of the connection."""
    moved = await client.wait_for("moved")
    assert moved["ws_url"] == machine.ws_url
    assert await client.closed() == 1000
    return moved


async def test_a_link_and_a_seat_lead_to_their_visit(here: House, right: Machine, wrong: Machine) -> None:
    """The same hello that is sent on is welcome where it is sent; and so it is after a drop."""
    visit = await here.plan()
    hello = {"token": here.guest_token(visit), "name": "Ana", "page": "p1", "op": "o1"}
    await sent_to(await say(here, wrong, "hello.link", **hello), right)
    guest = await say(here, right, "hello.link", **hello)
    ready = await guest.wait_for("ready")
    again = {name: ready[name] for name in ("visit", "seat", "secret", "stream", "seq")} | {"page": "p1"}
    guest.vanish()
    await sent_to(await say(here, wrong, "hello.seat", **again), right)
    back = await say(here, right, "hello.seat", **again)
    assert (await back.wait_for("ready"))["resumed"] == "replay"


@pytest.mark.parametrize("path", ["/n/node-1/ws", "/n/node-2/ws", "/n/whoever/ws", "/ws", "/ws/7"])
async def test_every_node_answers_at_every_nodes_path(here: House, wrong: Machine, path: str) -> None:
    """For the load balancer sends the path of a node that is down to any other."""
    client = await WireClient.open(f"ws://127.0.0.1:{wrong.port}{path}")
    visit = await here.plan()
    await client.request("hello.link", token=here.guest_token(visit), name="Ana", page="p")
    await client.wait_for("moved")
    await client.closed()


@pytest.mark.parametrize("path", ["/n/ws", "/n//ws", "/n/a/b/ws", "/n/node-1/wss", "/n/node-1", "/n/NODE/ws"])
async def test_and_at_no_other(wrong: Machine, path: str) -> None:
    """What only looks like one is not there."""
    with pytest.raises(InvalidStatus, match="404"):
        await WireClient.open(f"ws://127.0.0.1:{wrong.port}{path}")


@pytest.mark.parametrize("for_visit", [True, False])
async def test_a_ticket_used_up_at_the_wrong_node_is_made_good(
    here: House, right: Machine, wrong: Machine, for_visit: bool
) -> None:
    """Its socket gets a fresh one, for the same seat or dashboard; each of them is good once, at any node."""
    visit = await here.plan() if for_visit else None
    ticket = await here.ticket(visit)
    moved = await sent_to(await say(here, wrong, "hello.staff", ticket=ticket, page="p"), right)
    assert moved["ticket"] not in ("", ticket)
    for machine in (right, wrong):
        client = await say(here, machine, "hello.staff", ticket=ticket, page="p")
        assert (await client.wait_for("error"))["code"] == "ticket_refused"
    doctor = await say(here, right, "hello.staff", ticket=moved["ticket"], page="p")
    await doctor.wait_for("ready" if for_visit else "ready.staff")
    if not for_visit:
        assert (await doctor.ask("watch.board", day=""))["t"] == "board"
    for machine in (right, wrong):
        client = await say(here, machine, "hello.staff", ticket=moved["ticket"], page="p")
        assert (await client.wait_for("error"))["code"] == "ticket_refused"


async def test_a_ticket_names_its_own_nodes_address_wherever_it_was_asked_for(
    here: House, right: Machine, wrong: Machine
) -> None:
    """So that nobody has to be sent on."""
    visit = await here.plan()
    for machine in (right, wrong):
        async with signed_in(here) as doctor:
            doctor.http.base_url = f"http://127.0.0.1:{machine.port}"
            for asked in ({"visit": visit.id}, {}):
                given = await doctor.post("/tickets", asked)
                assert given["ws_url"] == right.ws_url
                client = await say(here, right, "hello.staff", ticket=given["ticket"], page="p", move=True)
                await client.wait(lambda message: message["t"].startswith("ready"))


async def test_a_call_comes_in_at_any_node_and_goes_on_where_its_pin_leads(
    here: House, right: Machine, wrong: Machine
) -> None:
    """One number serves the whole deployment (B7): the caller types once, the dial-in client goes on."""
    visit = await here.plan()
    doctor = await here.provider(visit)
    hello = {
        "key": await here.key(),
        "call": "call-7",
        "dialled": here.number,
        "caller": "+15550177",
    }
    call = await say(here, wrong, "hello.phone", **hello)
    assert (await call.wait_for("ready.phone"))["tries"] == 3
    await call.request("digits", digits=here.pin(visit))
    await sent_to(call, right)
    call = await say(here, right, "hello.phone", **hello)
    await call.wait_for("ready.phone")
    await call.ask("digits", digits=here.pin(visit))
    await doctor.wait_for("seat", seat__role="phone", seat__standing="in")


async def test_wrong_digits_are_counted_at_any_node_and_right_ones_at_none(
    here: House, wrong: Machine
) -> None:
    """A caller who is sent on has lost no try, and a wrong PIN is wrong everywhere."""
    visit = await here.plan()
    hello = {"key": await here.key(), "call": "call-8", "dialled": here.number, "caller": "+15550178"}
    call = await say(here, wrong, "hello.phone", **hello)
    await call.wait_for("ready.phone")
    right_pin = here.pin(visit)
    typo = right_pin[:-1] + str((int(right_pin[-1]) + 1) % 10)
    with pytest.raises(Refused) as refused:
        await call.ask("digits", digits=typo)
    assert (refused.value.code, refused.value.error["tries_left"]) == ("pin_wrong", 2)
    await call.request("digits", digits=right_pin)
    await call.wait_for("moved")


async def test_a_number_that_is_nobodys_is_unknown_at_every_node(
    here: House, right: Machine, wrong: Machine
) -> None:
    """Nobody is asked for a PIN there."""
    key = await here.key()
    for machine in (right, wrong):
        client = await WireClient.open(machine.ws_url)
        hello = client.hello("hello.phone", key=key, call="c", dialled="+15559999", caller="")
        assert await refusal(hello) == "number_unknown"
        await client.closed()


async def test_who_signs_out_anywhere_is_cut_everywhere(here: House, right: Machine, wrong: Machine) -> None:
    """Within 2 s, whichever node they ask: a session's sockets are closed at the node that has them."""
    async with signed_in(here) as doctor:
        ticket = await doctor.post("/tickets")
        client = await say(here, right, "hello.staff", ticket=ticket["ticket"], page="p")
        await client.wait_for("ready.staff")
        doctor.http.base_url = f"http://127.0.0.1:{wrong.port}"
        answer = await doctor.ask("POST", "/sign-out")
        assert answer.status_code == 204
        assert (await client.wait_for("bye", within=3))["code"] == "signed_out"
        assert await client.closed() == 4004


async def test_pages_of_every_node_may_connect_to_all_of_them(
    here: House, right: Machine, wrong: Machine
) -> None:
    """By the header that browsers obey, and by the list of origins that sockets keep; nobody else may."""
    for machine in (right, wrong):
        async with browser(here) as page:
            page.http.base_url = f"http://127.0.0.1:{machine.port}"
            policy = (await page.http.get("/healthz")).headers["content-security-policy"]
            allowed = next(one for one in policy.split("; ") if one.startswith("connect-src")).split()
            assert {f"ws://127.0.0.1:{one.port}" for one in (right, wrong)} <= {*allowed}
        for origin in (right, wrong):
            client = await WireClient.open(machine.ws_url, origin=f"http://127.0.0.1:{origin.port}")
            await client.close()
        with pytest.raises(InvalidStatus, match="403"):
            await WireClient.open(machine.ws_url, origin="http://127.0.0.1:1")


async def test_between_two_owners_a_hello_is_asked_to_come_again(
    here: House, wrong: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told that their link is wrong while a visit is on its way from one node to another, nor asked
    to wait for longer than that takes.
    """
    visit = await here.plan()
    ticket = await here.ticket(visit)
    monkeypatch.setattr(wrong.node.host.ownership, "owner", lambda _: None)
    hellos = (
        ("hello.link", {"token": here.guest_token(visit), "name": "Ana", "page": "p"}),
        ("hello.staff", {"ticket": ticket, "page": "p"}),
        ("hello.staff", {"ticket": await here.ticket(None), "page": "p"}),
        ("hello.seat", {"visit": visit.id, "seat": "s", "secret": "x", "page": "p"}),
    )
    for t, fields in hellos:
        client = await say(here, wrong, t, **fields)
        error = await client.wait_for("error")
        assert (error["code"], error["retry_after_ms"]) == ("try_later", UNOWNED_MS)


async def test_a_herd_is_told_when_to_come_and_those_inside_do_not_notice(
    here: House, right: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond so many hellos a second each is told a later time of its own; the long line is told it before a
    socket is opened; whoever does as told is in.
    """
    turnstile = right.node.conversations.turnstile
    monkeypatch.setattr(turnstile, "_step", 1 / 20)
    for kept in ("_used_up", "_line"):  # afterwards nobody else stands in this line
        monkeypatch.setattr(turnstile, kept, getattr(turnstile, kept))
    visit = await here.plan()
    doctor = await here.provider(visit)
    hello = {"token": here.guest_token(visit), "name": "Ana"}

    async def come(number: int) -> float:
        try:
            client = await say(here, right, "hello.link", **hello, page=f"p{number}")
        except InvalidStatus as refused:
            return float(refused.response.headers["Retry-After"])
        answer = await client.wait(lambda message: message["t"] in ("ready", "error"))
        if answer["t"] == "error" and answer["code"] == "try_later":
            waits: float = answer["retry_after_ms"] / 1000
            return waits
        return 0.0

    waits = await asyncio.gather(*(come(number) for number in range(120)))
    later = sorted(wait for wait in waits if wait)
    assert len(later) >= 90
    assert len({*later}) > 20
    assert later[-1] < 10
    await doctor.round_trip()


async def test_a_join_keeps_its_id_when_it_is_sent_to_another_node(
    here: House, right: Machine, wrong: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """In both nodes' logs: where it came first and was sent on, where it joined, and how that ended."""
    visit = await here.plan()
    await here.provider(visit)
    hello = {"token": here.guest_token(visit), "name": "Ana", "page": "page-of-ana"}
    with lines_of_joins(capsys) as log:
        await sent_to(await say(here, wrong, "hello.link", **hello), right)
        guest = await say(here, right, "hello.link", **hello)
        await guest.wait_for("ready")
        await guest.close()
        lines = await log.until("ended", 2)
    assert len({line["join"] for line in lines}) == 1
    events = [line["event"] for line in lines if line["event"] != "ended"]
    assert events == ["hello", "moved", "hello", "joined"]


async def test_a_caller_is_brought_to_their_visits_node_unheard(here: House, wrong: Machine) -> None:
    """The dial-in may stand before any node: the PIN decides where the call goes on (B7)."""
    visit = await here.plan()
    doctor = await here.provider(visit)
    async with telephony(here, visits_url=wrong.ws_url) as company:
        caller = await company.calls(here.pin(visit))
        await caller.hears(Clip.IN_CALL)
        await doctor.wait_for("seat", seat__role="phone", seat__standing="in")


async def test_a_caller_who_hangs_up_while_they_are_sent_on_is_nowhere(here: House, wrong: Machine) -> None:
    """By SIP, at several moments after the last digit: the one line is free, and no node keeps a seat."""
    visit = await here.plan()
    doctor = await here.provider(visit)
    by_sip = {"sip_bind": f"127.0.0.1:{free_port()}", "sip_number": here.number, "sip_calls": 1}
    async with telephony(here, visits_url=wrong.ws_url, **by_sip) as company:
        for moment in (0.0, 0.01, 0.02, 0.04):
            async with dialler(company.serving.sip) as caller:
                await caller.talk()
                caller.types(here.pin(visit))
                await asyncio.sleep(moment)  # nothing is waited for: it is the moment that is tried
                caller.next()
                caller.say("BYE")
                await caller.hear(200)
            await company.serving.service.emptied()
        async with dialler(company.serving.sip) as caller:
            await caller.talk()
            caller.types(here.pin(visit))
            await caller.hears(recording(Clip.IN_CALL))
            await doctor.wait(lambda _: [one for one in standings(doctor) if one != "left"] == ["in"])


def standings(provider: WireClient) -> list[str]:
    """Where each telephone stands, as far as a provider was told."""
    told = [one["seat"] for one in provider.named("seat") if one["seat"]["role"] == "phone"]
    return list({seat["seat"]: seat["standing"] for seat in told}.values())
