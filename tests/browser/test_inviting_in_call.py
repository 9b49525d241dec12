"""Add Participants from inside the call, as provider and as patient (R1, R2, R7, B1)."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.browser.stage import JOURNEY, Stage, in_the_call

pytestmark = JOURNEY


async def test_a_provider_invites_from_the_call_and_sees_what_becomes_of_it(stage: Stage) -> None:
    """Sent over the socket, listed with its state, the guest comes in by it; another one is revoked."""
    visit = await stage.clinic.plan("Noor Bakker")
    provider = await stage.provider(visit)
    side = await participants_panel(provider)
    await expect(side.get_by_text(visit.guest_url)).to_be_visible()
    await expect(side.get_by_text("Nobody is invited on their own yet.")).to_be_visible()
    await side.get_by_label("E-mail addresses", exact=True).fill("zoe@example.org; amir@example.org")
    await side.get_by_label("Name or relationship").fill("Daughter")
    await side.get_by_role("button", name="Send Invitation").click()
    sent = side.get_by_role("region", name="Invitations").get_by_role("listitem")
    await expect(sent).to_have_count(2)
    await expect(sent.first).to_contain_text("Daughter")
    await expect(sent.get_by_text("zoe@example.org")).to_have_count(0)  # masked
    await stage.seen(provider, "call-invited")

    invited = await stage.clinic.invite(visit, "Interpreter")
    guest = await stage.guest(invited["link"], "Maria Lopez")
    await expect(in_the_call(guest)).to_be_visible()
    theirs = sent.filter(has_text="Interpreter")
    await expect(theirs).to_contain_text("In the call")

    await sent.filter(has_text="Daughter").first.get_by_role("button", name="Revoke").click()
    dialog = provider.get_by_role("dialog", name="Revoke the invitation for Daughter?")
    await dialog.get_by_role("button", name="Revoke", exact=True).click()
    await expect(sent.filter(has_text="Revoked")).to_have_count(1)
    await expect(dialog).to_be_hidden()
    await stage.seen(provider, "call-invitations")


async def test_a_patient_invites_from_the_call_and_reads_no_list_of_the_clinics(stage: Stage) -> None:
    """They see what they sent (R2); a guest has no such button, nor the patient once it is off (R1)."""
    visit = await stage.clinic.plan("Noor Bakker")
    await stage.provider(visit)
    patient = await stage.patient(visit)
    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    for page in (patient, guest):
        await expect(in_the_call(page)).to_be_visible()
    await expect(guest.get_by_role("button", name="Add a person")).to_have_count(0)

    side = await participants_panel(patient)
    await expect(side.get_by_role("region", name="Invitations")).to_have_count(0)
    await side.get_by_label("Phone numbers").fill("+1 415 555 0123")
    await side.get_by_role("button", name="Send Invitation").click()
    await expect(side.get_by_role("status").get_by_role("listitem")).to_have_text(["+1 415 555 0123"])
    await stage.seen(patient, "call-patient-invited")
    (made,) = await stage.clinic.ask("GET", f"visits/{visit.id}/invitations")
    assert made["phone"]

    async with stage.clinic.settings(guests_by_patient=False):
        await expect(side).to_be_hidden()
        await expect(patient.get_by_role("button", name="Add a person")).to_have_count(0)


async def participants_panel(page: Page) -> Locator:
    """Press + Person."""
    await page.get_by_role("button", name="Add a person").click()
    side = page.get_by_role("complementary", name="Add Participants")
    await expect(side).to_be_visible()
    return side
