"""What a provider does for the visit from inside the call (B12, D2)."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.media import media_flows, stats
from tests.browser.stage import JOURNEY, Stage, in_the_call

pytestmark = JOURNEY


async def test_a_provider_runs_the_visit_from_the_call(stage: Stage) -> None:
    """Asked to mute, a guest decides; renamed, all read the new name; warned, the provider extends."""
    visit = await stage.clinic.plan("Noor Bakker", minutes=4.5)
    provider = await stage.provider(visit)
    warned = provider.get_by_text("This visit's time is over in 4 min.")
    await expect(warned).to_be_visible()
    await stage.seen(provider, "call-warned")
    await provider.get_by_role("button", name="Extend by 15 min").click()
    await expect(warned).to_be_hidden()

    guest = await stage.guest(visit.guest_url, "M. Lopez")
    await expect(in_the_call(guest)).to_be_visible()
    await provider.get_by_role("button", name="People").click()
    more = provider.get_by_role("button", name="More for M. Lopez")
    await more.click()
    await provider.get_by_role("button", name="Ask to mute").click()
    await expect(guest.get_by_text("Dr. Ana Rivera asks you to mute your microphone.")).to_be_visible()
    await stage.seen(guest, "call-asked-to-mute")
    await guest.get_by_role("button", name="Mute", exact=True).click()
    await expect(guest.get_by_role("button", name="Unmute microphone")).to_be_visible()

    await more.click()
    await provider.get_by_role("button", name="Rename").click()
    dialog = provider.get_by_role("dialog", name="Rename M. Lopez")
    await dialog.get_by_role("textbox", name="Name").fill("Maria Lopez")
    await stage.seen(provider, "call-rename")
    await dialog.get_by_role("button", name="Save name").click()
    await expect(guest.get_by_role("listitem").filter(has_text="Maria Lopez")).to_be_visible()

    await provider.get_by_role("button", name="Add a person").click()
    side = provider.get_by_role("complementary", name="Add Participants")
    await expect(side.get_by_text(visit.guest_url)).to_be_visible()
    await stage.seen(provider, "call-invite")


async def test_a_shared_screen_is_large_for_the_others_until_it_stops(stage: Stage) -> None:
    """The screen comes beside the camera, without a new connection, and goes when sharing stops."""
    visit = await stage.clinic.plan("Noor Bakker")
    provider = await stage.provider(visit)
    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    await media_flows(guest, peers=1)
    (before,) = await stats(guest)
    await provider.get_by_role("button", name="Share screen").click()
    await expect(guest.get_by_label("Dr. Ana Rivera shares the screen")).to_be_visible()
    await media_flows(guest, peers=1)
    await stage.seen(guest, "call-screen-shared")
    await provider.get_by_role("button", name="Stop sharing").click()
    await expect(guest.get_by_label("Dr. Ana Rivera shares the screen")).to_be_hidden()
    assert (await stats(guest))[0]["pair"] == before["pair"]
