"""What people are written, when, and what they read (R5, R7, R13, R15, B1)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from msgspec import msgpack

from actors.pins import patient_link
from actors.ports import Delivery
from engine.asking import Cancel, Edit, Reschedule
from engine.ids import OpId
from engine.letters import Kind, Progress, Via
from engine.planning import Contact
from engine.visit import Visit
from tests.support.node import House, house
from tests.support.post import FakePost
from tests.support.town import ANN, ANNS, BOBS, BOBS_PHONE, DAY, GUESTS, PATS, code, town


class TestSending:
    """What leaves, and what it says."""

    async def test_a_plan_writes_to_everybody_once(self, tmp_path: Path) -> None:
        """R5, R13: the patient gets a confirmation, each guest an invitation by every way there is."""
        async with town(tmp_path) as one:
            visit = await one.plan()
            await one.settled(visit)
            sent = sorted((letter.to, letter.kind) for letter in one.post.taken)
            assert sent == sorted(
                [
                    (PATS, Kind.CONFIRMATION),
                    (ANNS, Kind.INVITATION),
                    (BOBS, Kind.INVITATION),
                    (BOBS_PHONE, Kind.INVITATION),
                ]
            )
            assert {letter.progress for letter in one.visit(visit).letters} == {Progress.SENT}

    async def test_a_letter_says_what_it_needs_and_no_more(self, tmp_path: Path) -> None:
        """D3, D12: a guest's own link and PIN; the patient's own link without one; the provider's name."""
        async with town(tmp_path) as one:
            visit = await one.plan(language="es")
            await one.post.have(4)
            by = {(letter.to, letter.via): letter for letter in one.post.taken}
            ann, pat = by[ANNS, Via.EMAIL], by[PATS, Via.EMAIL]
            desk, host = one.here.node.desk, one.here.node.host
            assert ann.link == desk.guest_link(visit, ANN)
            assert pat.link == patient_link(host, visit)
            assert (pat.patient, pat.pin, ann.patient) == (True, "", False)
            assert len(ann.pin) == 10
            assert ann.pin not in (desk.shared_panel(visit).pin, by[BOBS, Via.EMAIL].pin)
            assert (ann.number, ann.provider, ann.language) == (one.here.number, "Dr. Rivera", "es")
            assert (ann.start, ann.end) == (visit.start, visit.end)

    async def test_the_pin_of_a_letter_leads_in(self, tmp_path: Path) -> None:
        """R10: a planned guest's PIN is reserved before the visit is saved, so that they can call."""
        async with town(tmp_path) as one:
            visit = await one.plan(starts_in=0)
            await one.settled(visit)
            pin = next(letter.pin for letter in one.post.taken if letter.to == ANNS)
            phone = await one.here.phone()
            await phone.ask("digits", digits=pin)
            await phone.wait_for("you", standing="waiting")

    async def test_while_a_node_is_silent_letters_stay_queued(self, tmp_path: Path) -> None:
        """Nothing leaves and nothing is lost, as while a backup is made ready; afterwards it goes."""
        async with house(tmp_path) as here:
            visit = await here.plan(starts_in=DAY, guests=GUESTS)
            assert {one.progress for one in visit.letters} == {Progress.QUEUED}
        async with town(tmp_path) as one:
            await one.settled(visit)
            assert sorted(one.post.copies().values()) == [1, 1, 1]

    async def test_an_address_shared_in_the_call_gets_its_invitation(self, tmp_path: Path) -> None:
        """R7: whoever invites on the socket gets link and PIN, and the letter says the same."""
        async with town(tmp_path) as one:
            visit = await one.here.plan()
            provider = await one.here.provider(visit)
            shown = await provider.ask("invite", op="1", email=ANNS, phone="(415) 555-0142", label="Daughter")
            mail, text = sorted(await one.post.have(2), key=lambda letter: letter.via)
            assert (shown["link"], shown["pin"]) == (mail.link, mail.pin) == (text.link, text.pin)
            assert text.to == BOBS_PHONE
            again = await provider.ask("invite", op="1", email=ANNS, label="Daughter")
            assert again["invitation"] == shown["invitation"]
            await one.settled(visit)
            assert len(one.post.taken) == 2

    async def test_a_dashboard_resends_and_revokes(self, tmp_path: Path) -> None:
        """B1: sent again after a minute; withdrawn, nothing more goes."""
        async with town(tmp_path) as one:
            visit = await one.plan()
            await one.settled(visit)
            board = await one.here.dashboard(visit)
            await board.ask("watch.visit", visit=visit.id)
            assert await code(board.ask("resend", op="1", visit=visit.id, invitation=ANN)) == "just_sent"
            one.here.later(minutes=2)
            await board.ask("resend", op="2", visit=visit.id, invitation=ANN)
            await one.post.until(lambda post: post.to(ANNS) == [Kind.INVITATION] * 2)
            await board.ask("revoke", op="3", visit=visit.id, invitation=ANN)
            assert (
                await code(board.ask("resend", op="4", visit=visit.id, invitation=ANN))
                == "no_such_invitation"
            )


class TestChanges:
    """What people are told when something changes."""

    async def test_a_move_tells_everybody_with_the_new_time(self, tmp_path: Path) -> None:
        """R5, D2: the same event, its sequence raised."""
        async with town(tmp_path) as one:
            visit = await one.plan()
            await one.settled(visit)
            start = visit.start + 3_600_000
            await one.ask(visit, Reschedule(OpId("1"), one.here.doctor, start, start + 900_000))
            await one.settled(visit)
            moved = [letter for letter in one.post.taken if letter.kind is Kind.CHANGE]
            assert {letter.to for letter in moved} == {ANNS, BOBS, BOBS_PHONE, PATS}
            assert {(letter.start, letter.sequence) for letter in moved} == {(start, 1)}

    async def test_a_cancelled_visit_lingers_until_its_people_know(self, tmp_path: Path) -> None:
        """D2, R15: shown as cancelled, its doors shut; told, it is gone from memory with every address."""
        post = FakePost()
        async with town(tmp_path, post) as one:
            visit = await one.plan()
            await one.settled(visit)
            post.held = asyncio.Event()
            pin, token = one.here.pin(visit), one.here.guest_token(visit)
            await one.ask(visit, Cancel(OpId("1"), one.here.doctor))
            await one.post.have(8)
            assert one.here.node.host.live(visit.id) is None
            left = one.visit(visit)
            assert (left.status.value, left.invitations[ANN].label) == ("cancelled", "")
            board = await one.here.dashboard(visit)
            rows = board.named("board")[-1]["rows"]
            assert [row["visit"]["status"] for row in rows if row["visit"]["visit"] == visit.id] == [
                "cancelled"
            ]
            assert await code(one.here.join(token, "Ana")) == "visit_over"
            phone = await one.here.phone()
            assert await code(phone.ask("digits", digits=pin)) in ("pin_over", "pin_wrong")
            post.held.set()
            await one.until(lambda: one.here.node.host.here(visit.id) is None)
            told = [letter for letter in post.taken if letter.kind is Kind.CANCELLATION]
            assert {letter.to for letter in told} == {ANNS, BOBS, BOBS_PHONE, PATS}
            assert all(letter.link == letter.pin == "" for letter in told)
            gone = await one.here.node.desk.find(visit.id)
            assert gone is not None
            assert not any(known.email or known.phone for known in gone.invitations.values())

    async def test_who_cannot_be_told_is_forgotten_after_half_an_hour(self, tmp_path: Path) -> None:
        """R15: addresses do not outlast 30 minutes, whatever the mail server does."""
        post = FakePost()
        async with town(tmp_path, post) as one:
            visit = await one.plan()
            await one.settled(visit)
            post.answers = [Delivery("later", "down")] * 100
            await one.ask(visit, Cancel(OpId("1"), one.here.doctor))
            await one.post.have(8)
            one.here.later(minutes=31)
            await one.until(lambda: one.here.node.host.here(visit.id) is None)

    async def test_a_cancelled_visits_addresses_leave_the_disk(self, tmp_path: Path) -> None:
        """R15: after the rewrite that follows the last letter, no file of the store holds its sealed text."""
        post = FakePost()
        async with town(tmp_path, post, privacy={"rewrite_minutes": 0.001}) as one:
            visit = await one.plan()
            await one.settled(visit)
            _, _, guests, clinics, _ = msgpack.decode(await stored(one.here, visit))
            await one.ask(visit, Cancel(OpId("1"), one.here.doctor))
            await one.until(lambda: one.here.node.host.here(visit.id) is None)
            folder = tmp_path / "store" / "appendonlydir"

            def on_disk() -> bool:
                with suppress(FileNotFoundError):  # a rewrite is just replacing them
                    files = [path.read_bytes() for path in folder.iterdir()]
                    return any(text in file for file in files for text in (guests, clinics))
                return True

            await one.until(lambda: not on_disk())

    async def test_a_new_address_gets_the_confirmation(self, tmp_path: Path) -> None:
        """R13: what was typed wrong is mended, and only what is new is written to."""
        async with town(tmp_path) as one:
            visit = await one.plan()
            await one.settled(visit)
            edit = Edit(op=OpId("1"), by=one.here.doctor, contact=Contact(email="patricia@home.example"))
            await one.ask(visit, edit)
            await one.settled(visit)
            assert one.post.to("patricia@home.example") == [Kind.CONFIRMATION]
            assert one.post.to(PATS) == [Kind.CONFIRMATION]


class TestReminders:
    """They fire once, in time."""

    async def test_a_reminder_goes_once_in_time(self, tmp_path: Path) -> None:
        """An hour before, to everybody; not twice, however often time is asked."""
        async with town(tmp_path) as one:
            visit = await one.plan(reminders=(60,))
            await one.settled(visit)
            one.here.later(minutes=2 * DAY - 60)
            await one.post.have(8)
            await one.settled(visit)
            one.here.later(seconds=1)
            reminded = [letter for letter in one.post.taken if letter.kind is Kind.REMINDER]
            assert sorted(letter.to for letter in reminded) == sorted([ANNS, BOBS, BOBS_PHONE, PATS])

    async def test_a_reminder_survives_a_restart(self, tmp_path: Path) -> None:
        """What came due while the node was down goes once it is up; what is to come still comes."""
        async with town(tmp_path) as one:
            visit = await one.plan(reminders=(DAY, 60))
            await one.settled(visit)
            ahead = one.here.clock.ahead
        async with town(tmp_path) as two:
            two.here.clock.ahead = ahead
            two.here.later(minutes=DAY)
            await two.post.until(lambda post: post.to(ANNS) == [Kind.REMINDER])
            two.here.later(minutes=DAY - 60)
            await two.post.until(lambda post: post.to(ANNS) == [Kind.REMINDER] * 2)

    async def test_a_reminder_moves_with_its_visit_and_dies_with_it(self, tmp_path: Path) -> None:
        """The old time brings nothing, the new one does; after a cancel there is none."""
        async with town(tmp_path) as one:
            visit, other = await one.plan(reminders=(60,)), await one.plan(reminders=(60,), guests=GUESTS[:1])
            await one.settled(visit)
            start = visit.start + 3_600_000
            await one.ask(visit, Reschedule(OpId("1"), one.here.doctor, start, start + 900_000))
            await one.ask(other, Cancel(OpId("2"), one.here.doctor))
            await one.settled(visit)
            one.here.later(minutes=2 * DAY - 60)
            assert Kind.REMINDER not in one.post.to(ANNS)
            one.here.later(minutes=60)
            await one.post.until(lambda post: Kind.REMINDER in post.to(BOBS))
            await one.settled(visit)
            assert one.post.to(ANNS).count(Kind.REMINDER) == 1


async def stored(here: House, visit: Visit) -> bytes:
    """Read a visit's bytes as the store holds them."""
    (found,) = await here.node.host.store.read([visit.id])
    assert found is not None
    return found.body
