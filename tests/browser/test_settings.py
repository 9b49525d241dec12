"""The clinic's settings: a page a subject, staff who come by a welcome link, keys for programs."""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import Locator, Page, expect

from tests.browser.stage import DESKTOP, JOURNEY, PHONE, Stage, details_of

pytestmark = JOURNEY

SECTIONS: Final = {
    "guests": "Guests",
    "times": "Times",
    "visits": "Visits",
    "dial-in": "Dial-in",
    "keeping": "Keeping data",
    "clinic": "Clinic",
    "staff": "Staff and roles",
    "keys": "API keys",
}
NARROWEST: Final = 320
COLLEAGUE: Final = "Dr. Yusuf Aydin"
ADDRESS: Final = "aydin@demo.example"
NEW: Final = "correct horse battery staple"
SPOKEN: Final = {"X-Vestibule": "1"}


async def settings(stage: Stage, section: str = "", **options: Any) -> Page:
    """The administrator at a section of the settings."""
    path = f"settings/{section}" if section else "settings"
    return await stage.page(f"{stage.server.url}/{path}", await stage.staff("admin", **options))


def saved(page: Page) -> Locator:
    """What says that a setting is saved."""
    return page.get_by_role("main").get_by_text("Saved", exact=True)


async def test_each_subject_has_a_page_of_its_own(stage: Stage) -> None:
    """By address, by the list at the left with the keyboard, and one after the other on a phone; never wider
    than the window, down to 320 px.
    """
    admin = await settings(stage)
    places = admin.get_by_role("navigation", name="Settings")
    for section, name in SECTIONS.items():
        link = places.get_by_role("link", name=name, exact=True)
        await link.focus()
        await admin.keyboard.press("Enter")
        heading = admin.get_by_role("heading", name=name, level=2)
        await expect(heading).to_be_focused()
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(admin.get_by_role("main").get_by_role("status")).to_have_count(0)
        assert admin.url.partition("?")[0].endswith(f"/settings/{section}")
        await stage.seen(admin, f"settings-{section}")
        await admin.set_viewport_size({"width": NARROWEST, "height": 640})
        await expect(places).to_have_count(0)
        wide = await admin.evaluate("document.querySelector('main').scrollWidth")
        assert wide <= NARROWEST, f"{section} is {wide} px wide"
        await admin.set_viewport_size(DESKTOP)

    phone = await settings(stage, size=PHONE)
    places = phone.get_by_role("navigation", name="Settings")
    await expect(phone.get_by_role("heading", level=2)).to_have_count(0)
    await stage.seen(phone, "settings-list")
    await places.get_by_role("link", name="Keeping data").click()
    await expect(places).to_have_count(0)
    await phone.get_by_role("main").get_by_role("link", name="Settings").click()
    await expect(places).to_be_visible()


async def test_inviting_switched_off_is_gone_and_refused(stage: Stage) -> None:
    """From the provider's open page at once, and by the server from whoever asks all the same (R1)."""
    visit = await stage.clinic.plan("Hana Sato")
    provider = await stage.staff("provider")
    board = await stage.dashboard(visit, provider)
    invites = details_of(board).get_by_role("button", name="Add Participants")
    await expect(invites).to_be_visible()
    admin = await settings(stage, "guests")
    switch = admin.get_by_role("switch", name="Providers can invite guests")
    await switch.click()
    await expect(saved(admin)).to_be_visible()
    await expect(invites).to_have_count(0)
    asked = f"{stage.server.url}/api/v1/visits/{visit.id}/invitations"
    refused = await provider.request.post(asked, data={"label": "Daughter"}, headers=SPOKEN)
    assert (refused.status, (await refused.json())["code"]) == (403, "invites_off")

    await switch.click()
    await expect(invites).to_be_visible()
    answer = await provider.request.post(asked, data={"label": "Daughter"}, headers=SPOKEN)
    assert answer.status == 201, await answer.text()


async def test_what_is_typed_is_looked_at_and_saved_field_by_field(stage: Stage) -> None:
    """A number out of range is said and not saved; lists grow and shrink; a shorter time asks first."""
    before = await stage.clinic.ask("GET", "clinic")
    kept = ("opens_before_minutes", "rooms", "options", "reminders", "retention_days", "name")
    async with stage.clinic.settings(**{name: before[name] for name in kept}):
        admin = await settings(stage, "times")
        opens = admin.get_by_role("textbox", name="Minutes before the start")
        await opens.fill("4")
        await opens.press("Enter")
        await expect(admin.get_by_text("Type a whole number from 5 to 60.")).to_be_visible()
        await stage.seen(admin, "settings-times-wrong")
        await opens.fill("30")
        await opens.press("Enter")
        await expect(saved(admin)).to_be_visible()

        await admin.get_by_role("link", name="Visits", exact=True).click()
        rooms = admin.get_by_role("region", name="Rooms")
        await rooms.get_by_role("textbox", name="New room").fill("Quiet room")
        await admin.keyboard.press("Enter")
        await expect(rooms.get_by_role("textbox", name="New room")).to_have_value("")
        await expect(rooms.get_by_role("listitem").last.get_by_role("textbox")).to_have_value("Quiet room")
        await rooms.get_by_role("button", name=f"Remove room {before['rooms'][0]}").click()
        await expect(rooms.get_by_role("listitem")).to_have_count(len(before["rooms"]))
        reminders = admin.get_by_role("region", name="Reminders")
        await reminders.get_by_role("button", name="Add reminder").click()
        await expect(reminders.get_by_text("15 minutes before")).to_be_visible()
        await reminders.get_by_role("button", name="Add reminder").click()
        await expect(reminders.get_by_text("There is a reminder at that time.")).to_be_visible()

        await admin.get_by_role("link", name="Keeping data").click()
        days = admin.get_by_role("textbox", name="Days to keep a visit")
        await days.fill("30")
        await days.press("Enter")
        asks = admin.get_by_role("dialog", name="Keep visits for a shorter time?")
        await expect(asks).to_be_visible()
        await stage.seen(admin, "settings-keeping-asks")
        await asks.get_by_role("button", name="Cancel").click()
        await expect(days).to_have_value(str(before["retention_days"]))

        await admin.get_by_role("link", name="Clinic", exact=True).click()
        await admin.get_by_role("textbox", name="The clinic's name").fill("Juniper Street Clinic")
        await admin.keyboard.press("Enter")
        await expect(admin.get_by_role("banner")).to_contain_text("Juniper Street Clinic")

        now = await stage.clinic.ask("GET", "clinic")
        assert now["opens_before_minutes"] == 30
        assert now["rooms"] == [*before["rooms"][1:], "Quiet room"]
        assert now["reminders"] == sorted({*before["reminders"], 15}, reverse=True)
        assert now["retention_days"] == before["retention_days"]


async def test_a_colleague_comes_by_a_welcome_link_and_is_cut_off_when_disabled(stage: Stage) -> None:
    """Invited by name and address, they set their own password and sign in; disabled, their open dashboard is
    cut, and their password is refused.
    """
    admin = await settings(stage, "staff")
    link = await invited(stage, admin)
    line = admin.get_by_role("list", name="Staff").get_by_role("listitem").filter(has_text=COLLEAGUE)
    await expect(line).to_contain_text("Invited, no password yet")
    await stage.seen(admin, "settings-staff-invited")
    await admin.get_by_role("button", name="Done").click()
    await expect(admin.get_by_role("button", name="Invite a colleague")).to_be_focused()

    theirs = await welcomed(stage, link)
    used = await stage.page(link)
    await set_password(used, NEW)
    await expect(used.get_by_text("This link doesn't work any more.")).to_be_visible()
    await stage.seen(used, "welcome-used")
    await used.get_by_role("link", name="Go to sign in").click()
    await used.get_by_role("textbox", name="E-mail").fill(ADDRESS)
    await used.get_by_role("textbox", name="Password").fill(NEW)
    await used.keyboard.press("Enter")
    await expect(used.get_by_role("heading", name="Waiting room")).to_be_visible()

    await admin.get_by_role("button", name=f"More for {COLLEAGUE}").click()
    await admin.get_by_role("menuitem", name="Disable").click()
    asks = admin.get_by_role("dialog", name=f"Disable {COLLEAGUE}?")
    await expect(asks).to_contain_text("signed out everywhere now")
    await stage.seen(admin, "settings-staff-disable-asks")
    await asks.get_by_role("button", name="Disable now").click()
    await expect(line).to_contain_text("Disabled")
    for page in (theirs, used):
        await expect(page.get_by_role("dialog", name="Please sign in again")).to_be_visible()
    again = used.get_by_role("dialog", name="Please sign in again")
    await again.get_by_role("textbox", name="Password").fill(NEW)
    await again.get_by_role("button", name="Sign in").click()
    await expect(again.get_by_text("don't match")).to_be_visible()


async def invited(stage: Stage, admin: Page) -> str:
    """Invite the colleague, after what is missing or taken was said; their welcome link."""
    send = admin.get_by_role("button", name="Send invitation")
    await admin.get_by_role("button", name="Invite a colleague").click()
    await send.click()
    await expect(admin.get_by_text("Type a name, up to 64 letters.")).to_be_visible()
    await stage.seen(admin, "settings-staff-invite")
    await admin.get_by_role("textbox", name="Name").fill(COLLEAGUE)
    await admin.get_by_role("textbox", name="E-mail").fill(stage.server.password("provider")[0])
    await send.click()
    await expect(admin.get_by_text("Somebody has this e-mail address already.")).to_be_visible()
    await admin.get_by_role("textbox", name="E-mail").fill(ADDRESS)
    await admin.get_by_role("radio", name="Provider").check()
    await send.click()
    return await admin.get_by_role("textbox", name="Welcome link").input_value()


async def welcomed(stage: Stage, link: str) -> Page:
    """The colleague at the dashboard, after they chose a password that is long enough."""
    page = await stage.page(link)
    await set_password(page, "too short")
    await expect(page.get_by_text("Use at least 12 characters; these are 9.")).to_be_visible()
    await stage.seen(page, "welcome")
    await set_password(page, NEW)
    await expect(page.get_by_role("heading", name="Waiting room")).to_be_visible()
    await expect(page.get_by_role("banner")).to_contain_text(COLLEAGUE)
    assert "welcome" not in page.url
    return page


async def set_password(page: Page, password: str) -> None:
    """Type a new password, and Enter."""
    await page.get_by_role("textbox", name="New password").fill(password)
    await page.keyboard.press("Enter")


async def test_a_key_is_shown_once_works_and_is_withdrawn(stage: Stage) -> None:
    """Its text is there to copy once; a program that uses it is refused as soon as it is withdrawn."""
    admin = await settings(stage, "keys")
    await admin.get_by_role("button", name="New API key").click()
    await admin.get_by_role("textbox", name="What is it for?").fill("Scheduling system")
    await admin.get_by_role("button", name="Make key").click()
    await admin.get_by_role("button", name="Copy key").click()
    key = await admin.evaluate("navigator.clipboard.readText()")
    assert key == await admin.get_by_role("textbox", name="Key").input_value()
    await stage.seen(admin, "settings-keys-made")
    holder = {"Authorization": f"Bearer {key}"}
    visits = f"{stage.server.url}/api/v1/visits?day=2026-01-01"
    assert (await stage.clinic.http.get(visits, headers=holder)).status_code == 200
    await admin.get_by_role("button", name="Done").click()
    await expect(admin.get_by_role("textbox", name="Key")).to_have_count(0)
    await admin.get_by_role("button", name="Withdraw the key for Scheduling system").click()
    await admin.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    await expect(admin.get_by_role("dialog")).to_have_count(0)
    await expect(admin.get_by_role("list", name="Keys")).not_to_contain_text("Scheduling system")
    assert (await stage.clinic.http.get(visits, headers=holder)).status_code == 401


async def test_settings_are_the_administrators_alone(stage: Stage) -> None:
    """Others see no link to them, a sentence at their address, and are refused by the server."""
    context = await stage.staff("coordinator")
    page = await stage.page(f"{stage.server.url}/settings/staff", context)
    await expect(page.get_by_text("Only administrators change the clinic's settings.")).to_be_visible()
    await expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    for path in ("staff/all", "api-keys"):
        assert (await context.request.get(f"{stage.server.url}/api/v1/{path}")).status == 403
    changed = await context.request.patch(
        f"{stage.server.url}/api/v1/clinic", data={"grace_minutes": 120}, headers=SPOKEN
    )
    assert changed.status == 403
