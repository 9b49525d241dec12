"""Pages speak the language of who reads them: guests their visit's, staff the one that they chose."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.stage import JOURNEY, Stage, title

pytestmark = JOURNEY


async def test_a_guest_reads_the_visits_language_and_may_choose_the_other(stage: Stage) -> None:
    """Without a choice for the visit it is the clinic's first; their own choice holds after a reload."""
    visit = await stage.clinic.plan("Nadia Rahman", language="es")
    page = await stage.page(visit.guest_url)
    await expect(page.get_by_role("button", name="Entrar en la consulta")).to_be_visible()
    await speaks(page, "es")
    await stage.seen(page, "guest-spanish", guest=True)

    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("button", name="Join Meeting")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Join Meeting")).to_be_visible()
    await speaks(page, "en")

    page = await stage.page((await stage.clinic.plan("Nadia Rahman")).guest_url)
    await expect(page.get_by_role("button", name="Join Meeting")).to_be_visible()
    await speaks(page, "en")


async def test_a_refusal_is_said_in_the_pages_language(stage: Stage) -> None:
    """The server speaks English; the page says it in the language that the browser asks for."""
    page = await stage.page(f"{stage.server.url}/j#{'x' * 43}", locale="es-MX")
    await expect(title(page, "Este enlace no funciona")).to_be_visible()
    await expect(page.get_by_text("Revise el mensaje que recibió o llame a la clínica")).to_be_visible()
    await speaks(page, "es")


async def test_staff_choose_their_language_for_all_their_pages(stage: Stage) -> None:
    """In the account menu; every page of theirs on this device follows, also one that is open already."""
    visit = await stage.clinic.plan("Klara Weiss")
    context = await stage.staff()
    call = await stage.provider(visit, context)
    board = await stage.dashboard(context=context)
    await board.locator(".top button[aria-haspopup=menu]").click()
    await board.get_by_role("menuitem", name="Español").click()
    await expect(board.get_by_role("heading", name="Sala de espera")).to_be_visible()
    await speaks(board, "es")
    await expect(call.get_by_role("button", name="Salir de la llamada")).to_be_visible()
    await stage.seen(board, "room-spanish")

    await board.reload()
    await board.get_by_role("link", name="Agenda").click()
    await expect(board.get_by_role("button", name="Nueva consulta")).to_be_visible()
    await expect(board.locator(".cal-day-name", has_text="lun").first).to_be_visible()


async def speaks(page: Page, language: str) -> None:
    """Look which language the page says it is in: screen readers pronounce by it."""
    await expect(page.locator("html")).to_have_attribute("lang", language)
