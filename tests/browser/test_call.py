"""A visit from the first click to the end, with real media between real browsers."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import JOURNEY, Stage
from tests.browser.media import media_flows
from tests.support.client import Refused, wire

pytestmark = JOURNEY


async def test_provider_patient_and_guest_see_and_hear_each_other_until_completion(stage: Stage) -> None:
    """Media flows to every page, the dashboard shows each join and leave live, completion ends it for all (R9-R14)."""
    visit = await stage.visit()
    board = await stage.dashboard()
    await board.get_by_role("button", name="Jordan Lee , Visit Details").click()
    details = board.get_by_role("complementary", name="Visit Details")

    guest = await stage.guest(visit, "Maria Lopez")
    await expect(details.get_by_text("Maria Lopez")).to_be_visible()
    patient = await stage.page(visit["patient_url"])
    await patient.get_by_role("button", name="Start Appointment").click()
    provider = await stage.provider(visit)

    for page in (guest, patient, provider):
        await media_flows(page, peers=2)

    await guest.get_by_role("button", name="Leave").click()
    await expect(details.get_by_role("listitem").filter(has_text="Maria Lopez")).to_contain_text("Left")

    await provider.get_by_role("button", name="People").click()
    await provider.get_by_role("button", name="End visit for everyone").click()
    await provider.get_by_role("dialog").get_by_role("button", name="End visit for everyone").click()
    for page in (patient, provider):
        await expect(page.get_by_role("heading", name="This visit has ended")).to_be_visible()

    late = await stage.page(visit["guest_url"])
    await expect(late.get_by_text("This visit has ended")).to_be_visible()
    async with wire(visit["ws_url"]) as phone:
        await phone.hello(
            "hello.phone",
            key=visit["dialin_key"],
            call="c1",
            dialled=visit["dial_in_number"],
            caller="+15550177",
        )
        try:
            await phone.ask("digits", digits=visit["pin"])
        except Refused as refused:
            assert refused.code == "pin_over"
        else:
            raise AssertionError("a PIN of a completed visit let somebody in")
