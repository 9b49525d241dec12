"""The seed document, walked line by line: guests are invited while a visit is planned, from the call, from
the dashboard and by the patient. Mail comes by a real mail server, texts by a provider's interface.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as reading
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.browser.clinic import Clinic
from tests.browser.conftest import Running, pictures
from tests.browser.stage import JOURNEY, Stage, details_of, in_the_call, join, person
from tests.support.client import WireClient, wire
from tests.support.mailbox import Mailbox, mailbox
from tests.support.processes import server
from tests.support.texting import TextProvider, text_provider

pytestmark = JOURNEY

PATIENT: Final = "Sofia Novak"
PATIENCE: Final = 20.0
SENDER: Final = "+14155550100"


@dataclass(slots=True)
class Town:
    """A clinic that sends mail and texts, and what people find in them."""

    stage: Stage
    mails: Mailbox
    texts: TextProvider

    async def link_in_mail(self, address: str, page: str) -> str:
        """The link in somebody's mail: `j` for guests, `v` for the patient."""
        await _until(lambda: any(address in one.rcpt_tos for one in self.mails.got), self.mails.taken)
        sent = next(one for one in self.mails.got if address in one.rcpt_tos)
        assert isinstance(sent.content, bytes)
        message = message_from_bytes(sent.content, policy=reading)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert PATIENT not in text, "mail says no more than D12"
        found = re.search(rf"https?://\S+/{page}#\S+", text)
        assert found, text
        return found[0]

    async def pin_in_text(self, number: str) -> tuple[str, str]:
        """The dial-in number and the PIN in somebody's text message, as one tap dials them (R3)."""
        await _until(lambda: any(one.form.get("To") == number for one in self.texts.asked), self.texts.heard)
        text = next(one.form["Body"] for one in self.texts.asked if one.form.get("To") == number)
        found = re.search(r"(\+\d+),+(\d{10})#", text)
        assert found, text
        return found[1], found[2]

    @asynccontextmanager
    async def call(self, caller: str) -> AsyncIterator[WireClient]:
        """Somebody calls the number of their text message and types its PIN (R10)."""
        number, pin = await self.pin_in_text(caller)
        clinic = self.stage.clinic
        async with wire(clinic.ws_url) as phone:
            await phone.hello(
                "hello.phone", key=clinic.dialin_key, call=f"call-{caller}", dialled=number, caller=caller
            )
            await phone.ask("digits", digits=pin)
            yield phone


@asynccontextmanager
async def town(running: Running, folder: Path) -> AsyncIterator[Town]:
    """A server of its own, with a mail server and a provider of texts."""
    async with AsyncExitStack() as stack:
        mails = await stack.enter_async_context(mailbox())
        texts = await stack.enter_async_context(text_provider())
        outside = {
            "VESTIBULE_MAIL__HOST": "127.0.0.1",
            "VESTIBULE_MAIL__PORT": str(mails.port),
            "VESTIBULE_MAIL__TLS": "none",
            "VESTIBULE_MAIL__SENDER": "visits@clinic.example",
            "VESTIBULE_TEXTS__PROVIDER": "twilio",
            "VESTIBULE_TEXTS__URL": texts.url,
            "VESTIBULE_TEXTS__ACCOUNT": "AC0123",
            "VESTIBULE_TEXTS__TOKEN": "a token for tests",
            "VESTIBULE_TEXTS__SENDER": SENDER,
        }
        here = await stack.enter_async_context(server(folder, {**running.relay, **outside}))
        clinic = Clinic(here, await here.demo_visit())
        stack.push_async_callback(clinic.http.aclose)
        stage = await stack.enter_async_context(Stage(running.browser, here, clinic, pictures()).lit())
        yield Town(stage, mails, texts)


async def test_the_seed_document_step_by_step(running: Running, tmp_path: Path) -> None:
    """Invited while scheduling, from the call window, from the dashboard, and by the patient: each comes in
    by what they were sent, and the provider sees each in Visit Details (R1-R11).
    """
    async with town(running, tmp_path / "data") as here:
        stage, staff = here.stage, await here.stage.staff()
        schedule = await stage.page(f"{stage.server.url}/schedule", staff)
        await while_scheduling(schedule)
        board = await stage.page(stage.server.url, staff)
        await board.get_by_role("button", name=PATIENT).first.click()  # the patient's name (R8)
        visit = board.url.rpartition("/")[2]
        provider = await stage.page(f"{stage.server.url}/call?visit={visit}", staff)
        await expect(in_the_call(provider)).to_be_visible()

        ana = await stage.page(await here.link_in_mail("ana@example.org", "j"))
        await join(ana, "Ana Novak")
        await expect(in_the_call(ana)).to_be_visible()
        await expect(person(board, "Ana Novak")).to_contain_text("In the call")
        patient = await stage.page(await here.link_in_mail("sofia@example.org", "v"))
        await patient.get_by_role("button", name="Start Appointment").click()
        await expect(in_the_call(patient)).to_be_visible()

        from_the_call = await add_participants(provider)
        await from_the_call.get_by_label("E-mail addresses", exact=True).fill("zoe@example.org")
        await from_the_call.get_by_role("button", name="Send Invitation").click()
        zoe = await stage.page(await here.link_in_mail("zoe@example.org", "j"))
        await join(zoe, "Zoe Novak")
        await expect(person(board, "Zoe Novak")).to_contain_text("In the call")

        details = details_of(board)
        await details.get_by_role("button", name="Add Participants").click()
        await expect(details.get_by_label("E-mail addresses")).to_be_focused()
        await details.get_by_label("Phone numbers").fill("+1 415 555 0142")
        await details.get_by_label("Name or relationship").fill("Interpreter")
        await details.get_by_role("button", name="Send Invitation").click()
        await expect(details.locator("li.invitation").filter(has_text="Interpreter")).to_contain_text("sent")
        from_their_call = await add_participants(patient)
        await from_their_call.get_by_label("Phone numbers").fill("+1 415 555 0143")
        await from_their_call.get_by_label("Name or relationship").fill("Brother")
        await from_their_call.get_by_role("button", name="Send Invitation").click()
        async with here.call("+14155550142") as interpreter, here.call("+14155550143") as brother:
            for phone, name in ((interpreter, "Interpreter"), (brother, "Brother")):
                await phone.wait_for("you", standing="in")
                await expect(person(board, name)).to_contain_text("In the call")
            await stage.seen(board, "details-seed")
            await stage.clinic.ask("POST", f"visits/{visit}/complete", {})
            for page in (ana, zoe, patient):
                await expect(page.get_by_role("heading", name="This visit has ended")).to_be_visible()
        gone = await stage.page(await here.link_in_mail("ana@example.org", "j"))
        await expect(gone.get_by_text("This visit has ended")).to_be_visible()


async def while_scheduling(page: Page) -> None:
    """Create New Visit, + Other guest, Create Visit, Confirm New Visit, Confirm (R5, R6)."""
    await page.get_by_role("button", name="New visit").click()
    form = page.get_by_role("dialog", name="New visit")
    await form.get_by_role("radio", name="Now").check()
    await form.get_by_label("Patient's name").fill(PATIENT)
    await form.get_by_label("E-mail", exact=True).fill("sofia@example.org")
    await form.get_by_role("button", name="Other guest").click()
    await form.get_by_label("Guests' e-mail addresses", exact=True).fill("ana@example.org")
    await form.get_by_role("button", name="Create Visit").click()
    confirm = page.get_by_role("dialog", name="Confirm New Visit")
    await expect(confirm).to_contain_text("Now (")
    await expect(confirm).to_contain_text("ana@example.org")
    await confirm.get_by_role("button", name="Confirm").click()
    await expect(confirm).to_have_count(0)


async def add_participants(page: Page) -> Locator:
    """Press + Person in the call."""
    await page.get_by_role("button", name="Add a person").click()
    side = page.get_by_role("complementary", name="Add Participants")
    await expect(side).to_be_visible()
    return side


async def _until(there: Callable[[], bool], news: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE):
        while not there():
            news.clear()
            await news.wait()
