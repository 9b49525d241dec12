"""How much is sent at most, to whom not at all, and what is kept of it (reliability-security.md, 10; R15)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actors.ports import OutreachLimits
from engine.asking import Cancel, Resend
from engine.ids import OpId
from engine.letters import Kind, Progress
from engine.planning import Contact
from engine.refusals import Refused
from engine.visit import Visit
from tests.prove.peek import embedded_url, peek
from tests.support.node import House, contact_of
from tests.support.town import ANNS, BOB, BOBS, BOBS_PHONE, PATS, Town, code, town


class TestBounds:
    """What is refused, and what is kept of it."""

    async def test_a_number_that_said_stop_gets_nothing_until_it_says_start(self, tmp_path: Path) -> None:
        """STOP holds for its clinic, and is asked right before each text."""
        async with town(tmp_path) as one:
            stops, clinic = one.here.node.host.stops, one.here.clinic
            await stops.stop(clinic, BOBS_PHONE)
            visit = await one.plan()
            await one.settled(visit)
            letter = one.letters(visit)["bob sms"]
            assert (letter.progress, letter.reason) == (Progress.FAILED, "opted_out")
            assert BOBS_PHONE not in [sent.to for sent in one.post.taken]
            await stops.start(clinic, BOBS_PHONE)
            one.here.later(minutes=2)
            await one.ask(visit, Resend(OpId("1"), one.here.doctor, BOB))
            await one.post.until(lambda post: post.to(BOBS_PHONE) == [Kind.INVITATION])

    async def test_the_stop_list_holds_no_number(self, tmp_path: Path) -> None:
        """R15: keyed hashes are all that is kept of a guest, here and in today's counters."""
        async with town(tmp_path) as one:
            await one.here.node.host.stops.stop(one.here.clinic, BOBS_PHONE)
            visit = await one.plan()
            await one.settled(visit)
            await one.ask(visit, Cancel(OpId("1"), one.here.doctor))
            await one.until(lambda: one.here.node.host.here(visit.id) is None)
            held = await everything(one.here)
            assert b":stops" in held
            assert b":asked" in held
            for trace in (BOBS_PHONE, BOBS_PHONE[2:], ANNS, BOBS, PATS):
                assert trace.encode() not in held

    async def test_one_address_gets_so_many_a_day(self, tmp_path: Path) -> None:
        """Ten by default, of one clinic; the next one is refused before anything is made."""
        async with town(tmp_path, outreach=OutreachLimits(per_destination_day=2)) as one:
            for _ in range(2):
                await one.here.invite(await one.here.plan(), contact=ANNS)
            refused = await invite(one.here, await one.here.plan(), ANNS.upper())
            assert refused == "too_many_messages"
            assert await invite(one.here, await one.here.plan(), BOBS) == ""

    async def test_one_person_asks_for_so_many_an_hour(self, tmp_path: Path) -> None:
        """A stolen session cannot write to the world; another member of staff goes on."""
        async with town(tmp_path, outreach=OutreachLimits(per_user_hour=2)) as one:
            visit = await one.here.plan()
            assert [await invite(one.here, visit, f"g{at}@family.example") for at in range(3)] == [
                "",
                "",
                "too_many_messages",
            ]
            colleague = one.here.colleague("Dr. Cho")
            assert await invite(one.here, visit, ANNS, by=colleague) == ""
            one.here.later(minutes=61)
            visit = await one.here.plan()
            assert await invite(one.here, visit, BOBS) == ""

    async def test_one_clinic_asks_for_so_many_a_day(self, tmp_path: Path) -> None:
        """A plan counts each of its letters, and is refused whole: its PINs are nobody's then."""
        async with town(tmp_path, outreach=OutreachLimits(per_clinic_day=5)) as one:
            await one.plan()
            assert await refused_plan(one) == "too_many_messages"
            assert await invite(one.here, await one.here.plan(), ANNS) == ""

    async def test_a_day_has_so_many_texts(self, tmp_path: Path) -> None:
        """The spend breaker stops texts of the whole deployment, and no mail."""
        async with town(tmp_path, outreach=OutreachLimits(texts_per_day=1)) as one:
            visit = await one.plan()
            await one.settled(visit)
            assert await invite(one.here, visit, "+14155550143") == "too_many_messages"
            assert await invite(one.here, visit, "cy@family.example") == ""
            one.here.later(minutes=2)
            assert await code_of(one.ask(visit, Resend(OpId("1"), one.here.doctor, BOB))) == (
                "too_many_messages"
            )

    async def test_the_same_request_twice_counts_once(self, tmp_path: Path) -> None:
        """A retry of what was done is not asked for its quota."""
        async with town(tmp_path, outreach=OutreachLimits(per_user_hour=1)) as one:
            visit = await one.here.plan()
            desk = one.here.node.desk
            made = [
                await desk.invite(visit.id, one.here.doctor, OpId("same"), Contact(email=ANNS))
                for _ in range(2)
            ]
            assert isinstance(made[0], tuple)
            assert isinstance(made[1], tuple)
            assert made[0][0] == made[1][0]

    async def test_rubbish_is_refused_on_the_socket(self, tmp_path: Path) -> None:
        """Line breaks, names, several at once, numbers of nobody, premium and foreign ones."""
        async with town(tmp_path) as one:
            visit = await one.here.plan()
            provider = await one.here.provider(visit)
            for bad in ("a", "a@b", "Ann <ann@family.example>", "a@x.org, b@x.org", "a@x.org\nBcc: b@x.org"):
                assert await code(provider.ask("invite", op=bad, email=bad)) == "bad_address", bad
            for bad in ("12", "415 555 0142 x5", "call me"):
                assert await code(provider.ask("invite", op=bad, phone=bad)) == "bad_address", bad
            for far in ("900 555 1234", "+1 876 210 1234", "+44 7911 123456"):
                assert await code(provider.ask("invite", op=far, phone=far)) == "phone_not_served", far
            assert one.post.taken == []


async def code_of(asked: Any) -> str:
    """Give the code of a refusal, or nothing."""
    outcome = await asked
    return outcome.code if isinstance(outcome, Refused) else ""


async def invite(here: House, visit: Visit, to: str, by: Any = None) -> str:
    """Invite somebody; give the code of the refusal, or nothing."""
    made = await here.node.desk.invite(visit.id, by or here.doctor, OpId(f"{visit.id} {to}"), contact_of(to))
    return made.code if isinstance(made, Refused) else ""


async def refused_plan(one: Town) -> str:
    """Plan a visit that is refused; give the code."""
    try:
        await one.plan()
    except AssertionError as error:
        return next(word for word in ("too_many_messages", "") if word in str(error))
    return "planned"


async def everything(here: House) -> bytes:
    """Read every key and value of the store."""
    held = b""
    async with peek(embedded_url(here.node.settings.data_dir)) as opened:
        store: Any = opened  # its stubs know no bytes
        async for key in store.scan_iter():
            held += key + b"\n"
            kind = await store.type(key)
            if kind == b"hash":
                held += b"\n".join(b" ".join(pair) for pair in (await store.hgetall(key)).items())
            elif kind == b"set":
                held += b"\n".join(await store.smembers(key))
            elif kind == b"string":
                held += await store.get(key) or b""
            elif kind == b"stream":
                held += b"\n".join(value for _, row in await store.xrange(key) for value in row.values())
    return held
