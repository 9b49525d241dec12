"""A PIN typed on a telephone: each answer, and what it costs (R10, D4, D7, B4, B6)."""

import pytest

from engine.asking import Revoke
from engine.clinic import Admission
from engine.ids import InvitationId, OpId
from engine.pin import check_digit_ok, with_check_digit
from tests.support.client import WireClient, refusal
from tests.support.node import House, token_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


def wrong_pins(right: str) -> list[str]:
    """PINs with a right check digit that nobody has."""
    return [pin for one in range(9) if (pin := with_check_digit(f"{one}0000{right[1:5]}")) != right]


def mistyped(right: str) -> str:
    """Give the PIN with a wrong check digit, as an honest slip makes."""
    pin = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert not check_digit_ok(pin)
    return pin


async def typed(phone: WireClient, digits: str) -> tuple[str, int]:
    """Type digits that are refused; give the code and the tries left."""
    code = await refusal(phone.ask("digits", digits=digits))
    return code, phone.heard[-1].get("tries_left", 0) if phone.heard[-1]["t"] == "error" else 0


async def test_a_right_pin_brings_the_caller_in(here: House) -> None:
    """The dial-in client learns how to ask, and then where the caller stands, once."""
    visit = await here.plan()
    provider = await here.provider(visit)
    board = await here.dashboard(visit)
    phone = await here.phone()
    assert (phone.ready["t"], phone.ready["tries"], phone.ready["length"]) == ("ready.phone", 3, 10)
    await phone.ask("digits", digits=here.pin(visit))
    shown = await provider.wait_for("seat", seat__role="phone", seat__how="phone", why="joined")
    assert shown["seat"]["name"] == "Phone guest 1"
    await board.wait_for("board.seat", seat__seat=shown["seat"]["seat"], seat__standing="in")
    you = await phone.wait_for("you", standing="in", why="joined")
    await phone.wait_for("inside")
    await provider.ask("rename", op="name", seat=shown["seat"]["seat"], name="Uncle Jo")
    await phone.wait_for("you", name="Uncle Jo", why="renamed")
    assert [it["seq"] for it in phone.heard if "seq" in it] == [you["seq"], you["seq"] + 1, you["seq"] + 2]
    assert len(phone.named("inside")) == 1


async def test_spaces_dashes_star_and_hash_are_as_people_type_them(here: House) -> None:
    """`*` starts over, `#` ends and is optional (D4)."""
    visit = await here.plan()
    await here.provider(visit)
    pin = here.pin(visit)
    phone = await here.phone()
    await phone.ask("digits", digits=f"12*{pin[:3]} {pin[3:6]}-{pin[6:]}#")
    await phone.wait_for("you", standing="in")


async def test_a_waiting_caller_is_told_when_the_provider_comes(here: House) -> None:
    """Before the provider: `you` waiting, with the reason; then `you` in and the call."""
    visit = await here.plan()
    phone = await here.caller_in(visit)
    await phone.wait_for("you", standing="waiting", why="waiting")
    await here.provider(visit)
    await phone.wait_for("you", standing="in", why="admitted")
    await phone.wait_for("inside")
    assert len(phone.named("you")) == 2


async def test_the_caller_of_an_invitations_own_pin_has_its_name(here: House) -> None:
    """The provider sees who it is, and not a number (B4)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    personal = await here.invite(visit, "Interpreter")
    phone = await here.phone()
    await phone.ask("digits", digits=personal.pin)
    await phone.wait_for("you", standing="in")
    shown = await provider.wait_for("seat", seat__role="phone", seat__name="Interpreter")
    assert shown["seat"]["label"] == "Interpreter"


async def test_where_the_provider_admits_a_caller_waits_like_a_browser(here: House) -> None:
    """One admission function serves both (D5)."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    await here.provider(visit)
    phone = await here.caller_in(visit)
    await phone.wait_for("you", standing="waiting")


async def test_three_tries_a_call_and_slips_count_too(here: House) -> None:
    """Wrong check digit or wrong PIN sound the same; after the third the call is told so and closed."""
    visit = await here.plan()
    phone = await here.phone()
    assert await typed(phone, mistyped(here.pin(visit))) == ("pin_wrong", 2)
    assert await typed(phone, wrong_pins(here.pin(visit))[0]) == ("pin_wrong", 1)
    assert await refusal(phone.ask("digits", digits="123")) == "tries_used"
    assert await phone.closed() == 1000
    assert "call the clinic" in phone.named("error")[-1]["message"]


async def test_a_right_pin_after_two_slips_is_right(here: House) -> None:
    """A wrong check digit costs a try of this call and nothing else."""
    visit = await here.plan()
    await here.provider(visit)
    for _ in range(3):
        phone = await here.phone()
        for _ in range(2):
            assert (await typed(phone, mistyped(here.pin(visit))))[0] == "pin_wrong"
        await phone.ask("digits", digits=here.pin(visit))
        await phone.wait_for("you", standing="in")


async def test_after_three_wrong_guesses_a_caller_waits_whatever_the_setting(here: House) -> None:
    """Their right PIN is still right, but only the provider's word lets them in; others are untouched."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guesser, pin = "+15557777", here.pin(visit)
    phone = await here.phone(guesser)
    for guess in wrong_pins(pin)[:3]:
        await refusal(phone.ask("digits", digits=guess))
    strict = await here.phone(guesser)
    await strict.ask("digits", digits=pin)
    await strict.wait_for("you", standing="waiting")
    shown = await provider.wait_for("seat", seat__role="phone", seat__standing="waiting")
    honest = await here.phone("+15558888")
    await honest.ask("digits", digits=pin)
    await honest.wait_for("you", standing="in")
    await provider.ask("admit", op="known", seat=shown["seat"]["seat"])
    await strict.wait_for("you", standing="in", why="admitted")


async def test_withheld_numbers_share_one_bucket(here: House) -> None:
    """Three guesses of callers without a number make the next withheld one wait."""
    visit = await here.plan()
    await here.provider(visit)
    pin = here.pin(visit)
    for guess in wrong_pins(pin)[:3]:
        phone = await here.phone("")
        assert await refusal(phone.ask("digits", digits=guess)) == "pin_wrong"
    phone = await here.phone("")
    await phone.ask("digits", digits=pin)
    await phone.wait_for("you", standing="waiting")


async def test_an_early_caller_is_told_when_to_call_back(here: House) -> None:
    """From 60 to 15 minutes before: known, too early, with the time; before that like any wrong PIN (D7)."""
    visit = await here.plan(starts_in=90)
    pin = here.pin(visit)
    phone = await here.phone()
    assert await refusal(phone.ask("digits", digits=pin)) == "pin_wrong"
    here.later(minutes=45)
    early = await here.phone()
    assert await refusal(early.ask("digits", digits=pin)) == "pin_early"
    assert early.heard[-1]["at"] == visit.opens_at
    here.later(minutes=30, seconds=1)
    await early.ask("digits", digits=pin)
    await early.wait_for("you", standing="waiting")


async def test_a_pin_whose_time_is_over_is_no_guess(here: House) -> None:
    """However often an old PIN is tried, its caller is not taken for a guesser."""
    old = await here.plan(minutes=5)
    pin = here.pin(old)
    here.later(minutes=6)
    for _ in range(4):
        phone = await here.phone("+15553333")
        assert await refusal(phone.ask("digits", digits=pin)) == "pin_over"
    visit = await here.plan()
    await here.provider(visit)
    phone = await here.phone("+15553333")
    await phone.ask("digits", digits=here.pin(visit))
    await phone.wait_for("you", standing="in")


async def test_a_revoked_invitations_pin_is_over(here: House) -> None:
    """Revoking kills link and PIN of one invitation alone (D3)."""
    visit = await here.plan()
    await here.provider(visit)
    personal = await here.invite(visit)
    invitation = InvitationId(token_of(personal.link).split(".")[1])
    await here.node.desk.ask(visit.id, Revoke(OpId("revoke"), here.doctor, invitation))
    phone = await here.phone()
    assert await refusal(phone.ask("digits", digits=personal.pin)) == "pin_over"
    await phone.ask("digits", digits=here.pin(visit))
    await phone.wait_for("you", standing="in")


async def test_a_pin_of_another_number_is_wrong_here(here: House, node: House) -> None:
    """Each dial-in number has its own PINs; one clinic's callers do not reach another's visits."""
    async with node.another_clinic() as elsewhere:
        visit = await elsewhere.plan()
        phone = await here.phone()
        assert await refusal(phone.ask("digits", digits=elsewhere.pin(visit))) == "pin_wrong"


async def test_whoever_is_invited_gets_the_number_of_their_own_country(node: House) -> None:
    """The same PIN is right at each number; the others are shown too, and whoever has none of them gets the
    first.
    """
    async with node.another_clinic() as here:
        abroad = here.number.replace("+1555", "+3491")
        await here.settle(dial_in=(here.number, abroad))
        visit = await here.plan()
        await here.provider(visit)
        daughter = await here.invite(visit, "Daughter", "+34911234567")
        assert daughter.number.startswith("+34 ")
        assert [one[:3] for one in daughter.others] == ["+1 "]
        for contact in ("+14155550123", "+442079460958", "son@example.test"):
            assert (await here.invite(visit, "Son", contact)).number.startswith("+1 ")
        for at, dialled in enumerate((here.number, abroad)):
            phone = await here.phone(f"+3491123456{at}", dialled=dialled)
            await phone.ask("digits", digits=daughter.pin)
            await phone.wait_for("you", standing="in")
            await phone.close(1000)
