"""A visit from the first click to the end, with real media between real browsers."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.media import media_flows
from tests.browser.stage import JOURNEY, Stage, details_of, person, title
from tests.support.client import Refused

pytestmark = JOURNEY


async def test_provider_patient_and_guest_see_and_hear_each_other_until_completion(stage: Stage) -> None:
    """Media flows to all, also in another language; the dashboard shows joins and leaves live (R9-R14)."""
    visit = await stage.clinic.plan("Jordan Lee")
    board = await stage.dashboard(visit)
    provider = await stage.provider(visit)
    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    await expect(person(board, "Maria Lopez")).to_contain_text("In the call")
    patient = await stage.patient(visit)

    for page in (guest, patient, provider):
        await media_flows(page, peers=2)
    await stage.seen(provider, "call-provider-3", pictures="all")
    await stage.seen(guest, "call-guest-3")

    await guest.get_by_role("button", name="Settings: camera and sound").click()
    await guest.get_by_role("button", name="Español").click()
    await expect(guest.get_by_role("button", name="Salir de la llamada")).to_be_visible()
    await media_flows(guest, peers=2)
    await guest.get_by_role("button", name="English").click()
    await guest.get_by_role("button", name="Leave").click()
    await expect(title(guest, "You left the visit")).to_be_visible()
    await stage.seen(guest, "guest-left", guest=True)
    await expect(person(board, "Maria Lopez")).to_contain_text("Left at")

    await provider.get_by_role("button", name="People").click()
    await stage.seen(provider, "call-people")
    await provider.get_by_role("button", name="End visit for everyone").click()
    await stage.seen(provider, "call-end-asks")
    await provider.get_by_role("dialog").get_by_role("button", name="End visit for everyone").click()
    for page in (patient, provider):
        await expect(title(page, "This visit has ended")).to_be_visible()
    await stage.seen(patient, "guest-ended", guest=True)
    await expect(details_of(board)).to_contain_text("This visit is over")
    await stage.seen(board, "details-over")

    late = await stage.page(visit.guest_url)
    await expect(title(late, "This visit has ended")).to_be_visible()
    async with stage.clinic.telephone(visit) as phone:
        with pytest.raises(Refused, match="pin_over"):
            await phone.ask("digits", digits=visit.pin)
