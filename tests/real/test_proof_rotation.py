"""A rotated pepper changes nothing that was given out, and the PIN index forgets what is past its keeping."""

from __future__ import annotations

import asyncio
from pathlib import Path

from actors.pepper import rotate_pepper
from actors.pins import KEPT, sweep
from actors.ports import PinEntry
from engine.clinic import ProviderOfVisit
from engine.ids import SHARED, VisitId
from engine.planning import Plan
from engine.visit import Visit
from tests.prove.peek import embedded_url, peek
from tests.support.client import PATIENCE, refusal
from tests.support.node import PATIENT, House, house, node_settings, token_of

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


async def found(here: House, visit: VisitId) -> Visit:
    """Find a visit after a restart."""
    again = await here.node.desk.find(visit)
    assert isinstance(again, Visit)
    return again


async def test_what_was_given_out_before_a_rotation_is_good_and_shown_after_it(tmp_path: Path) -> None:
    """Links, PINs, seats and keys lead in as before, and the panel says what was sent (D3)."""
    async with house(tmp_path) as before:
        planned = await before.plan(minutes=60)
        shared, personal = before.node.desk.shared_panel(planned), await before.invite(planned)
        patient, key = before.patient_token(planned), await before.key()
        place = (await before.guest(planned, "Ana")).position
        await before.everybody_goes()
    assert rotate_pepper(node_settings(tmp_path, 1).secrets_folder) == 2
    async with house(tmp_path) as after:
        visit = await found(after, planned.id)
        assert after.pin(visit) == shared.pin
        assert after.guest_token(visit) == token_of(shared.link)
        assert after.patient_token(visit) == patient
        provider = await after.provider(visit)
        ana = await after.open()
        await ana.hello("hello.seat", **place, page="the same")
        after.dialin_key = key
        for pin in (shared.pin, personal.pin):
            phone = await after.phone()
            await phone.ask("digits", digits=pin)
            await phone.wait_for("you", standing="in")
        for token in (token_of(personal.link), token_of((await after.invite(visit, "Son")).link)):
            assert (await after.join(token, "Bea")).ready["standing"] == "in"
        await provider.ask("extend", op="more", minutes=30)
        after.later(minutes=70)  # past the first end, so the index has to have followed
        caller = await after.phone("+15550777")
        await caller.ask("digits", digits=shared.pin)
        await provider.ask("complete", op="done")
        late = await after.phone("+15550778")
        assert await refusal(late.ask("digits", digits=shared.pin)) == "pin_over"
        await after.everybody_goes()
        assert not after.bugs


async def test_a_pin_of_an_older_key_is_not_given_out_again(tmp_path: Path) -> None:
    """A new visit whose first PIN somebody has under the key before takes its next one."""
    rotate_pepper(node_settings(tmp_path, 1).secrets_folder)
    async with house(tmp_path) as here:
        desk, host = here.node.desk, here.node.host
        now, new = here.now(), desk.new_visit_id(here.clinic)
        others = PinEntry(desk.new_visit_id(here.clinic), SHARED, 0, now, now + DAY)
        taken = host.secrets.pin_hash(host.secrets.pin(new, SHARED, 0), 1)
        assert await host.pins.reserve(here.number, taken, others, now + DAY)
        providers = (ProviderOfVisit(here.doctor.user, here.doctor.name),)
        plan = Plan(
            visit=new, clinic=here.clinic, start=now, end=now + MINUTE, patient=PATIENT, providers=providers
        )
        visit = await desk.plan(plan)
        assert isinstance(visit, Visit)
        assert visit.attempt(SHARED) == 1


async def test_the_index_forgets_pins_a_day_after_their_visit_was_over(tmp_path: Path) -> None:
    """Nobody asks for it: what is past its keeping goes, what is not stays (R15)."""
    async with house(tmp_path) as here:
        visit, host = await here.plan(), here.node.host
        now = here.now()
        for one in range(3):
            old = PinEntry(VisitId(f"{visit.id[:5]}{one:012d}"), SHARED, 0, now - 3 * DAY, now - 2 * DAY)
            assert await host.pins.reserve(here.number, f"old {one}", old, old.known_until + KEPT)
        sweeping = asyncio.create_task(sweep(host, 10))
        async with asyncio.timeout(PATIENCE):
            while (left := await left_in_index(here)) > 1:  # noqa: ASYNC110 - a sweep tells nobody
                await asyncio.sleep(0.01)
        sweeping.cancel()
        assert left == 1
        await here.provider(visit)
        caller = await here.caller_in(visit)
        await caller.wait_for("you", standing="in")
        await here.everybody_goes()


async def left_in_index(here: House) -> int:
    """Count the PINs that the store holds for the clinic's number."""
    async with peek(embedded_url(here.node.settings.data_dir)) as store:
        return int(await store.hlen(f"{{p:{here.number}}}:pins"))
