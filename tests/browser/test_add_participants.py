"""Add Participants in Visit Details: people invited by mail and text message, and each invitation's life."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httpx
from playwright.async_api import Locator, Page, expect

from tests.browser.stage import JOURNEY, Stage, details_of, join

pytestmark = JOURNEY

MOST_ACTIONS: Final = 4
PREMIUM: Final = "+1 900 234 5678"
"""A number that costs whoever writes to it; every clinic's server refuses it."""


@dataclass(slots=True)
class Hand:
    """Somebody at a page: counts what they do there. Text typed in one go, into one field, is one action."""

    page: Page
    actions: int = 0

    async def click(self, what: Locator) -> None:
        """Press something."""
        self.actions += 1
        await what.click()

    async def type(self, text: str) -> None:
        """Type where the keyboard is."""
        self.actions += 1
        await self.page.keyboard.type(text)


def emails(page: Page) -> Locator:
    """The field for addresses."""
    return details_of(page).get_by_label("E-mail addresses")


def phones(page: Page) -> Locator:
    """The field for telephone numbers."""
    return details_of(page).get_by_label("Phone numbers")


def send(page: Page) -> Locator:
    """The button that sends."""
    return details_of(page).get_by_role("button", name="Send Invitation")


def invitation(page: Page, text: str) -> Locator:
    """An invitation in the list, by its name or its masked address."""
    listed = details_of(page).get_by_role("region", name="Invitations")
    return listed.locator("li.invitation").filter(has_text=text)


async def link_to(stage: Stage, address: str) -> str:
    """The link in the last letter to an address, as its person reads it."""
    async with httpx.AsyncClient(base_url=stage.server.url, trust_env=False) as http:
        letters = (await http.get("/api/v1/dev/outbox")).json()
    text: str = next(letter["text"] for letter in letters if letter["to"] == address)
    found = re.search(r"https?://\S+/j#\S+", text)
    assert found, text
    return found[0]


async def test_an_invitation_leaves_the_waiting_room_in_four_actions(stage: Stage) -> None:
    """Patient's name, Add Participants, type, Send Invitation; each person is listed at once (R8, B1)."""
    await stage.clinic.plan("Priya Nair")
    page = await stage.dashboard()
    hand = Hand(page)
    await hand.click(page.get_by_role("button", name="Priya Nair").first)
    await hand.click(details_of(page).get_by_role("button", name="Add Participants"))
    await expect(emails(page)).to_be_focused()
    await hand.type("daughter@example.org; Daughter@example.org ;Son <son@example.com>")
    await hand.click(send(page))
    assert hand.actions <= MOST_ACTIONS
    await expect(invitation(page, "d***@e***.org")).to_contain_text("E-mail: sent")
    await expect(invitation(page, "s***@e***.com")).to_contain_text("E-mail: sent")
    await expect(details_of(page).locator("li.invitation")).to_have_count(2)
    await expect(details_of(page).locator(".contact-chip")).to_have_count(0)
    await stage.seen(page, "details-invited")


async def test_who_was_not_invited_is_named_and_stays_in_the_form(stage: Stage) -> None:
    """What is wrong is said as it is typed; of several, one that is refused keeps nobody else waiting."""
    visit = await stage.clinic.plan("Omar Said")
    page = await stage.dashboard(visit)
    await details_of(page).get_by_role("button", name="Add Participants").click()
    await expect(emails(page)).to_be_focused()
    await page.keyboard.type("ben@;")
    await expect(details_of(page).get_by_text("“ben@” is not a whole e-mail address")).to_be_visible()
    await send(page).click()
    await expect(details_of(page).get_by_text("Nothing was sent.")).to_be_visible()
    await stage.seen(page, "details-invite-wrong")
    await page.keyboard.press("Backspace")  # takes the last one back into the text, to change it
    await page.keyboard.type("example.org")
    await phones(page).fill(PREMIUM)
    await details_of(page).get_by_label("Name or relationship").fill("Neighbours")
    await send(page).click()
    await expect(details_of(page).get_by_text(f"Not sent to {PREMIUM}.")).to_be_visible()
    await expect(details_of(page).get_by_text("Sent to 1 of 2.")).to_be_visible()
    await expect(invitation(page, "b***@e***.org")).to_contain_text("Neighbours")
    await expect(details_of(page).locator(".contact-chip")).to_have_count(1)
    await stage.seen(page, "details-invite-partly")


async def test_an_invitation_s_life_is_seen_as_it_goes_on(stage: Stage) -> None:
    """Sent, opened, in the call, left, revoked: live, by name, never with the whole address (B1)."""
    visit = await stage.clinic.plan("Amara Diallo")
    page = await stage.dashboard(visit)
    await details_of(page).get_by_role("button", name="Add Participants").click()
    await expect(emails(page)).to_be_focused()
    await page.keyboard.type("kofi@example.org")
    await details_of(page).get_by_label("Name or relationship").fill("Brother")
    await send(page).click()
    brother = invitation(page, "Brother")
    await expect(brother).to_contain_text("E-mail: sent")
    guest = await stage.page(await link_to(stage, "kofi@example.org"))
    await expect(guest.get_by_label("Your name")).to_be_visible()
    await expect(brother).not_to_contain_text("Opened")
    async with stage.clinic.provider_in(visit):
        await join(guest, "Kofi Diallo")
        await expect(brother).to_contain_text("Opened the page")
        await expect(brother).to_contain_text("In the call")
        await expect(brother).to_contain_text("used by Kofi Diallo")
        await stage.seen(page, "details-invitation-in-call")
        await guest.get_by_role("button", name="Leave the call").click()
        await expect(brother).to_contain_text("Left")
    await brother.get_by_role("button", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(brother).to_contain_text("Revoked")
    assert "kofi@example.org" not in await details_of(page).inner_html()
