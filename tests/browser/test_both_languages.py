"""A clinic's day in both languages, from schedule to letters: Spanish is longer, and everything holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import expect

from languages.catalogue import leaves
from tests.browser.clinic import PROVIDER, Clinic, Visit
from tests.browser.conftest import Running, pictures
from tests.browser.stage import JOURNEY, Stage, relayed
from tests.support.processes import server

pytestmark = JOURNEY

PATIENCE_SECONDS: Final = 20
BOTH: Final = pytest.mark.parametrize("language", ["en", "es"])
WEEK: Final = (
    (0, "09:00", "Amara Diallo", 30),
    (0, "10:15", "Omar Said", 15),
    (0, "14:00", "Lucia Ferri", 45),
    (1, "08:30", "Kenji Sato", 30),
    (1, "11:00", "Priya Nair", 60),
    (1, "15:30", "Ben Carter", 15),
    (2, "09:30", "Ines Moreau", 45),
    (2, "13:15", "Samir Haddad", 30),
    (3, "10:00", "Yara Costa", 30),
    (3, "10:30", "Hugo Marin", 30),
    (3, "14:45", "Klara Weiss", 15),
    (4, "09:15", "Nadia Rahman", 30),
    (4, "12:30", "Paul Jansen", 60),
)
"""Visits from Monday to Friday: day, time, patient, minutes."""


def spoken(language: str) -> Callable[[str], str]:
    """Give what pages say by its key."""
    said = leaves(language)
    return lambda key: str(said[f"web.{key}"])


@BOTH
async def test_a_week_is_planned_and_a_visit_made(stage: Stage, language: str) -> None:
    """The schedule as week and day, the form with a fault, the confirmation: at every width."""
    say = spoken(language)
    monday = await a_week(stage, weeks_ahead=2 if language == "en" else 3)
    page = await stage.page(
        f"{stage.server.url}/schedule?day={monday}", await stage.staff(locale=f"{language}-US")
    )
    await expect(page.locator(".calendar").get_by_role("button").filter(has_text="Omar Said")).to_be_visible()
    await stage.seen(page, f"{language}-schedule", everywhere=True, pictures="all")
    await page.goto(relayed(f"{stage.server.url}/schedule?view=day&day={monday}"))
    await expect(page.locator(".calendar").get_by_role("button").filter(has_text="Omar Said")).to_be_visible()
    await stage.seen(page, f"{language}-schedule-day", everywhere=True)
    await page.get_by_role("button", name=say("schedule.schedule.newVisit")).click()
    form = page.get_by_role("dialog", name=say("schedule.form.title"))
    await form.get_by_label(say("schedule.form.patientName")).fill("Rosa Delgado")
    await form.get_by_label(say("schedule.form.email"), exact=True).fill("rosa@familia.example")
    await form.get_by_role("button", name=say("schedule.form.otherGuest")).click()
    guests = form.get_by_label(say("schedule.form.guestEmails"), exact=True)
    await guests.press_sequentially("lucia@familia.example;tomas@;")
    await stage.seen(page, f"{language}-visit-form", everywhere=True, pictures="all")
    await guests.press("Backspace")
    await guests.fill("")
    await form.get_by_role("button", name=say("schedule.form.create")).click()
    confirm = page.get_by_role("dialog", name=say("schedule.confirm.title"))
    await expect(confirm).to_contain_text("lucia@familia.example")
    await stage.seen(page, f"{language}-visit-confirm", everywhere=True, pictures="all")


@BOTH
async def test_a_day_is_run(running: Running, tmp_path: Path, language: str) -> None:
    """The waiting room, Visit Details with an invitation's life, Add Participants: at every width."""
    async with AsyncExitStack() as here:
        own = await here.enter_async_context(server(tmp_path, running.relay))
        demo = await own.demo_visit()
        clinic = Clinic(own, demo)
        here.push_async_callback(clinic.http.aclose)
        await clinic.ask("POST", f"visits/{demo['visit_id']}/complete", {})
        stage = await here.enter_async_context(Stage(running.browser, own, clinic, pictures()).lit())
        call = await a_day(clinic, here, "Interpreter" if language == "en" else "Intérprete")
        await through(stage, call, language)


async def a_day(clinic: Clinic, here: AsyncExitStack, label: str) -> Visit:
    """One visit in its call with somebody invited, one waiting, two to come; give the first."""
    call = await clinic.plan("Priya Nair", room="Room 1")
    waits = await clinic.plan("Amara Diallo", room="Room 2", option="30-min Consultation", minutes=30)
    for patient, minutes in (("Omar Said", 25), ("Lucia Ferri", 60)):
        await clinic.plan(patient, starts_in=minutes, room="Room 2")
    guest = {"email": "lucia@familia.example", "label": label, "interpreter": True}
    await clinic.ask("POST", f"visits/{call.id}/invitations", guest)
    for someone in (clinic.provider_in(call), clinic.patient_in(call), clinic.patient_in(waits)):
        await here.enter_async_context(someone)
    await here.enter_async_context(clinic.guest_in(call, "Maria Lopez"))
    return call


async def through(stage: Stage, call: Visit, language: str) -> None:
    """Look at the day as the provider does."""
    say = spoken(language)
    page = await stage.page(f"{stage.server.url}/", await stage.staff(locale=f"{language}-US"))
    await expect(page.get_by_role("row").filter(has_text="Amara Diallo")).to_be_visible()
    await stage.seen(page, f"{language}-waiting-room", everywhere=True, pictures="all")
    await page.goto(relayed(f"{stage.server.url}/visits/{call.id}"))
    details = page.get_by_role("complementary", name=say("clinic.details.title"))
    await expect(details.get_by_text(say("inviting.life.sent")).first).to_be_visible()
    await stage.seen(page, f"{language}-details", everywhere=True, pictures="all")
    await details.get_by_role("button", name=say("visit.panel.title"), exact=True).click()
    await expect(details.get_by_text(call.guest_url)).to_be_visible()
    await stage.seen(page, f"{language}-add-participants", everywhere=True, pictures="all")


async def test_the_settings_hold_in_spanish(stage: Stage) -> None:
    """Each page of them."""
    admin = await stage.page(f"{stage.server.url}/settings", await stage.staff("admin", locale="es-US"))
    sections = admin.get_by_role("navigation", name="Ajustes").get_by_role("link")
    await expect(sections.first).to_be_visible()
    for name in await sections.all_inner_texts():
        await admin.get_by_role("link", name=name, exact=True).click()
        await expect(admin.get_by_role("heading", name=name, level=2)).to_be_focused()
        await expect(admin.locator(".bone")).to_have_count(0)
        await stage.seen(admin, f"es-settings-{admin.url.rpartition('/')[2]}", everywhere=True)


@BOTH
async def test_letters_read_well_where_they_are_read(stage: Stage, language: str) -> None:
    """A mail at any width, light and dark, and a text message; the outbox speaks as it is asked."""
    email, phone = f"rosa.{language}@familia.example", "+1 415 555 0132"
    asked = {
        "patient": {"name": "Rosa Delgado", "email": email, "phone": phone},
        "start": round((datetime.now(tz=ZoneInfo("UTC")) + timedelta(hours=1)).timestamp() * 1000),
        "option": "30-min Consultation",
        "language": language,
        "providers": [PROVIDER],
    }
    made = await stage.clinic.ask("POST", "visits", asked)
    stage.clinic.planned.append(made["id"])
    letters = await letters_to(stage, email)
    mail = await stage.page("about:blank", locale=f"{language}-US")
    await mail.set_content(letters["email"]["html"])
    await stage.seen(mail, f"{language}-mail", everywhere=True, pictures="all")
    page = await stage.page(f"{stage.server.url}/dev/outbox/{letters['sms']['id']}", mail.context)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    assert made["patient_link"] in letters["sms"]["text"]
    await stage.seen(page, f"{language}-sms", everywhere=True, pictures="all")
    await page.goto(f"{stage.server.url}/dev/outbox")
    await expect(page.get_by_role("listitem").first).to_be_visible()
    await stage.seen(page, f"{language}-outbox", everywhere=True)


async def a_week(stage: Stage, weeks_ahead: int) -> date:
    """Plan a coming week's visits, among all providers; give its Monday."""
    clinic = await stage.clinic.ask("GET", "clinic")
    zone = ZoneInfo(clinic["zone"])
    providers = [one["id"] for one in await stage.clinic.ask("GET", "staff") if one["role"] == "provider"]
    today = datetime.now(tz=zone).date()
    monday = today + timedelta(days=7 * weeks_ahead - today.weekday())
    for number, (day, time, patient, minutes) in enumerate(WEEK):
        start = datetime.fromisoformat(f"{monday + timedelta(days=day)}T{time}").replace(tzinfo=zone)
        at = round(start.timestamp() * 1000)
        asked = {
            "patient": {"name": patient},
            "start": at,
            "end": at + minutes * 60_000,
            "option": f"{minutes}-min Consultation",
            "providers": [providers[number % len(providers)]],
        }
        stage.clinic.planned.append((await stage.clinic.ask("POST", "visits", asked))["id"])
    return monday


async def letters_to(stage: Stage, email: str) -> dict[str, Any]:
    """Read the last visit's letters in the demo's outbox once both have been sent, by their way."""
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        httpx.AsyncClient(base_url=stage.server.url, trust_env=False) as http,
    ):
        while True:
            letters = (await http.get("/api/v1/dev/outbox")).json()
            sms, mail = (
                next((one for one in letters if one["via"] == via), None) for via in ("sms", "email")
            )
            if sms and mail and mail["to"] == email and sms["language"] == mail["language"]:
                return {"sms": sms, "email": mail}
