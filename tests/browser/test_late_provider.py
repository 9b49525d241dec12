"""The visit's time is over and the provider has not come yet (D2)."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.clinic import soon
from tests.browser.media import media_flows
from tests.browser.stage import JOURNEY, Stage, details_of, in_the_call, title

pytestmark = JOURNEY


async def test_who_waits_at_the_lapse_goes_in_once_the_visit_is_extended(stage: Stage) -> None:
    """They read that the provider is late; extended from the row, both are in without touching anything."""
    visit = await stage.clinic.plan("Amir Karimi")
    mine = await stage.staff()
    board = await stage.dashboard(visit, mine)
    patient = await stage.patient(visit)
    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    for page in (patient, guest):
        await expect(title(page, "Your provider knows you're here")).to_be_visible()

    await stage.clinic.reschedule(visit, soon(-60), soon(2))
    for page in (patient, guest):
        await expect(title(page, "Your provider is running late")).to_be_visible()
        await expect(page.get_by_text("You keep your place.")).to_be_visible()
    await stage.seen(guest, "guest-provider-late", guest=True)
    too_late = await stage.page(visit.guest_url)
    await expect(title(too_late, "This link's time is over")).to_be_visible()
    await stage.seen(too_late, "guest-link-over", guest=True)

    row = board.get_by_role("row").filter(has_text="Amir Karimi")
    await expect(row).to_contain_text("Time over")
    await stage.seen(board, "details-lapsed")
    await row.get_by_role("button", name="Extend, +15 minutes").click()
    await expect(row).not_to_contain_text("Time over")
    for page in (patient, guest):
        await expect(title(page, "Your provider knows you're here")).to_be_visible()
    await row.get_by_role("link", name="Enter the visit with Amir Karimi").click()
    for page in (patient, guest):
        await expect(in_the_call(page)).to_be_visible()
        await expect(page.get_by_role("listitem").filter(has_text="Dr. Ana Rivera")).to_be_visible()
    await expect(details_of(board)).to_contain_text("In progress")
    await media_flows(guest, peers=1)
