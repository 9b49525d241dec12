"""The patient's own link (R2, R13)."""

import pytest

from actors.numbers import as_read
from tests.support.client import refusal
from tests.support.node import PATIENT, House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_patient_needs_no_name_and_is_known_by_theirs(here: House) -> None:
    """The visit's own name is used whatever the page sends; the role is patient."""
    visit = await here.plan()
    patient = await here.patient(visit, name="Mallory")
    assert (patient.ready["role"], patient.ready["name"]) == ("patient", PATIENT)
    provider = await here.provider(visit)
    await patient.wait_for("inside")
    assert {"patient", "provider"} == {seat["role"] for seat in provider.ready["inside"]["seats"]}


async def test_the_same_link_resumes_the_visit_after_a_disconnect(here: House) -> None:
    """Without the seat's secret, by the link alone: the same seat, at once (R13)."""
    visit = await here.plan()
    await here.provider(visit)
    patient = await here.patient(visit)
    patient.vanish()
    await here.clients[0].wait_for("seat", seat__seat=patient.seat, seat__link="lost")
    again = await here.patient(visit, page="another")
    assert (again.seat, again.ready["standing"]) == (patient.seat, "in")


async def test_a_locked_visit_lets_the_patient_in(here: House) -> None:
    """Lock and `provider_admits` are about guests."""
    visit = await here.plan()
    provider = await here.provider(visit)
    await provider.ask("lock", op="lock", on=True)
    assert (await here.patient(visit)).ready["standing"] == "in"


async def test_the_patient_may_invite_where_the_clinic_lets_them(here: House) -> None:
    """The panel, in the waiting room and in the call; switched off it is refused (R1, R2)."""
    visit = await here.plan()
    patient = await here.patient(visit)
    panel = await patient.ask("get.panel")
    assert panel["pin"] == here.pin(visit)
    assert panel["link"].endswith(here.guest_token(visit))
    assert (panel["number"], panel["expires_at"]) == (as_read(here.number), visit.lapses_at)
    await here.provider(visit)
    inside = await patient.wait_for("inside")
    assert inside["visit"]["may_invite"]
    await here.settle(guests_by_patient=False)
    assert await refusal(patient.ask("get.panel")) == "invites_off"


async def test_a_removed_patient_waits_for_the_provider(here: House) -> None:
    """Nobody could make them another link, so theirs stays, and only a word lets them in."""
    visit = await here.plan()
    provider = await here.provider(visit)
    patient = await here.patient(visit)
    await provider.ask("remove", op="out", seat=patient.seat)
    assert await patient.closed() == 1000
    again = await here.patient(visit)
    assert again.ready["standing"] == "waiting"
    await provider.ask("admit", op="in", seat=again.seat)
    await again.wait_for("you", standing="in")
