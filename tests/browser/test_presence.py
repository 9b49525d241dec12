"""Who is in the visit, live on the clinic's dashboard (R11, R12, D10, B2)."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Running
from tests.browser.media import media_flows
from tests.browser.stage import (
    JOURNEY,
    Stage,
    details_of,
    in_the_call,
    join,
    person,
    relayed,
    seat_of,
    title,
)

pytestmark = JOURNEY

LOST = re.compile(r"Connection lost \(\d+ s\)")


async def test_the_dashboard_shows_join_loss_return_and_leave_live(stage: Stage, running: Running) -> None:
    """In, lost since so many seconds, back on the same seat, left; a silent page like one that went away."""
    visit = await stage.clinic.plan("Priya Nair")
    board = await stage.dashboard(visit)
    await expect(details_of(board)).to_contain_text("Nobody is in the call.")
    await stage.provider(visit)
    await expect(person(board, "Dr. Ana Rivera")).to_contain_text("In the call")

    maria = await stage.guest(visit.guest_url, "Maria Lopez")
    await expect(person(board, "Maria Lopez")).to_contain_text("In the call")
    seat = await seat_of(maria)
    await maria.goto("about:blank")
    await expect(person(board, "Maria Lopez")).to_contain_text(LOST)
    await stage.seen(board, "details-lost")
    await maria.go_back()
    await expect(in_the_call(maria)).to_be_visible()
    await expect(person(board, "Maria Lopez")).to_contain_text("In the call")
    assert await seat_of(maria) == seat, "going back resumes the seat"

    bob = await stage.guest(running.cable.led(visit.guest_url), "Bob Silva")
    await expect(person(board, "Bob Silva")).to_contain_text("In the call")
    await media_flows(bob, peers=2)  # his page is whole before the cable is pulled
    running.cable.pull()
    await expect(person(board, "Bob Silva")).to_contain_text(LOST)
    await expect(bob.get_by_text("Reconnecting… The others stay here.")).to_be_visible()
    await stage.seen(bob, "call-reconnecting")
    await media_flows(bob, peers=2)
    running.cable.plug_in()
    await expect(person(board, "Bob Silva")).to_contain_text("In the call")
    await expect(bob.get_by_text("Reconnecting… The others stay here.")).to_be_hidden()

    await bob.get_by_role("button", name="Leave").click()
    await expect(person(board, "Bob Silva")).to_contain_text("Left at")
    lists = details_of(board).get_by_role("list")
    await expect(lists.nth(0)).to_contain_text("Maria Lopez")
    await expect(lists.nth(1)).to_contain_text("Bob Silva")


async def test_a_reload_resumes_and_leaving_is_final(stage: Stage) -> None:
    """A reload is the same person on the same seat (R13, B3); who left is not brought back by it."""
    visit = await stage.clinic.plan("Samir Haddad")
    board = await stage.dashboard(visit)
    await stage.provider(visit)
    patient = await stage.patient(visit)
    await expect(in_the_call(patient)).to_be_visible()
    seat = await seat_of(patient)
    await patient.reload()
    await expect(in_the_call(patient)).to_be_visible()
    assert await seat_of(patient) == seat
    await expect(person(board, "Samir Haddad")).to_have_count(1)

    await patient.get_by_role("button", name="Leave").click()
    await patient.reload()
    await expect(patient.get_by_role("button", name="Start Appointment")).to_be_visible()
    await expect(person(board, "Samir Haddad")).to_contain_text("Left at")


async def test_the_provider_lets_in_and_turns_away_browser_and_telephone_alike(stage: Stage) -> None:
    """Where the provider admits, guests wait until "Let in", or read that they can't come in (D5, D10)."""
    async with stage.clinic.settings(admission="provider_admits"):
        visit = await stage.clinic.plan("Ines Moreau")
        board = await stage.dashboard(visit)
        provider = await stage.provider(visit)
        maria = await stage.guest(visit.guest_url, "Maria Lopez")
        await expect(title(maria, "Your provider knows you're here")).to_be_visible()
        await stage.seen(maria, "guest-waiting", guest=True, pictures="all")
        await expect(person(board, "Maria Lopez")).to_contain_text("Waiting")
        await expect(provider.get_by_role("button", name="Let in Maria Lopez")).to_be_visible()
        await stage.seen(provider, "call-somebody-waits")

        invited = await stage.clinic.invite(visit, "Interpreter")
        async with stage.clinic.telephone(visit) as phone:
            await phone.ask("digits", digits=invited["pin"])
            await expect(person(board, "Interpreter")).to_contain_text("Phone")
            await stage.seen(board, "details-waiting")
            await board.get_by_role("button", name="Let in Interpreter").click()
            await phone.wait_for("you", standing="in")
            await expect(person(board, "Interpreter")).to_contain_text("In the call")
            await expect(provider.get_by_role("listitem").filter(has_text="Interpreter")).to_contain_text(
                "By phone"
            )

            await provider.get_by_role("button", name="Let in Maria Lopez").click()
            await expect(in_the_call(maria)).to_be_visible()
            await expect(person(board, "Maria Lopez")).to_contain_text("In the call")
            await stage.seen(maria, "call-with-telephone")

        eve = await stage.guest(visit.guest_url, "Eve Stone")
        await board.get_by_role("button", name="Turn away Eve Stone").click()
        await stage.seen(board, "details-turn-away-asks")
        await board.get_by_role("dialog").get_by_role("button", name="Turn away").click()
        await expect(title(eve, "You can't come in right now")).to_be_visible()
        await stage.seen(eve, "guest-turned-away", guest=True)
        await expect(person(board, "Eve Stone")).to_contain_text("Turned away at")
        await expect(person(board, "Interpreter")).to_contain_text("Left at")


async def test_somebody_removed_reads_so_and_waits_when_they_come_again(stage: Stage) -> None:
    """Remove ends somebody's part at once; then whoever comes by the shared link waits (D11)."""
    visit = await stage.clinic.plan("Tom Becker")
    board = await stage.dashboard(visit)
    await stage.provider(visit)
    maria = await stage.guest(visit.guest_url, "Maria Lopez")
    await board.get_by_role("button", name="More for Maria Lopez").click()
    await board.get_by_role("menuitem", name="Remove").click()
    await stage.seen(board, "details-remove-asks")
    await board.get_by_role("dialog").get_by_role("button", name="Remove from the call").click()
    await expect(title(maria, "Your part in this visit has ended")).to_be_visible()
    await stage.seen(maria, "guest-removed", guest=True)
    await expect(person(board, "Maria Lopez")).to_contain_text("Removed at")

    await maria.goto(relayed(visit.guest_url))
    await join(maria, "Maria again")
    await expect(title(maria, "Your provider knows you're here")).to_be_visible()
    await expect(person(board, "Maria again")).to_contain_text("Waiting")
