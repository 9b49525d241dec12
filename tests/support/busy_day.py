"""A clinic's busy day at a real node, with what goes wrong on one, and looks at its page of metrics."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import InvalidStatus

from actors.ports import Bid
from engine.clinic import StaffRole
from engine.pin import strict_limit
from engine.planning import Contact
from engine.visit import Visit
from tests.support.client import PATIENCE, Refused, WireClient
from tests.support.node import House, house
from tests.support.post import FakePost
from tests.support.rest import PASSWORD, browser, employ

Samples = dict[str, dict[str, float]]
"""Of each metric: its samples, each under its name and labels."""


def read(page: str) -> Samples:
    """Read a page: each family's samples, without the times at which counters were made."""
    families = text_string_to_metric_families(page)
    return {
        family.name: {one.name + labels(one.labels): one.value for one in family.samples}
        for family in families
        if not family.name.endswith("_created")
    }


def labels(given: dict[str, str]) -> str:
    """Spell labels in order; nothing when there are none."""
    inside = ",".join(f"{name}={value}" for name, value in sorted(given.items()))
    return f"{{{inside}}}" if inside else ""


@dataclass(slots=True)
class Watch:
    """Looks at the page again and again, and keeps which metrics were seen to move since the first look."""

    here: House
    http: httpx.AsyncClient
    post: FakePost
    first: Samples = field(default_factory=dict)
    last: Samples = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)

    async def look(self) -> Samples:
        """Read `/metrics` as Prometheus does."""
        answer = await self.http.get("/metrics")
        assert answer.status_code == 200
        return self._take(answer.text)

    def glance(self) -> Samples:
        """Read what there is at this very moment, between two steps of the node."""
        return self._take(generate_latest(self.here.node.metrics.registry).decode())

    async def until(self, name: str) -> None:
        """Look until a metric has moved."""
        async with asyncio.timeout(PATIENCE):
            while name not in self.moved:
                await self.look()

    def value(self, sample: str) -> float:
        """Give a sample of the last look, 0 when there is none yet."""
        return {name: value for one in self.last.values() for name, value in one.items()}.get(sample, 0.0)

    def _take(self, page: str) -> Samples:
        self.last = read(page)
        self.first = self.first or self.last
        for name, samples in self.last.items():
            before = self.first.get(name, {})
            if any(value != before.get(sample, 0.0) for sample, value in samples.items()):
                self.moved.add(name)
        return self.last


# ---------------------------------------------------------------- the day


async def signs_in(here: House) -> None:
    """Somebody mistypes their password, signs in, plans a visit, invites, and signs out."""
    user = await employ(here, StaffRole.PROVIDER)
    async with browser(here) as one:
        wrong = {"email": user.email, "password": "not it"}
        assert (await one.ask("POST", "/sign-in", wrong)).status_code in (400, 401, 403)
        await one.post("/sign-in", {"email": user.email, "password": PASSWORD})
        facts = {"patient": {"name": "Pat Lee"}, "start": "now", "minutes": 15}
        visit = await one.post("/visits", facts, status=201)
        await one.post(f"/visits/{visit['id']}/invitations", {"label": "Daughter"}, status=201)
        await one.post("/sign-out", status=204)


async def waits_and_is_let_in(watch: Watch) -> tuple[Visit, WireClient]:
    """Three guests wait for the provider: one is let in after 40 s, one denied, one gives up."""
    here = watch.here
    visit = await here.plan()
    await here.dashboard(visit)
    provider = await here.provider(visit)
    ana, ben, cid = [await here.guest(visit, name) for name in ("Ana", "Ben", "Cid")]
    await watch.look()
    here.later(seconds=40)
    await provider.ask("admit", op="in", seat=ana.seat)
    await ana.wait_for("you", standing="in")
    await provider.ask("deny", op="out", seat=ben.seat)
    await cid.ask("leave")
    await watch.look()
    for decision in ("admitted", "denied", "left"):
        assert watch.value(f"vestibule_admissions_total{{channel=web,decision={decision}}}") == 1
    assert watch.value("vestibule_admission_wait_seconds_sum") >= 40
    return visit, ana


async def calls_by_telephone(watch: Watch, visit: Visit) -> None:
    """A caller mistypes the PIN, then has it right."""
    here = watch.here
    right = here.pin(visit)
    phone = await here.phone()
    with suppress(Refused):
        await phone.ask("digits", digits=right[:-1] + str((int(right[-1]) + 1) % 10))
    await phone.ask("digits", digits=right)
    await watch.look()
    assert watch.value("vestibule_pin_attempts_total{result=ok}") == 1
    assert watch.value("vestibule_joins_total{channel=phone,reason=,result=ok,role=phone}") == 1


async def drops_out_and_comes_back(watch: Watch, ana: WireClient) -> None:
    """A browser is gone for 9 s; its seat is resumed."""
    here = watch.here
    provider = here.clients[1]
    ana.vanish()
    await provider.wait_for("seat", seat__seat=ana.seat, seat__link="lost")
    await watch.look()
    here.later(seconds=9)
    again = await here.back(ana)
    again.vanish()
    await here.back(again, stream="another owner's")
    await watch.look()
    assert watch.value("vestibule_reconnects_total{reason=lost}") >= 1
    assert watch.value("vestibule_replay_gaps_total{reason=other_owner}") == 1
    assert watch.value("vestibule_resume_seconds_count") >= 1
    assert watch.value("vestibule_resume_seconds_sum") >= 9


async def talks(watch: Watch) -> None:
    """Two browsers in a call say how their connections do; what comes too often counts for nothing."""
    here = watch.here
    visit = await here.plan()
    provider, patient = await here.provider(visit), await here.patient(visit)
    await provider.wait_for("seat", seat__seat=patient.seat, seat__standing="in")
    for _ in range(3):
        await patient.tell("quality", lost=50, rtt=180, jitter=12)
        await patient.tell("ice.report", setups=[900], failed=1)
    await patient.round_trip()
    await watch.look()
    for name in ("loss_ratio", "rtt_seconds", "jitter_seconds", "mos", "setup_seconds"):
        assert watch.value(f"vestibule_call_{name}_count") == 1
    assert watch.value("vestibule_call_rtt_seconds_sum") == 0.18
    assert 3.6 < watch.value("vestibule_call_mos_sum") < 4.0
    assert watch.value("vestibule_ice_failures_total") == 1


async def moves_to_another_device(here: House) -> None:
    """A patient goes on at a tablet."""
    visit = await here.plan()
    await here.patient(visit, page="laptop")
    await here.patient(visit, page="tablet", move=True)


async def comes_from_elsewhere(here: House) -> None:
    """Another site's page tries to connect."""
    with pytest.raises(InvalidStatus):
        await here.open(additional_headers={"Origin": "https://elsewhere.example"})


async def reads_slowly(watch: Watch) -> None:
    """Somebody reads nothing while others talk to them."""
    here = watch.here
    visit = await here.plan()
    speakers = [await here.provider(visit), await here.provider(visit, here.colleague("Dr. Cho"))]
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", here.port))
    slow = await here.open(sock=narrow, max_queue=1)
    await slow.hello("hello.link", token=here.patient_token(visit), page="p")
    await speakers[0].wait_for("seat", seat__seat=slow.seat, seat__standing="in")
    slow.freeze()
    for _ in range(28):
        for speaker in speakers:
            await speaker.tell("signal", to=slow.seat, data="x" * 60_000)
            await speaker.round_trip()
            watch.glance()
        if "vestibule_buffered_bytes" in watch.moved:
            return


async def plans_much_at_once(watch: Watch) -> None:
    """While one group of saves is written, the next one waits."""
    planning = asyncio.gather(*(watch.here.plan() for _ in range(20)))
    while "vestibule_queue_depth" not in watch.moved and not planning.done():
        await asyncio.sleep(0)
        watch.glance()
    await planning


async def writes_to_people(watch: Watch) -> None:
    """A patient gets a confirmation, and a reminder when its time has come."""
    here = watch.here
    contact = Contact(email="pat@home.example")
    post = watch.post
    await here.plan(starts_in=20, reminders=(15,), contact=contact)
    sent = "vestibule_letters_total{kind=confirmation,result=sent,via=email}"
    while watch.value(sent) < 1:
        await watch.look()
    post.held = asyncio.Event()
    here.later(minutes=6)
    await watch.until("vestibule_outbox_age_seconds")
    post.held.set()
    await watch.until("vestibule_reminder_lag_seconds")
    assert watch.value("vestibule_reminder_lag_seconds_sum") >= 60
    assert "vestibule_letters_pending" in watch.moved


async def ends(watch: Watch, visit: Visit) -> None:
    """A visit is completed, others lapse; what guests wrote leaves the store's file too."""
    here = watch.here
    provider = here.clients[1]
    await provider.ask("complete", op="done")
    assert await provider.closed() == 1000
    assert here.node.host.live(visit.id) is None
    here.later(minutes=20)
    for name in (
        "vestibule_purge_waiting_seconds",
        "vestibule_purge_lag_seconds",
        "vestibule_expiry_lag_seconds",
    ):
        await watch.until(name)


async def guesses_all_day(watch: Watch) -> None:
    """So many wrong PINs were typed at one number that its callers all wait."""
    pins, number = watch.here.node.host.pins, watch.here.number
    _, seen = await pins.look(number, "", "", "")
    wrong = range(strict_limit(seen.known))
    await asyncio.gather(*(pins.count(number, f"{one % 7}", "", space=True, caller=True) for one in wrong))
    await watch.look()
    assert watch.value("vestibule_pin_strict_spaces") == 1
    assert watch.value("vestibule_pin_strict_callers") > 0
    assert watch.value("vestibule_pin_guess_bound_per_day") > 0


async def loses_the_store(watch: Watch) -> None:
    """The process stands still longer than its lease lasts; to it, the store's clock has jumped."""
    here = watch.here
    here.stand_still(seconds=10)
    assert not here.node.host.can_save()
    watch.glance()
    assert watch.value("vestibule_store_available") == 0
    await here.node.host.lease.sound_again()
    await watch.look()
    assert watch.value("vestibule_store_available") == 1
    assert watch.value("vestibule_clock_skew_seconds") < -9


async def loses_a_shard(watch: Watch) -> None:
    """Another incarnation of this node takes the clinic's shard: what is saved here now is refused, until it
    is taken back.
    """
    here = watch.here
    visit = await here.plan()
    provider, host = await here.provider(visit), here.node.host
    shard = host.shard_of(here.clinic)
    assert shard is not None
    bid = Bid(shard.number, shard.epoch)
    taken = await host.store.claim([bid], host.settings.node, "another incarnation")
    assert taken[0].epoch
    await provider.request("lock", op="too late", on=True)
    assert await provider.closed() == 1012
    await watch.look()
    assert watch.value("vestibule_stale_saves_total") == watch.value("vestibule_double_owner_total") == 1
    async with asyncio.timeout(PATIENCE):
        while host.shard(shard.number) is None:  # noqa: ASYNC110 - the other has no lease; it is taken over
            await asyncio.sleep(0.01)
    await watch.look()
    assert watch.value("vestibule_takeover_seconds_count") == 1


async def restarts(watch: Watch, folder: Path) -> None:
    """A node that starts on what another one left awaits everybody back."""
    async with house(folder) as before:
        visit = await before.plan()
        await before.guest(visit)
        await before.everybody_goes()
    async with house(folder, demo=True) as after, browser(after) as anybody:
        page = read((await anybody.http.get("/metrics")).text)
        assert page["vestibule_restoring"] == {"vestibule_restoring": 1.0}
        watch.moved.add("vestibule_restoring")
