"""PIN floods: guessing gets nobody in directly, and costs nobody their visit (B6, threats 2 and 15)."""

import asyncio

import pytest

from engine.pin import strict_limit, with_check_digit
from tests.real.websocket.peer import BINARY, client_frame
from tests.support.client import packed, refusal
from tests.support.node import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]


async def _guess(here: House, caller: str, guesses: list[str]) -> list[str]:
    """Guess from one call; give the codes."""
    phone = await here.phone(caller)
    codes = [await refusal(phone.ask("digits", digits=guess)) for guess in guesses]
    await phone.close()
    return codes


def _guesses(of: int) -> list[str]:
    return [with_check_digit(f"{one:09}") for one in range(of)]


async def test_a_flood_of_one_caller_makes_only_that_caller_wait(here: House) -> None:
    """Thirty guesses of one number: after three they count no more, so everybody else is let in directly."""
    visit = await here.plan()
    await here.provider(visit)
    guesses = _guesses(30)
    for at in range(0, 30, 3):
        codes = await _guess(here, "+15550666", guesses[at : at + 3])
        assert codes == ["pin_wrong", "pin_wrong", "tries_used"]
    honest = await here.caller_in(visit, "+15550001")
    await honest.wait_for("you", standing="in")
    flooder = await here.caller_in(visit, "+15550666")
    await flooder.wait_for("you", standing="waiting")


async def test_a_flood_of_many_makes_the_number_strict_and_locks_nobody_out(here: House) -> None:
    """Past L counted guesses a right PIN is still right, and waits; browsers are untouched."""
    visit, second = await here.plan(), await here.plan()
    provider = await here.provider(visit)
    await here.provider(second)
    for _ in range(20):
        await here.invite(visit)
        await here.invite(second)
    limit = strict_limit(known=42)
    assert limit == 23
    before = await here.caller_in(visit, "+15550001")
    await before.wait_for("you", standing="in")
    guesses = _guesses(limit + 4)
    for at in range(0, len(guesses), 3):
        await _guess(here, f"+1666{at:04}", guesses[at : at + 3])
    for place in (visit, second):
        caller = await here.caller_in(place, "+15550002")
        await caller.wait_for("you", standing="waiting")
    assert (await here.guest(visit)).ready["standing"] == "in"
    assert (await here.back(provider)).ready["standing"] == "in"
    await before.tell("media", mic=True, cam=False)


async def test_another_number_is_not_strict_because_of_this_one(here: House, node: House) -> None:
    """Each dial-in number is a space of its own."""
    async with node.another_clinic() as elsewhere:
        visit = await elsewhere.plan()
        await elsewhere.provider(visit)
        await here.plan()
        for one in range(20):
            await _guess(here, f"+1777{one:04}", _guesses(3))
        caller = await elsewhere.caller_in(visit)
        await caller.wait_for("you", standing="in")


async def test_digits_are_tried_one_after_the_other(here: House) -> None:
    """A hundred PINs in one breath: one is looked at, the rest are `busy`, and three tries are three."""
    visit = await here.plan()
    phone = await here.phone()
    frames = [
        client_frame(BINARY, packed({"t": "digits", "id": 100 + at, "digits": guess}))
        for at, guess in enumerate([*_guesses(60), here.pin(visit)])
    ]
    phone.socket.transport.write(b"".join(frames))
    answers = await asyncio.gather(*(refusal(phone.answer(100 + at)) for at in range(len(frames))))
    assert answers[0] == "pin_wrong"
    assert set(answers[1:]) <= {"busy", "pin_wrong"}
    assert answers.count("pin_wrong") <= 2
    await phone.ask("digits", digits=here.pin(visit))


async def test_the_right_pin_twice_in_one_breath_is_one_seat(here: House) -> None:
    """The second is refused while the first is being saved."""
    visit = await here.plan()
    provider = await here.provider(visit)
    phone = await here.phone()
    one = client_frame(BINARY, packed({"t": "digits", "id": 100, "digits": here.pin(visit)}))
    two = client_frame(BINARY, packed({"t": "digits", "id": 101, "digits": here.pin(visit)}))
    phone.socket.transport.write(one + two)
    assert await refusal(phone.answer(101)) == "busy"
    await phone.answer(100)
    await phone.wait_for("inside")
    await provider.round_trip()
    assert len({it["seat"]["seat"] for it in provider.named("seat")}) == 1


@pytest.mark.parametrize(
    "digits",
    ["", "#", "*", "1" * 32, "12345678901", "0000000000", "\uff11" * 10, "\u0660" * 10, "-" * 32, "abc"],
)
async def test_what_is_no_pin_is_wrong(here: House, digits: str) -> None:
    """Too short, too long, other scripts' digits, none at all: `pin_wrong`, like any other."""
    await here.plan()
    phone = await here.phone()
    assert await refusal(phone.ask("digits", digits=digits)) == "pin_wrong"
    assert phone.heard[-1]["tries_left"] == 2
