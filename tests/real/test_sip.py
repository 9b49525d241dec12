"""Calls by SIP on real sockets: what a telephone may say, and what strangers do (R10)."""

from __future__ import annotations

import asyncio

import pytest

from gateway.dialin.leg import FRAME, SILENCE, HangUp
from tests.support.sip import Datagrams, Dialler, Terms, dialler, house
from tests.support.sound import tone, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

TONE = tone(500)[:FRAME]
WRONG = ({"CSeq": "x INVITE"}, {"From": ""}, {"To": "nobody"}, {"CSeq": "1 BYE"}, {"From": "<sip:x>"})
TRUNKS = ("carrier=127.0.0.1/32", "carrier=127.0.0.2/32", "127.0.0.3/32")
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


async def quiet(caller: Dialler, seconds: float = 0.3) -> None:
    """Make sure that nothing is answered."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await caller.sip.came.get()


@pytest.mark.parametrize(("law", "keys"), [(0, 101), (8, 96)])
async def test_a_call_from_ring_to_bye(law: int, keys: int) -> None:
    """Ringing, answer, sound both ways, keys by the payload type of the offer, and the caller hangs up."""
    async with house() as here, dialler(here.port) as caller:
        answer = await caller.talk(law=law, keys=keys)
        assert f"m=audio {caller.their_rtp} RTP/AVP {law} {keys}" in answer
        (leg,) = here.legs
        assert (leg.leg.dialled, leg.leg.caller) == ("+15550100", "+15550142")
        caller.voice(b"\x55" * FRAME, law)
        for key in "7316042857*#":
            caller.press(key, keys)
        await until(lambda: leg.keys == "7316042857*#" and len(leg.frames) == 1)
        prompt = asyncio.create_task(leg.leg.play(TONE * 5))
        heard = [(await caller.rtp.came.get())[0] for _ in range(5)]
        assert await prompt is True
        assert {packet[1] & 0x7F for packet in heard} == {law}
        assert len({packet[2:4] for packet in heard}) == 5
        caller.next()
        caller.say("BYE")
        await caller.hear(200)
        assert await leg.over is HangUp.CALLER
        assert here.origin.agent.live == 0


async def test_a_prompt_is_stopped_at_once() -> None:
    """Barge-in: nothing more of the prompt is sent, and it says that it was cut short."""
    async with house() as here, dialler(here.port) as caller:
        await caller.talk()
        leg = here.legs[0].leg
        prompt = asyncio.create_task(leg.play(TONE * 500))
        await caller.rtp.came.get()
        leg.interrupt()
        assert await prompt is False
        while not caller.rtp.came.empty():
            caller.rtp.came.get_nowait()
        packet, _ = await caller.rtp.came.get()  # silence, that keeps the line
        assert packet[12:] == SILENCE


async def test_we_hang_up_until_it_was_heard() -> None:
    """BYE is said again until it is answered, for UDP loses some."""
    async with house() as here, dialler(here.port) as caller:
        await caller.talk()
        here.legs[0].leg.hang_up(HangUp.REMOVED)
        first = await caller.hear("BYE")
        again = await caller.hear("BYE")
        assert first == again
        kept = ("Via:", "From:", "To:", "Call-ID:", "CSeq:")
        lines = [line for line in first.split("\r\n") if line.startswith(kept)]
        ok = "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0", "", ""])
        caller.sip.send(ok.encode(), here.port)
        await until(lambda: here.origin.agent.live == 0)
        assert await here.legs[0].over is HangUp.REMOVED


async def test_an_answer_is_said_again_until_it_is_acknowledged() -> None:
    """200 comes again without an ACK, and no more after it; an INVITE that comes twice is one call."""
    async with house() as here, dialler(here.port) as caller:
        caller.say("INVITE", caller.offer())
        await caller.hear(200)
        await caller.hear(200)
        caller.say("INVITE", caller.offer())
        await caller.hear(200)
        caller.say("ACK", CSeq=f"{caller.sequence} ACK")
        await asyncio.sleep(0.1)
        while not caller.sip.came.empty():
            caller.sip.came.get_nowait()
        await quiet(caller, 1.2)
        assert len(here.legs) == 1


async def test_cancel_while_it_rings() -> None:
    """The INVITE is over with 487, the leg with it, and a late BYE finds nothing."""
    async with house(answers=False) as here, dialler(here.port) as caller:
        caller.say("INVITE", caller.offer())
        await caller.hear(180)
        tag, caller.their_tag = caller.their_tag, ""
        caller.say("CANCEL")
        await caller.hear(200)
        await caller.hear(487)
        caller.their_tag = tag
        caller.say("ACK", CSeq=f"{caller.sequence} ACK")
        assert await here.legs[0].over is HangUp.CALLER
        await until(lambda: here.origin.agent.live == 0)
        caller.next()
        caller.say("BYE")
        await caller.hear(481)


async def test_busy_when_nobody_takes_the_call() -> None:
    """486, and nothing of the call is left."""
    async with house(takes=False) as here, dialler(here.port) as caller:
        caller.say("INVITE", caller.offer())
        await caller.hear(486)
        caller.say("ACK", CSeq=f"{caller.sequence} ACK")
        await until(lambda: here.origin.agent.live == 0)


async def test_on_hold_nothing_is_sent_and_nobody_is_lost() -> None:
    """Hold and back by re-INVITE; meanwhile no packet leaves us."""
    async with house(Terms(rtp_timeout_seconds=0.5)) as here, dialler(here.port) as caller:
        await caller.talk()
        caller.next()
        answer = await caller.talk(direction="sendonly")
        assert "a=recvonly" in answer
        await asyncio.sleep(0.1)
        while not caller.rtp.came.empty():
            caller.rtp.came.get_nowait()
        here.legs[0].leg.send(TONE)
        await asyncio.sleep(0.8)  # longer than a caller may be silent
        assert caller.rtp.came.empty()
        caller.next()
        assert "a=sendrecv" in await caller.talk()
        here.legs[0].leg.send(TONE)
        while (await caller.rtp.came.get())[0][12:] != TONE:
            pass
        assert not here.legs[0].over.done()


async def test_a_caller_from_whom_nothing_comes_is_lost() -> None:
    """Without a single packet for so long the call ends by BYE."""
    async with house(Terms(rtp_timeout_seconds=0.5)) as here, dialler(here.port) as caller:
        await caller.talk()
        assert await here.legs[0].over is HangUp.LOST
        await caller.hear("BYE")


async def test_keys_by_info() -> None:
    """One INFO is one key, also when it comes twice."""
    async with house() as here, dialler(here.port) as caller:
        await caller.talk()
        caller.next()
        for _ in range(2):
            caller.say("INFO", "Signal=5\r\nDuration=160\r\n", "application/dtmf-relay")
            await caller.hear(200)
        caller.next()
        caller.say("INFO", "#", "application/dtmf")
        await caller.hear(200)
        assert here.legs[0].keys == "5#"


async def test_options_says_what_we_can() -> None:
    """A trunk asks whether we are there."""
    async with house() as here, dialler(here.port) as caller:
        caller.say("OPTIONS")
        assert "Allow: INVITE" in await caller.hear(200)


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "v=0\r\n",
        f"{HEAD}m=video 4000 RTP/AVP 96\r\n",
        f"{HEAD}m=audio 4000 RTP/AVP 18\r\n",
        "\x00\xff" * 100,
    ],
)
async def test_what_has_no_sound_for_us_is_488(offer: str) -> None:
    """No SDP, no audio, unknown codecs only, or nonsense: not acceptable here, and nobody is called."""
    async with house() as here, dialler(here.port) as caller:
        caller.say("INVITE", offer)
        await caller.hear(488)
        caller.say("ACK", CSeq=f"{caller.sequence} ACK")
        await until(lambda: here.origin.agent.live == 0)
        assert not here.legs


async def test_no_sip_is_passed_over_and_calls_go_on() -> None:
    """Whatever comes, nothing breaks: 400 where that can be routed, else silence; calls go on beside it."""
    async with house() as here, dialler(here.port) as caller, dialler(here.port) as stranger:
        await caller.talk()
        good = stranger.message("INVITE", stranger.offer())
        rubbish = [
            b"\x00", b"\xff" * 1_400, b"INVITE", b"INVITE sip:x SIP/2.0\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n",
            b"SIP/2.0 xyz\r\n\r\n", b"\r\n\r\n", good[:40], good[:200], good.replace(b"Via:", b"Vxa:"),
            good.replace(b";branch=", b";brunch="), good.replace(b"SIP/2.0/UDP", b""), b"x: y\r\n" * 1_000,
            good.replace(b"\r\n", b"\n"), good.replace(b"CSeq: 1", b"CSeq: -1"), good * 20,
        ]  # fmt: skip
        for data in rubbish:
            stranger.sip.send(data[:60_000], here.port)
        for wrong in WRONG:
            stranger.say("INVITE", stranger.offer(), **wrong)
        await stranger.hear(400)
        caller.press("5")
        await until(lambda: here.legs[0].keys == "5")
        assert not here.legs[0].over.done()


async def test_a_strangers_bye_ends_nothing() -> None:
    """Without both tags of the dialog it is about no call that we have."""
    async with house() as here, dialler(here.port) as caller, dialler(here.port) as stranger:
        await caller.talk()
        stranger.call, stranger.their_tag = caller.call, caller.their_tag
        for stranger.tag, stranger.their_tag in (("other", caller.their_tag), ("me", "guessed")):
            stranger.next()
            stranger.say("BYE")
            await stranger.hear(481)
        caller.press("1")
        await until(lambda: here.legs[0].keys == "1")


async def test_another_trunk_ends_and_changes_nothing() -> None:
    """It may call us, and knows the tags, the Call-ID and the branch: to it there is no such call."""
    async with (
        house(Terms(sip_allow=TRUNKS), answers=False) as here,
        dialler(here.port) as caller,
        dialler(here.port, "127.0.0.3") as other,
    ):
        caller.say("INVITE", caller.offer())
        await caller.hear(180)
        other.call, other.branch = caller.call, caller.branch
        other.say("CANCEL")
        await other.hear(481)
        here.legs[0].leg.answer()
        await caller.hear(200)
        caller.say("ACK", CSeq=f"{caller.sequence} ACK")
        other.their_tag = caller.their_tag
        for method, body in (("BYE", ""), ("INVITE", other.offer()), ("INFO", "5")):
            other.next()
            other.say(method, body)
            await other.hear(481)
        caller.press("1")
        await until(lambda: here.legs[0].keys == "1")
        assert not here.legs[0].over.done()


async def test_any_machine_of_a_trunk_speaks_for_its_calls() -> None:
    """A carrier's other proxy is answered where it spoke from; after its re-INVITE so is our BYE."""
    async with house(Terms(sip_allow=TRUNKS)) as here:
        for ends in ("BYE", "INVITE"):
            async with dialler(here.port) as caller, dialler(here.port, "127.0.0.2") as proxy:
                await caller.talk()
                proxy.call, proxy.their_tag = caller.call, caller.their_tag
                proxy.next()
                if ends == "INVITE":
                    await proxy.talk()
                    here.legs[-1].leg.hang_up(HangUp.REMOVED)
                    await proxy.hear("BYE")
                    proxy.next()
                proxy.say("BYE")
                await proxy.hear(200)
                await until(lambda: here.origin.agent.live == 0)
        assert [await leg.over for leg in here.legs] == [HangUp.CALLER, HangUp.REMOVED]


async def test_sound_from_a_third_address_is_dropped() -> None:
    """Once the caller's own packets have come, nobody else's are heard, and ours go to no one else."""
    async with house() as here, dialler(here.port) as caller:
        await caller.talk()
        caller.press("1")
        await until(lambda: here.legs[0].keys == "1")
        third = await Datagrams.open()
        caller.rtp, own = third, caller.rtp
        caller.press("2")
        caller.voice(TONE)
        caller.rtp = own
        caller.press("3")
        await until(lambda: "3" in here.legs[0].keys)
        assert here.legs[0].keys == "13"
        assert third.came.empty()
        third.close()


async def test_sound_goes_to_where_the_callers_packets_come_from() -> None:
    """Behind a NAT that is another port than the one that the offer names (symmetric RTP)."""
    async with house() as here, dialler(here.port) as caller:
        named = await Datagrams.open()
        await caller.talk(port=named.port)
        caller.voice(TONE)
        await until(lambda: len(here.legs[0].frames) == 1)
        while not named.came.empty():
            named.came.get_nowait()
        here.legs[0].leg.send(TONE)
        while (await caller.rtp.came.get())[0][12:] != TONE:
            pass
        assert named.came.empty()
        named.close()


async def test_who_is_not_on_the_list_gets_no_answer() -> None:
    """A scan learns nothing, not even that something is here."""
    async with house(Terms(sip_allow=("192.0.2.0/24",))) as here, dialler(here.port) as scan:
        for method in ("OPTIONS", "INVITE", "REGISTER", "BYE"):
            scan.say(method, scan.offer() if method == "INVITE" else "")
        await quiet(scan)
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(scan.message("OPTIONS"))
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()


async def test_a_flood_gets_silence_and_calls_go_on() -> None:
    """Of hundreds of INVITEs only as many as allowed are taken; a call that is there goes on."""
    async with house(Terms(sip_calls=4, sip_calls_per_source=4)) as here, dialler(here.port) as caller:
        await caller.talk()
        async with dialler(here.port) as flood:
            for number in range(300):
                flood.call, flood.branch = f"flood-{number}", f"z9hG4bKf{number}"
                flood.say("INVITE", flood.offer())
            caller.press("9")
            await until(lambda: here.legs[0].keys == "9")
            assert len(here.legs) <= 4
            assert here.origin.agent.live <= 4


async def test_others_can_call_while_one_source_floods_and_strangers_scan() -> None:
    """A source takes no more than its part, a stranger nothing: the next trunk's call comes through."""
    terms = Terms(sip_allow=("127.0.0.1/32", "127.0.0.2/32"), sip_calls=10, sip_calls_per_source=4)
    async with (
        house(terms) as here,
        dialler(here.port) as caller,
        dialler(here.port, "127.0.0.2") as flood,
        dialler(here.port, "127.0.0.3") as stranger,
    ):
        for number in range(200):
            for one in (flood, stranger):
                one.call, one.branch = f"{id(one)}-{number}", f"z9hG4bK{id(one)}-{number}"
                one.say("INVITE", one.offer())
        async with asyncio.timeout(10):
            while caller.sip.came.empty():  # said again, as by UDP it is: the flood may have filled a buffer
                caller.say("INVITE", caller.offer())
                await asyncio.sleep(0.1)
        await caller.hear(200)
        caller.say("ACK", CSeq=f"{caller.sequence} ACK")
        caller.press("9")
        await until(lambda: any(leg.keys == "9" for leg in here.legs))
        assert here.origin.agent.live == len(here.legs) == 5
        assert stranger.sip.came.empty()


async def test_keys_come_through_a_storm_of_them() -> None:
    """Ends that were lost change nothing, and a storm is cut."""
    async with house() as here, dialler(here.port) as caller:
        await caller.talk()
        for key in "7316042857":
            caller.press(key, lost=lambda number: number >= 5)
        await until(lambda: here.legs[0].keys == "7316042857")
        for _ in range(400):
            caller.press("0")
        await asyncio.sleep(0.3)
        assert len(here.legs[0].keys) < 60


async def test_a_call_by_tcp() -> None:
    """The same over a stream, cut by Content-Length, two messages in one packet."""
    async with house() as here, dialler(here.port) as caller:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        invite = caller.message("INVITE", caller.offer()).replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP")
        writer.write(
            b"\r\n\r\n" + invite + caller.message("OPTIONS", Call_ID="other").replace(b"UDP", b"TCP")
        )
        assert await reader.readexactly(2) == b"\r\n"
        said = b""
        while b"m=audio" not in said or b"Call-ID: other" not in said:
            said += await asyncio.wait_for(reader.read(4096), 5)
        assert b"SIP/2.0 180" in said
        here.legs[0].leg.hang_up(HangUp.ENDED)
        while b"BYE sip:" not in said:
            said += await asyncio.wait_for(reader.read(4096), 5)
        writer.close()
