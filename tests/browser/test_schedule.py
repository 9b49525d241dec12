"""The schedule as the seed document walks it: drag a time, fill in, confirm; move by drag; or by keyboard."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.clinic import PROVIDER
from tests.browser.stage import JOURNEY, PHONE, Stage, details_of

pytestmark = JOURNEY

TUESDAY: Final = 2
THURSDAY: Final = 4
EDGE_PX: Final = 4
"""Inside the stretch of time that an edge belongs to."""


async def test_a_dragged_time_becomes_one_visit(stage: Stage) -> None:
    """Drag, Create New Visit, + Other guest, Create Visit, Confirm New Visit, Confirm; an answer that is lost
    on its way makes no second visit (R5, R6).
    """
    page, zone = await next_week(stage)
    day = await day_of(page, TUESDAY)
    start = datetime.fromisoformat(f"{day}T10:15").replace(tzinfo=zone)
    await planned(stage, "Omar Said", start)
    await expect(block(page, "Omar Said")).to_be_visible()
    await stage.seen(page, "schedule")

    await drag(page, await spot(page, day, "10:00"), await spot(page, day, "10:00", end=True))
    await expect(page.get_by_role("button", name="Create New Visit")).to_be_focused()
    await stage.seen(page, "schedule-slot")
    await page.get_by_role("button", name="Create New Visit").click()
    form = page.get_by_role("dialog", name="New visit")
    await expect(form.get_by_label("Patient's name")).to_be_focused()
    await expect(form.get_by_label("Visit option")).to_have_value("30-min Consultation")
    await expect(form.get_by_label("Start")).to_have_value("10:00")
    await form.get_by_label("Patient's name").fill("Sofia Novak")
    await form.get_by_label("E-mail", exact=True).fill("sofia@example.org")
    await form.get_by_role("button", name="Other guest").click()
    guests = form.get_by_label("Guests' e-mail addresses", exact=True)
    await guests.press_sequentially("ana@example.org; ANA@example.org; tom@;")
    await form.get_by_role("textbox", name="Name or relationship of ana@example.org").fill("Daughter")
    await form.get_by_role("button", name="Create Visit").click()
    await expect(form.get_by_text("is not a whole e-mail address").first).to_be_visible()
    await stage.seen(page, "visit-form")
    await form.get_by_role("button", name="Remove tom@").click()
    await form.get_by_role("button", name="Create Visit").click()

    confirm = page.get_by_role("dialog", name="Confirm New Visit")
    await expect(confirm).to_contain_text("10:00 AM")
    await expect(confirm).to_contain_text("ana@example.org · Daughter")
    await expect(confirm).to_contain_text("Another visit is at the same time")
    await stage.seen(page, "visit-confirm")
    await confirm.get_by_role("button", name="Back").click()
    await expect(form.get_by_label("Patient's name")).to_have_value("Sofia Novak")
    await expect(form.get_by_role("list", name="addresses: added")).to_contain_text("ana@example.org")
    await form.get_by_role("button", name="Create Visit").click()

    await page.route("**/api/v1/visits", answer_lost, times=1)
    await confirm.get_by_role("button", name="Confirm").click()
    await expect(confirm.get_by_role("alert")).to_contain_text("can't reach")
    await confirm.get_by_role("button", name="Confirm").click()
    await expect(confirm).to_have_count(0)
    await expect(block(page, "Sofia Novak")).to_be_focused()
    await expect(block(page, "Sofia Novak")).to_have_count(1)
    await expect(block(page, "Sofia Novak")).to_contain_text("10:00 AM")


async def test_a_visit_is_moved_by_dragging_it(stage: Stage) -> None:
    """A dropped visit asks once, says who is told, and stays where it was until that is answered."""
    page, zone = await next_week(stage)
    day = await day_of(page, THURSDAY)
    start = datetime.fromisoformat(f"{day}T13:00").replace(tzinfo=zone)
    await planned(stage, "Lucia Ferri", start, email="lucia@example.org")
    visit = block(page, "Lucia Ferri")
    asks = page.get_by_role("dialog", name="Move the visit with Lucia Ferri?")
    there = await spot(page, day, "14:30")  # scrolls there, so it is looked for first

    await drag(page, await middle(visit), there)
    await expect(asks).to_contain_text("Lucia Ferri (e-mail) is told.")
    await stage.seen(page, "visit-move")
    await asks.get_by_role("button", name="Keep the time").click()
    await expect(visit).to_contain_text("1:00 PM")

    there = await spot(page, day, "14:30")  # whoever took a picture may have scrolled
    await drag(page, await middle(visit), there)
    await asks.get_by_role("button", name="Move visit").click()
    await expect(visit).to_contain_text("2:30 PM")
    await page.reload()
    await expect(visit).to_contain_text("2:30 PM")


async def test_a_cancelled_visit_leaves_the_calendar(stage: Stage) -> None:
    """Cancelling asks once and says who is told; then its time is free again."""
    page, zone = await next_week(stage)
    day = await day_of(page, TUESDAY)
    start = datetime.fromisoformat(f"{day}T15:00").replace(tzinfo=zone)
    await planned(stage, "Kenji Sato", start, email="kenji@example.org")
    visit = block(page, "Kenji Sato")
    await visit.click()
    await details_of(page).get_by_role("button", name="Cancel visit").click()
    asks = page.get_by_role("dialog", name="Cancel the visit?")
    await expect(asks).to_contain_text("Kenji Sato (e-mail) is told.")
    await asks.get_by_role("button", name="Cancel visit").click()
    await expect(asks).to_have_count(0)
    await expect(visit).to_have_count(0)


async def test_a_phone_shows_one_day_and_the_form_fills_it(stage: Stage) -> None:
    """On a phone the schedule is a day, and the form as large as the window (ui.md)."""
    context = await stage.staff(size=PHONE)
    page = await stage.page(f"{stage.server.url}/schedule", context)
    await expect(page.locator(".cal-lane")).to_have_count(1)
    await page.get_by_role("button", name="New visit").click()
    form = page.get_by_role("dialog", name="New visit")
    await expect(form.get_by_label("Patient's name")).to_be_focused()
    assert await form.bounding_box() == {"x": 0, "y": 0, **PHONE}
    await stage.seen(page, "visit-form-phone")
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await stage.seen(page, "schedule-phone")


async def test_the_schedule_needs_no_mouse(stage: Stage) -> None:
    """Arrows choose the time, Enter creates, Tab and Enter confirm; the visit opens and is edited (B11)."""
    page, _ = await next_week(stage)
    picker = page.get_by_role("slider", name="Choose a time for a new visit")
    await picker.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        await page.keyboard.press(key)
    chosen = await picker.get_attribute("aria-valuetext")
    assert chosen is not None
    assert chosen.endswith("free"), chosen
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Patient's name")).to_be_focused()
    await page.keyboard.type("Ben Carter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Confirm New Visit")).to_be_focused()
    await to(page, "Confirm")
    await page.keyboard.press("Enter")

    visit = block(page, "Ben Carter")
    await expect(visit).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(details_of(page)).to_be_focused()
    await to(page, "Edit visit")
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Edit visit")
    await expect(form.get_by_label("Patient's name")).to_be_focused()
    await form.get_by_label("Visit name").focus()
    await page.keyboard.type("Follow-up")
    await stage.seen(page, "visit-edit")
    await page.keyboard.press("Enter")
    changes = page.get_by_role("dialog", name="Confirm changes")
    await expect(changes).to_contain_text("Nobody has an address or number here")
    await to(page, "Confirm")
    await page.keyboard.press("Enter")
    await expect(changes).to_have_count(0)
    await expect(details_of(page)).to_contain_text("Follow-up")


# ---------------------------------------------------------------- the calendar by hand


async def next_week(stage: Stage) -> tuple[Page, ZoneInfo]:
    """The schedule of a week that is wholly free and wholly to come, and the clinic's zone."""
    page = await stage.page(f"{stage.server.url}/schedule", await stage.staff())
    await page.get_by_role("button", name="The week after").click()
    await expect(page.get_by_role("button", name="Today")).to_be_enabled()
    await expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")
    clinic = await stage.clinic.ask("GET", "clinic")
    return page, ZoneInfo(clinic["zone"])


async def planned(stage: Stage, patient: str, start: datetime, email: str = "") -> None:
    """Plan a visit of 15 minutes by REST."""
    ms = round(start.timestamp() * 1000)
    asked = {
        "patient": {"name": patient, "email": email},
        "start": ms,
        "option": "15-min Consultation",
        "providers": [PROVIDER],
    }
    made = await stage.clinic.ask("POST", "visits", asked)
    stage.clinic.planned.append(made["id"])


def block(page: Page, patient: str) -> Locator:
    """A visit on the calendar."""
    return page.locator(".calendar").get_by_role("button").filter(has_text=patient)


async def day_of(page: Page, weekday: int) -> str:
    """The date of a column, Sunday being 0."""
    date = await page.locator(".cal-lane[data-date]").nth(weekday).get_attribute("data-date")
    assert date is not None
    return date


async def spot(page: Page, day: str, time: str, *, end: bool = False) -> tuple[float, float]:
    """Where a half hour begins on the screen, or ends."""
    line = page.locator(f'.cal-slot[data-time="{time}:00"]').first
    await line.scroll_into_view_if_needed()
    lane = await page.locator(f'.cal-lane[data-date="{day}"]').bounding_box()
    row = await line.bounding_box()
    assert lane is not None
    assert row is not None
    y = row["y"] + row["height"] - EDGE_PX if end else row["y"] + EDGE_PX
    return lane["x"] + lane["width"] * 0.6, y


async def middle(of: Locator) -> tuple[float, float]:
    """A spot in the upper part of a visit, so that it is dropped with its beginning under the pointer."""
    box = await of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + EDGE_PX


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag as a hand does, in steps."""
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(*end, steps=12)
    await page.mouse.up()


async def to(page: Page, name: str) -> None:
    """Press Tab until the keyboard is on what has this name."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if (
            await page.evaluate(
                "(document.activeElement?.ariaLabel ?? document.activeElement?.innerText ?? '').trim()"
            )
            == name
        ):
            return
    raise AssertionError(f"Tab does not come to {name}")


async def answer_lost(route: Route) -> None:
    """The server does it, and its answer does not arrive."""
    await route.fetch()
    await route.abort()
