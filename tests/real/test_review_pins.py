"""What guessing tells, and what it must not be good for (B6, threats 2 and 15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.asking import Reschedule
from engine.clinic import MINUTE
from engine.ids import OpId
from engine.invitations import PERSONAL_INVITATIONS
from engine.pin import CALLER_COUNTED, with_check_digit
from engine.refusals import Refused
from tests.support.client import refusal
from tests.support.node import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUESSER = "+15557001"


def wrong_pins(right: str) -> Iterator[str]:
    """PINs with a right check digit that nobody has."""
    return (pin for one in range(10_000) if (pin := with_check_digit(f"{one:04}{right[1:6]}")) != right)


async def guess(here: House, right: str, times: int) -> None:
    """Type so many wrong PINs as one caller."""
    wrong = wrong_pins(right)
    for at in range(times):
        if at % 3 == 0:
            phone = await here.phone(GUESSER)
        assert await refusal(phone.ask("digits", digits=next(wrong))) in ("pin_wrong", "tries_used")


async def test_refused_invitations_leave_no_pins_behind(here: House) -> None:
    """However often somebody asks for one too many, the number has no more PINs to guess at."""
    visit = await here.plan()
    for _ in range(PERSONAL_INVITATIONS):
        await here.invite(visit)
    known = await known_now(here)
    for one in range(5):
        made = await here.node.desk.invite(visit.id, here.doctor, OpId(f"too many {one}"))
        assert made == Refused("too_many_invitations")
    assert await known_now(here) == known


@pytest.mark.parametrize("guesses", [CALLER_COUNTED, CALLER_COUNTED + 1])
async def test_a_pin_found_by_uncounted_guesses_lets_nobody_in_directly(here: House, guesses: int) -> None:
    """Whoever went on guessing learns that a PIN is right; from another number it still only waits (B6)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    pin = here.pin(visit)
    await guess(here, pin, guesses)
    found = await here.phone(GUESSER)
    await found.ask("digits", digits=pin)
    await found.wait_for("you", standing="waiting")
    again = await here.phone("+15557002")
    await again.ask("digits", digits=pin)
    you = await again.wait_for("you")
    assert you["standing"] == "waiting"
    shown = await provider.wait_for("seat", seat__role="phone", seat__standing="waiting")
    await provider.ask("admit", op="known", seat=shown["seat"]["seat"])
    await found.wait_for("you", standing="in")
    guest = await here.guest(visit)  # links are not guessed
    assert guest.ready["standing"] == "in"


async def test_early_an_uncounted_guess_gains_nothing_either(here: House) -> None:
    """The answer `pin_early` tells that a PIN is right as well."""
    visit = await here.plan(starts_in=45)
    pin = here.pin(visit)
    await guess(here, pin, 4)
    found = await here.phone(GUESSER)
    assert await refusal(found.ask("digits", digits=pin)) == "pin_early"
    here.later(minutes=31)
    await here.provider(visit)
    again = await here.phone("+15557003")
    await again.ask("digits", digits=pin)
    await again.wait_for("you", standing="waiting")


async def test_a_refused_reschedule_leaves_the_pin_as_it_was(here: House) -> None:
    """Somebody is in, so the visit does not move; its PIN is right all the same, and typing it no guess."""
    visit = await here.plan(minutes=30)
    await here.provider(visit)
    tomorrow = here.now() + 24 * 60 * MINUTE
    refused = await here.node.desk.ask(
        visit.id, Reschedule(OpId("move"), here.doctor, tomorrow, tomorrow + 30 * MINUTE)
    )
    assert refused == Refused("already_started")
    phone = await here.caller_in(visit, "+15557004")
    await phone.wait_for("you", standing="in")


async def test_a_moved_visits_pin_is_known_at_its_new_time_alone(here: House) -> None:
    """Before that it is like any wrong PIN (D7), and afterwards it is right."""
    visit = await here.plan(minutes=30)
    later = here.now() + 3 * 60 * MINUTE
    await here.node.desk.ask(visit.id, Reschedule(OpId("move"), here.doctor, later, later + 30 * MINUTE))
    phone = await here.phone("+15557005")
    assert await refusal(phone.ask("digits", digits=here.pin(visit))) == "pin_wrong"
    here.later(minutes=170)
    await phone.ask("digits", digits=here.pin(visit))
    await phone.wait_for("you", standing="waiting")


async def known_now(here: House) -> int:
    """How many PINs of the clinic's number are known."""
    return (await here.node.host.pins.look(here.number, "", "", ""))[1].known
