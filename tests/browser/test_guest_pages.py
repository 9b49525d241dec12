"""Every page that a guest or patient can meet: what it says, and what can be done there (D7, D10-D13)."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.clinic import soon
from tests.browser.stage import JOURNEY, Stage, in_the_call, join, relayed, seat_of, title

pytestmark = JOURNEY

LIGHT_BYTES = 100_000
MOST_ACTIONS = 3
_TRAVELLED = """
() => ["navigation", "resource"]
  .flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((total, { transferSize }) => total + transferSize, 0)
"""
CALL_THE_CLINIC = re.compile("Call the clinic")


async def test_the_doorstep_shows_whose_visit_and_when_and_nothing_of_the_patient(stage: Stage) -> None:
    """Clinic, provider, start, length; a preview; a name is asked; the telephone is one press away (D12)."""
    visit = await stage.clinic.plan("Nadia Rahman", name="Follow-up", room="Room 2")
    page = await stage.page(visit.guest_url)
    await expect(title(page, "Your visit with Dr. Ana Rivera")).to_be_visible()
    await expect(page.get_by_text("Cedar Grove Clinic")).to_be_visible()
    await expect(page.get_by_text("15 min", exact=False).first).to_be_visible()
    await expect(page.get_by_label("Your camera")).to_be_visible()
    await stage.seen(page, "guest-doorstep", everywhere=True, guest=True, pictures="all")
    shown = await page.inner_text("body")
    for secret in ("Nadia", "Rahman", "Follow-up", "Room 2"):
        assert secret not in shown

    await page.get_by_role("button", name="Join Meeting").click()
    await expect(page.get_by_text("Please type your name.")).to_be_visible()
    await expect(page.get_by_label("Your name")).to_be_focused()
    await page.get_by_role("button", name="Join by phone").click()
    await expect(page.get_by_text(re.compile(r"\d{3} \d{3} \d{4}"))).to_be_visible()
    await page.get_by_text("Camera and sound").click()
    await expect(page.get_by_label("Microphone", exact=True)).to_be_visible()
    await stage.seen(page, "guest-doorstep-open", everywhere=True, guest=True)
    await join(page, "Maria Lopez")
    await expect(title(page, "Your provider knows you're here")).to_be_visible()

    await stage.clinic.ask("POST", f"visits/{visit.id}/cancel", {})
    await expect(title(page, "This visit was cancelled")).to_be_visible()
    await stage.seen(page, "guest-cancelled", everywhere=True, guest=True)


async def test_the_guest_page_is_light(stage: Stage) -> None:
    """No more than 100 kB travel until somebody can press Join Meeting: telephones have slow networks."""
    visit = await stage.clinic.plan("Nadia Rahman")
    page = await stage.page(visit.guest_url)
    await expect(page.get_by_role("button", name="Join Meeting")).to_be_visible()
    assert 0 < await page.evaluate(_TRAVELLED) <= LIGHT_BYTES


async def test_who_comes_early_goes_on_without_touching_anything(stage: Stage) -> None:
    """Long before, the page says when; a quarter of an hour before the start it goes on by itself (D7)."""
    visit = await stage.clinic.plan("Paul Jansen", starts_in=90)
    page = await stage.page(visit.guest_url)
    await expect(page.get_by_text("Your visit opens at")).to_be_visible()
    await join(page, "Maria Lopez")
    await expect(title(page, "You're early")).to_be_visible()
    await stage.seen(page, "guest-early", everywhere=True, guest=True)

    await stage.clinic.reschedule(visit, soon(30 * 60), soon(45 * 60))
    await page.goto(relayed(visit.guest_url))
    await join(page, "Maria Lopez")
    await expect(title(page, "You're early")).to_be_visible()
    await stage.clinic.reschedule(visit, soon(15 * 60 + 2), soon(30 * 60))
    await expect(title(page, "Your provider knows you're here")).to_be_visible()


async def test_a_link_that_is_none_says_what_to_do(stage: Stage) -> None:
    """Unknown, cut off, withdrawn: each says so, and whom to call where that is known (D10)."""
    visit = await stage.clinic.plan("Karin Holm")
    head, dot, proof = visit.guest_url.rpartition(".")
    unknown = await stage.page(f"{head}{dot}{proof[::-1]}")
    await expect(title(unknown, "This link doesn't work")).to_be_visible()
    await stage.seen(unknown, "guest-link-unknown", everywhere=True, guest=True)
    bare = await stage.page(visit.guest_url.partition("#")[0])
    await expect(title(bare, "This link doesn't work")).to_be_visible()
    await expect(bare.get_by_text("Open the link in the message you got.")).to_be_visible()

    invited = await stage.clinic.invite(visit)
    await stage.clinic.ask("DELETE", f"visits/{visit.id}/invitations/{invited['invitation']}")
    withdrawn = await stage.page(invited["link"])
    await expect(title(withdrawn, "This link was withdrawn")).to_be_visible()
    await expect(withdrawn.get_by_role("link", name=CALL_THE_CLINIC)).to_be_visible()
    await stage.seen(withdrawn, "guest-link-withdrawn", everywhere=True, guest=True)


async def test_a_full_visit_offers_the_telephone(stage: Stage) -> None:
    """The browser beyond the last place reads how to join by telephone instead (D13)."""
    async with stage.clinic.settings(capacity=2):
        visit = await stage.clinic.plan("Hugo Marin")
        async with stage.clinic.provider_in(visit), stage.clinic.guest_in(visit, "First Guest"):
            page = await stage.guest(visit.guest_url, "Maria Lopez")
            await expect(title(page, "The visit is full")).to_be_visible()
            await expect(page.get_by_role("link", name=re.compile("Call "))).to_be_visible()
            await stage.seen(page, "guest-full", everywhere=True, guest=True)


async def test_an_invitation_for_one_moves_from_device_to_device(stage: Stage) -> None:
    """A second device is asked and takes the seat; the first one says so and can bring it back (D11)."""
    visit = await stage.clinic.plan("Yara Costa")
    await stage.provider(visit)
    invited = await stage.clinic.invite(visit, "Daughter")
    computer = await stage.guest(invited["link"], "Zoe Costa")
    await expect(in_the_call(computer)).to_be_visible()
    telephone = await stage.guest(invited["link"], "Zoe Costa")
    await expect(title(telephone, "Already open on another device")).to_be_visible()
    await stage.seen(telephone, "guest-already-open", everywhere=True, guest=True)
    await telephone.get_by_role("button", name="Move here").click()
    await expect(in_the_call(telephone)).to_be_visible()
    assert await seat_of(telephone) == await seat_of(computer)
    await expect(title(computer, "Your visit moved to another device")).to_be_visible()
    await stage.seen(computer, "guest-moved", everywhere=True, guest=True)
    await computer.get_by_role("button", name="Bring it back here").click()
    await expect(in_the_call(computer)).to_be_visible()
    await expect(title(telephone, "Your visit moved to another device")).to_be_visible()


async def test_a_guest_comes_from_link_to_call_in_three_actions(stage: Stage) -> None:
    """Press the field, type a name, press Join Meeting: nothing else is asked for."""
    visit = await stage.clinic.plan("Nadia Rahman")
    await stage.provider(visit)
    page = await stage.page(visit.guest_url)
    actions = 0
    for act in (
        page.get_by_label("Your name").click(),
        page.keyboard.type("Maria Lopez"),
        page.get_by_role("button", name="Join Meeting").click(),
    ):
        await act
        actions += 1
    await expect(in_the_call(page)).to_be_visible()
    assert actions <= MOST_ACTIONS


async def test_times_are_the_clinics_and_say_their_zone(stage: Stage) -> None:
    """Somebody abroad reads the clinic's time with its zone's name, not their own (D9)."""
    async with stage.clinic.settings(zone="America/Los_Angeles"):
        visit = await stage.clinic.plan("Rosa Delgado", starts_in=10)
        page = await stage.page(visit.guest_url, timezone_id="Asia/Tokyo")
        when = await page.locator(".when").inner_text()
        assert re.search(r"\d{1,2}:\d{2} [AP]M \(P[DS]T\)", when), when
        assert re.search(r"in \d+ minutes", when), when
