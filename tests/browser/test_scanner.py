"""Mail scanners and link previews open links before people do (D8)."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
from playwright.async_api import expect

from tests.browser.stage import JOURNEY, Stage, details_of, in_the_call, join, person, title

pytestmark = JOURNEY

# what a scanner with a browser does, and a page's own script might
_SCRIPTED = """
() => {
  scrollTo(0, document.body.scrollHeight);
  const button = document.querySelector("button[type=submit]");
  button.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", bubbles: true }));
  button.click();
}
"""


async def test_looking_at_a_link_changes_nothing_and_then_the_guest_joins(stage: Stage) -> None:
    """100 GET and HEAD and a browser that loads the page leave no trace; the link works afterwards."""
    visit = await stage.clinic.plan("Lena Fischer")
    board = await stage.dashboard(visit)
    await stage.provider(visit)
    before = await stage.clinic.ask("GET", f"visits/{visit.id}")
    invitations = await stage.clinic.ask("GET", f"visits/{visit.id}/invitations")

    spelled = visit.guest_url.replace("#", "%23")
    async with httpx.AsyncClient(trust_env=False) as scanner:
        asked = [
            scanner.request(method, link)
            for method in ("GET", "HEAD")
            for link in (visit.guest_url, spelled)
            for _ in range(25)
        ]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    preview = await stage.page(visit.guest_url)
    await expect(preview.get_by_role("button", name="Join Meeting")).to_be_visible()
    await preview.close()

    assert await stage.clinic.ask("GET", f"visits/{visit.id}") == before
    assert await stage.clinic.ask("GET", f"visits/{visit.id}/invitations") == invitations
    await expect(details_of(board).get_by_role("listitem").filter(has_text="Guest")).to_have_count(0)

    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    await expect(in_the_call(guest)).to_be_visible()
    await expect(person(board, "Maria Lopez")).to_contain_text("In the call")


async def test_only_a_person_opens_an_invitation(stage: Stage) -> None:
    """Loading, scrolling and a script's own presses tell nothing; the first key of a person does, once."""
    visit = await stage.clinic.plan("Lena Fischer")
    invited = await stage.clinic.invite(visit, "Daughter")
    told: list[str] = []

    scanner = await stage.page(invited["link"])
    scanner.on("request", lambda asked: told.append(asked.url) if asked.url.endswith("/opened") else None)
    await expect(scanner.get_by_label("Your camera")).to_be_visible()  # Join can be pressed from then on
    await scanner.evaluate(_SCRIPTED)
    await expect(scanner.get_by_text("Please type your name.")).to_be_visible()
    assert not told
    await scanner.close()
    (made,) = await stage.clinic.ask("GET", f"visits/{visit.id}/invitations")
    assert (made["state"], made["opened_at"]) == ("made", 0)

    page = await stage.page(invited["link"])
    page.on("request", lambda asked: told.append(asked.url) if asked.url.endswith("/opened") else None)
    await expect(page.get_by_role("button", name="Join Meeting")).to_be_visible()
    async with page.expect_response(lambda answer: answer.url.endswith("/links/opened")) as answered:
        await page.keyboard.press("Tab")
    assert (await answered.value).status == 204
    (made,) = await stage.clinic.ask("GET", f"visits/{visit.id}/invitations")
    assert made["state"] == "opened"
    assert made["opened_at"] > 0

    await page.keyboard.press("Tab")
    await page.get_by_label("Your name").click()
    await page.reload()
    await page.get_by_label("Your name").click()
    assert len(told) == 1


async def test_a_link_spelled_with_23_tells_nothing_until_join(stage: Stage) -> None:
    """The page shows nothing of the visit, then Join works, and no log has the token (D8, D12)."""
    visit = await stage.clinic.plan("Olga Petrova")
    await stage.provider(visit)
    page = await stage.page(visit.guest_url.replace("#", "%23"))
    await expect(title(page, "You're invited to a video visit")).to_be_visible()
    shown = await page.inner_text("body")
    assert "Rivera" not in shown
    assert "Cedar Grove" not in shown
    assert "%23" not in page.url, "the address is not left to onlookers and to history"
    await stage.seen(page, "guest-doorstep-spelled", guest=True)
    await join(page, "Maria Lopez")
    await expect(in_the_call(page)).to_be_visible()

    log = "".join(stage.server.lines)
    token = urlsplit(visit.guest_url).fragment
    assert "path=/j" in log or '"/j' in log, "requests are logged in this run"
    assert token not in log
    assert token.rpartition(".")[2] not in log
