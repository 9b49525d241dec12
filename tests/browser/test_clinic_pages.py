"""The clinic's pages: signing in, a day in the waiting room, a visit's details, a new visit, settings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.clinic import Clinic, Visit, soon
from tests.browser.conftest import Running, pictures
from tests.browser.looks import grave_faults
from tests.browser.stage import JOURNEY, Stage, details_of, person
from tests.support.processes import server

pytestmark = JOURNEY

MINUTES = 60
LONG_DAY = 300
MOST_DRAWN = 45


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(
    running: Running, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Clinic, Visit]]:
    """An afternoon at a clinic of its own: visits in every state, and one in the middle of its call."""
    async with AsyncExitStack() as here:
        own = await here.enter_async_context(server(tmp_path_factory.mktemp("day"), running.relay))
        demo = await own.demo_visit()
        clinic = Clinic(own, demo)
        here.push_async_callback(clinic.http.aclose)
        await clinic.ask("POST", f"visits/{demo['visit_id']}/complete", {})  # the demo's own Jordan Lee
        await clinic.ask("PATCH", "clinic", {"zone": "America/Los_Angeles"})
        call = await clinic.plan("Priya Nair", room="Room 1")
        await here.enter_async_context(clinic.provider_in(call))
        await here.enter_async_context(clinic.patient_in(call))
        await here.enter_async_context(clinic.guest_in(call, "Maria Lopez"))
        invited = await clinic.invite(call, "Interpreter")
        phone = await here.enter_async_context(clinic.telephone(call))
        await phone.ask("digits", digits=invited["pin"])
        late = await clinic.plan("Diego Ramos", room="Room 1")
        await here.enter_async_context(clinic.patient_in(late))
        await clinic.reschedule(late, soon(-20 * MINUTES), soon(1))
        waits = await clinic.plan("Amara Diallo", room="Room 2", option="30-min Consultation", minutes=30)
        await here.enter_async_context(clinic.patient_in(waits))
        await here.enter_async_context(clinic.guest_in(waits, "Kofi Diallo"))
        await clinic.reschedule(waits, soon(-3 * MINUTES), soon(27 * MINUTES))
        for patient, hours in (("Omar Said", 0.4), ("Lucia Ferri", 1), ("Ben Carter", 1.5)):
            await clinic.plan(patient, starts_in=hours * 60, room="Room 2")
        yield clinic, call


@pytest_asyncio.fixture(loop_scope="session")
async def stage(running: Running, day: tuple[Clinic, Visit]) -> AsyncIterator[Stage]:
    """A stage at that clinic."""
    clinic, _ = day
    async with Stage(running.browser, clinic.server, clinic, pictures()).lit() as here:
        yield here


async def test_staff_sign_in_and_are_asked_again_in_place(stage: Stage) -> None:
    """A wrong password says so; who was signed out signs in over the page, which stays as it was."""
    page = await stage.page(stage.server.url)
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await stage.seen(page, "sign-in", everywhere=True)
    email, password = stage.server.password("provider")
    await page.get_by_role("textbox", name="E-mail").fill(email)
    await page.get_by_role("textbox", name="Password").fill("not it")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("That e-mail address and password don't match")).to_be_visible()
    await stage.seen(page, "sign-in-refused", everywhere=True)
    await page.get_by_role("textbox", name="Password").fill(password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Waiting room")).to_be_visible()

    answer = await page.context.request.post(
        f"{stage.server.url}/api/v1/sign-out", headers={"X-Vestibule": "1"}
    )
    assert answer.ok
    again = page.get_by_role("dialog", name="Please sign in again")
    await expect(again).to_be_visible()
    await stage.seen(page, "sign-in-again", everywhere=True)
    await again.get_by_role("textbox", name="Password").fill(password)
    await again.get_by_role("button", name="Sign in").click()
    await expect(again).to_be_hidden()


async def test_the_waiting_room_shows_who_waits_and_is_run_from_the_keyboard(stage: Stage) -> None:
    """A row a visit, presence in words; `/` searches, arrows move, Enter opens Visit Details."""
    page = await stage.dashboard()
    row = page.get_by_role("row").filter(has_text="Priya Nair")
    await expect(row).to_contain_text("In the call")
    await expect(page.get_by_role("row").filter(has_text="Diego Ramos")).to_contain_text("Time over")
    await expect(page.get_by_role("row").filter(has_text="Amara Diallo")).to_contain_text("Waiting")
    await stage.seen(page, "waiting-room", everywhere=True)

    await page.keyboard.press("/")
    await page.keyboard.type("lucia")
    await expect(page.get_by_role("row").filter(has_text="Priya Nair")).to_have_count(0)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(details_of(page).get_by_role("heading", name="Lucia Ferri", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(details_of(page)).to_have_count(0)
    await expect(page.get_by_role("row").filter(has_text="Lucia Ferri")).to_be_focused()
    await page.keyboard.press("/")
    await page.keyboard.type("nobody of that name")
    await expect(page.get_by_text("No visit matches")).to_be_visible()
    await stage.seen(page, "waiting-room-nothing-found", everywhere=True)
    await page.keyboard.press("Escape")
    for _ in range(2):  # soon after midnight some visits of now have begun yesterday
        await page.get_by_role("button", name="The day before").click()
    await expect(page.get_by_text("No visits on this day.")).to_be_visible()
    await stage.seen(page, "waiting-room-empty", everywhere=True)


async def test_a_long_day_is_drawn_only_where_one_looks(running: Running, tmp_path: Path) -> None:
    """Of hundreds of visits some forty rows are in the document; the keyboard still reaches all of them."""
    async with server(tmp_path) as own:
        clinic = Clinic(own, await own.demo_visit())
        async with clinic.http, Stage(running.browser, own, clinic, None).lit() as stage:
            for wave in range(LONG_DAY // 20):
                names = [f"Patient {wave * 20 + one:03}" for one in range(20)]
                await asyncio.gather(*(clinic.plan(name, room=f"Room {1 + wave % 2}") for name in names))
            page = await stage.dashboard()
            grid = page.get_by_role("grid")
            await expect(grid).to_have_attribute("aria-rowcount", re.compile(r"^3\d\d$"))
            await expect(page.get_by_role("row").nth(20)).to_be_attached()
            for key in ("/", "ArrowDown", "End", *["ArrowUp"] * 40, *["PageUp"] * 3):
                await page.keyboard.press(key)
                await expect(page.locator(".visit-row:focus, .search-field:focus")).to_be_in_viewport()
                assert await page.get_by_role("row").count() <= MOST_DRAWN
            assert not await grave_faults(page)


async def test_visit_details_give_link_number_and_pin_and_run_the_visit(
    stage: Stage, day: tuple[Clinic, Visit]
) -> None:
    """Who is there, link, number and PIN to copy, invitations for one, lock, the end (R4, R8, R12)."""
    _, call = day
    page = await stage.dashboard(call)
    details = details_of(page)
    await expect(person(page, "Interpreter")).to_contain_text("Phone")
    await stage.seen(page, "details-in-call", everywhere=True)
    await details.get_by_role("button", name="Add Participants").click()
    await details.get_by_role("button", name="Copy link").first.click()
    assert await page.evaluate("navigator.clipboard.readText()") == call.guest_url
    await expect(details.get_by_text(f"{call.pin[:3]} {call.pin[3:6]} {call.pin[6:]}")).to_be_visible()
    await details.get_by_role("button", name="Show as a code to scan").click()
    await expect(details.get_by_role("img", name="The link as a code")).to_be_visible()
    await expect(details.get_by_role("img", name="The number and PIN as a code")).to_be_visible()
    await stage.seen(page, "details-add-participants", everywhere=True)
    await details.get_by_role("button", name="Add Participants").click()

    await details.get_by_role("button", name="Make a link to hand over yourself").click()
    await details.get_by_role("textbox", name="Who is it for?").fill("Daughter")
    await details.get_by_role("button", name="Make invitation").click()
    await expect(details.get_by_text("Copy it now")).to_be_visible()
    await stage.seen(page, "details-invitation-made", everywhere=True)
    await details.get_by_role("button", name="Done").click()
    await details.get_by_role("button", name="Revoke the invitation for Daughter").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(details.get_by_role("listitem").filter(has_text="Daughter").first).to_contain_text("Revoked")

    await details.get_by_role("button", name="Lock visit").click()
    await expect(details.get_by_text("This visit is locked")).to_be_visible()
    await stage.seen(page, "details-locked", everywhere=True)
    await details.get_by_role("button", name="Unlock").click()
    await details.get_by_role("button", name="End visit for everyone").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Maria Lopez")
    await stage.seen(page, "details-end-asks", everywhere=True)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_visit_is_made_in_one_form(stage: Stage) -> None:
    """New visit asks for little, says what is missing, and opens the details of what it made (R5, R6)."""
    page = await stage.dashboard()
    await page.get_by_role("button", name="New visit").click()
    form = page.get_by_role("dialog", name="New visit")
    await form.get_by_role("button", name="Create Visit").click()
    await expect(form.get_by_text("Type the patient's name.")).to_be_visible()
    await expect(form.get_by_label("Patient's name")).to_be_focused()
    await form.get_by_label("Patient's name").fill("Sofia Novak")
    await form.get_by_role("button", name="Create Visit").click()
    confirm = page.get_by_role("dialog", name="Confirm New Visit")
    await expect(confirm).to_contain_text("Now (")
    await confirm.get_by_role("button", name="Confirm").click()
    await expect(details_of(page).get_by_role("heading", name="Sofia Novak", exact=True)).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Sofia Novak")).to_be_visible()


async def test_settings_are_saved_one_by_one_and_hold_at_once(
    stage: Stage, day: tuple[Clinic, Visit]
) -> None:
    """Inviting switched off by the administrator is gone from the provider's open page (R1)."""
    _, call = day
    board = await stage.dashboard(call)
    invites = details_of(board).get_by_role("button", name="Add Participants")
    await expect(invites).to_be_visible()
    admin = await stage.page(f"{stage.server.url}/settings", await stage.staff("admin"))
    switch = admin.get_by_role("switch", name="Providers can invite guests")
    await switch.click()
    await expect(admin.get_by_role("main").get_by_text("Saved")).to_be_visible()
    await stage.seen(admin, "settings", everywhere=True)
    await expect(invites).to_have_count(0)
    await switch.click()
    await expect(invites).to_be_visible()
