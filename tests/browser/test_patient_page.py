"""The patient's own page: start, go on by themselves, invite, cancel, take part by phone (R1, R2, R13)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.browser.clinic import Visit, soon
from tests.browser.stage import JOURNEY, Stage, in_the_call, title

pytestmark = JOURNEY

INVITE = "Invite a guest to the call"
CANCEL = "Cancel appointment"


async def test_the_patient_starts_without_a_name_and_reads_how_to_take_part_by_phone(stage: Stage) -> None:
    """No sign-up: one press; number and PIN stand on the page before and after it (R13)."""
    visit = await stage.clinic.plan("Elif Demir")
    page = await stage.page(visit.patient_url)
    await expect(title(page, "Your visit with Dr. Ana Rivera")).to_be_visible()
    await expect(page.get_by_label("Your name")).to_have_count(0)
    await expect(page.get_by_text(visit.number)).to_be_visible()
    await expect(page.get_by_text(spoken(visit.pin))).to_be_visible()
    await stage.seen(page, "patient-doorstep", guest=True, pictures="all")

    await page.get_by_role("button", name="Start Appointment").click()
    await expect(title(page, "Your provider knows you're here")).to_be_visible()
    await expect(page.get_by_text(spoken(visit.pin))).to_be_visible()
    await stage.seen(page, "patient-waiting", guest=True)
    await stage.provider(visit)
    await expect(in_the_call(page)).to_be_visible()


async def test_start_works_from_the_join_window_on_and_the_page_goes_on_by_itself(stage: Stage) -> None:
    """Left open it becomes "Start Appointment" by itself; who waits on it goes in by themselves (R13, D7)."""
    visit = await stage.clinic.plan("Ida Berg", starts_in=15 + 5 / 60)
    left_open = await stage.page(visit.patient_url)
    await expect(left_open.get_by_text("Your visit opens at")).to_be_visible()
    await expect(left_open.get_by_role("button", name="Start Appointment")).to_be_visible()

    later = await stage.clinic.plan("Ida Berg", starts_in=40)
    page = await stage.page(later.patient_url)
    await expect(page.get_by_role("button", name="Start Appointment")).to_have_count(0)
    await stage.seen(page, "patient-doorstep-early", guest=True)
    await page.get_by_role("button", name="Wait here until it opens").click()
    await expect(title(page, "You're early")).to_be_visible()
    await stage.clinic.reschedule(later, soon(15 * 60 + 2), soon(30 * 60))
    await expect(title(page, "Your provider knows you're here")).to_be_visible()


async def test_the_patient_invites_by_message_from_their_page(stage: Stage) -> None:
    """Link, number, PIN and a code to hand over; each address and number gets an invitation of its own."""
    visit = await stage.clinic.plan("Elif Demir")
    page = await stage.page(visit.patient_url)
    await page.get_by_role("button", name=INVITE).click()
    dialog = page.get_by_role("dialog", name=INVITE)
    await expect(dialog.get_by_text(visit.guest_url)).to_be_visible()
    await expect(dialog.get_by_text(spoken(visit.pin))).to_be_visible()
    await dialog.get_by_role("button", name="Show as a code").click()
    await expect(dialog.get_by_role("img", name="The link as a code")).to_be_visible()

    await dialog.get_by_role("button", name="Send Invitation").click()
    await expect(dialog.get_by_text("Type an e-mail address or a phone number.")).to_be_visible()
    await expect(dialog.get_by_label("E-mail addresses", exact=True)).to_be_focused()
    await dialog.get_by_label("E-mail addresses", exact=True).fill("zoe@example.org; not an address")
    await dialog.get_by_role("button", name="Send Invitation").click()
    await expect(dialog.get_by_text("is not a whole e-mail address")).to_be_visible()
    assert await made_by(stage, visit) == [], "nothing goes while something is wrong"
    await stage.seen(page, "patient-invites-wrong", guest=True)

    await dialog.get_by_role("button", name="Remove not an address").click()
    await dialog.get_by_label("Phone numbers").fill("+1 415 555 0123")
    await dialog.get_by_label("Name or relationship").fill("Daughter")
    await dialog.get_by_role("button", name="Send Invitation").click()
    sent = dialog.get_by_role("status").get_by_role("listitem")
    await expect(sent).to_have_text(["zoe@example.org", "+1 415 555 0123"])
    await stage.seen(page, "patient-invited", guest=True)
    made = await made_by(stage, visit)
    assert [one["label"] for one in made] == ["Daughter", "Daughter"]
    assert sorted(bool(one["email"]) for one in made) == [False, True]
    assert "zoe@example.org" not in str(made), "the clinic reads a masked address"

    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name=INVITE)).to_be_focused()


async def test_the_patient_cancels_after_being_asked_once(stage: Stage) -> None:
    """It says what happens, "Keep appointment" keeps it; cancelled, a calm page has the clinic's number."""
    visit = await stage.clinic.plan("Sven Olsen", starts_in=30)
    page = await stage.page(visit.patient_url)
    await page.get_by_role("button", name=CANCEL).click()
    dialog = page.get_by_role("dialog", name="Cancel this appointment?")
    await expect(dialog.get_by_text("with Dr. Ana Rivera")).to_be_visible()
    await stage.seen(page, "patient-cancel-asks", guest=True)
    await dialog.get_by_role("button", name="Keep appointment").click()
    await expect(dialog).to_be_hidden()
    assert await status(stage, visit) == "scheduled"

    await page.get_by_role("button", name=CANCEL).click()
    await dialog.get_by_role("button", name=CANCEL).click()
    await expect(title(page, "This visit was cancelled")).to_be_focused()
    await expect(page.get_by_role("link", name="Call the clinic")).to_be_visible()
    await stage.seen(page, "patient-cancelled", guest=True)
    assert await status(stage, visit) == "cancelled"


async def test_who_waits_can_still_cancel_and_who_is_in_the_call_cannot(stage: Stage) -> None:
    """The page that waits ends calmly too; once it began, only the clinic ends it."""
    visit = await stage.clinic.plan("Sven Olsen")
    page = await stage.patient(visit)
    await expect(title(page, "Your provider knows you're here")).to_be_visible()
    await page.get_by_role("button", name=CANCEL).click()
    await page.get_by_role("dialog").get_by_role("button", name=CANCEL).click()
    await expect(title(page, "This visit was cancelled")).to_be_visible()

    begun = await stage.clinic.plan("Sven Olsen")
    async with stage.clinic.provider_in(begun):
        late = await stage.page(begun.patient_url)
        await expect(late.get_by_role("button", name="Start Appointment")).to_be_visible()
        await expect(late.get_by_role("button", name=CANCEL)).to_have_count(0)
        assert await asked(late, "cancel", begun) == (409, "already_started")


@pytest.mark.parametrize(
    ("setting", "control", "path", "refusal"),
    [
        ("guests_by_patient", INVITE, "invite", "invites_off"),
        ("patients_cancel", CANCEL, "cancel", "not_allowed"),
    ],
)
async def test_what_the_clinic_switched_off_is_neither_shown_nor_done(
    stage: Stage, setting: str, control: str, path: str, refusal: str
) -> None:
    """R1: no control, and the server refuses all the same."""
    async with stage.clinic.settings(**{setting: False}):
        visit = await stage.clinic.plan("Rosa Delgado")
        page = await stage.page(visit.patient_url)
        await expect(page.get_by_role("button", name="Start Appointment")).to_be_visible()
        await expect(page.get_by_role("button", name=control)).to_have_count(0)
        assert (await asked(page, path, visit))[1] == refusal
        assert await made_by(stage, visit) == []
        assert await status(stage, visit) == "open"


def spoken(pin: str) -> str:
    """A PIN as pages show it."""
    return f"{pin[:3]} {pin[3:6]} {pin[6:]}"


async def status(stage: Stage, visit: Visit) -> str:
    """What the clinic knows of a visit."""
    told: dict[str, Any] = await stage.clinic.ask("GET", f"visits/{visit.id}")
    found: str = told["status"]
    return found


async def made_by(stage: Stage, visit: Visit) -> list[dict[str, Any]]:
    """The invitations that were made for one person each."""
    told: Any = await stage.clinic.ask("GET", f"visits/{visit.id}/invitations")
    found: list[dict[str, Any]] = told["invitations"] if isinstance(told, dict) else told
    return found


async def asked(page: Page, path: str, visit: Visit) -> tuple[int, str]:
    """Ask by the patient's link what the page has no button for."""
    token = urlsplit(visit.patient_url).fragment
    origin = re.sub(r"(?<=\d)/.*", "", page.url)
    answer = await page.request.post(
        f"{origin}/api/v1/links/{path}", data={"token": token}, headers={"X-Vestibule": "1"}
    )
    return answer.status, (await answer.json())["code"]
