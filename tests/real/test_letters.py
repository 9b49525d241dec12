"""Letters leave once, whatever happens between a visit and its people (B1, R5, R13, R15)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec import msgpack

from actors.pins import patient_link
from actors.ports import Delivery, OutreachLimits, Save, SaveResult
from engine.commands import Cancel, Contact, Edit, Opened, PlannedGuest, Reschedule, Resend
from engine.ids import PATIENT, SHARED, InvitationId, OpId
from engine.letters import Kind, Letter, Progress, Via, pause_after
from engine.refusals import Refused
from engine.visit import Visit
from tests.prove.peek import embedded_url, peek
from tests.support.node import House, contact_of, house, token_of
from tests.support.post import FakePost

ANN, BOB = InvitationId("ann"), InvitationId("bob")
ANNS, BOBS, PATS = "ann@family.example", "bob@family.example", "pat@home.example"
BOBS_PHONE = "+14155550142"
GUESTS = (
    PlannedGuest(invitation=ANN, contact=Contact(email=ANNS), label="Daughter"),
    PlannedGuest(invitation=BOB, contact=Contact(email=BOBS, phone=BOBS_PHONE)),
)
DAY = 24 * 60


@dataclass(slots=True)
class Town:
    """A clinic's node, and the mail server and text gateway of the town."""

    here: House
    post: FakePost

    async def plan(self, **facts: Any) -> Visit:
        """Plan a visit in two days: the patient, Ann and Bob are written to."""
        usual: dict[str, Any] = {"starts_in": 2 * DAY, "contact": Contact(email=PATS), "guests": GUESTS}
        return await self.here.plan(**(usual | facts))

    def visit(self, visit: Visit) -> Visit:
        """Read a visit as it is in memory."""
        live = self.here.node.host.here(visit.id)
        assert live is not None
        return live.visit

    def letters(self, visit: Visit) -> dict[str, Letter]:
        """Give a visit's letters, by whom they go to and how: `ann email`."""
        return {f"{one.invitation} {one.via}": one for one in self.visit(visit).letters}

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so; what brings it about runs in this very loop."""
        async with asyncio.timeout(30):
            while not true():  # noqa: ASYNC110 - a visit tells nobody that it has left memory
                await asyncio.sleep(0.005)

    async def settled(self, visit: Visit) -> None:
        """Wait until none of a visit's letters is under way or due."""
        await self.until(lambda: not any(one.pending for one in self.visit(visit).letters))

    async def ask(self, visit: Visit, command: Any) -> Any:
        """Ask something of a visit."""
        return await self.here.node.desk.ask(visit.id, command)


@asynccontextmanager
async def town(folder: Path, post: FakePost | None = None, **options: Any) -> AsyncIterator[Town]:
    """Run a node whose letters go to a fake post."""
    post = post or FakePost()
    async with house(folder, post=post, **options) as here:
        yield Town(here, post)
        await here.everybody_goes()
        assert not here.bugs


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

    async def test_without_a_post_letters_stay_queued(self, tmp_path: Path) -> None:
        """Nothing is lost before somebody configures a way to send; then it goes."""
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


class TestTrouble:
    """The outside fails, in each of its ways."""

    async def test_what_was_put_off_is_tried_again_and_sent_once(self, tmp_path: Path) -> None:
        """429 and the like: later, not before the provider said, and then it is sent."""
        post = FakePost(answers=[Delivery("later", "busy", retry_after=20_000)])
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.until(lambda: one.letters(visit)["patient email"].reason == "busy")
            letter = one.letters(visit)["patient email"]
            assert letter.due - letter.at >= 20_000
            one.here.later(seconds=21)
            await one.settled(visit)
            assert one.letters(visit)["patient email"].progress is Progress.SENT
            assert [letter.attempt for letter in post.taken] == [1, 2]

    async def test_pauses_grow_and_differ(self, tmp_path: Path) -> None:
        """Between the pause that an attempt calls for, and half as much again."""
        post = FakePost(answers=[Delivery("later", "busy")] * 3)
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            for attempt in (1, 2, 3):
                await one.until(
                    lambda attempt=attempt: (  # type: ignore[misc]
                        one.letters(visit)["patient email"].attempt == attempt
                        and one.letters(visit)["patient email"].progress is Progress.QUEUED
                    )
                )
                letter = one.letters(visit)["patient email"]
                assert (letter.due - letter.at + 1_000) / pause_after(attempt) >= 1
                assert letter.due - letter.at <= 1.5 * pause_after(attempt) + 1_000
                one.here.later(seconds=1.5 * pause_after(attempt) / 1000)
            await one.settled(visit)
            assert one.letters(visit)["patient email"].progress is Progress.SENT

    async def test_a_permanent_failure_is_shown_at_once(self, tmp_path: Path) -> None:
        """B1: no such mailbox is not tried twice."""
        post = FakePost(answers=[Delivery("failed", "no_mailbox")])
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.settled(visit)
            letter = one.letters(visit)["patient email"]
            assert (letter.progress, letter.reason, letter.attempt) == (Progress.FAILED, "no_mailbox", 1)

    async def test_of_two_unknown_outcomes_there_is_no_third_attempt(self, tmp_path: Path) -> None:
        """Dropped after DATA, twice: `failed (unknown)` instead of a third copy."""
        post = FakePost(answers=[Delivery("unknown", "dropped")] * 2)
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.until(lambda: one.letters(visit)["patient email"].unknown == 1)
            one.here.later(minutes=1)
            await one.settled(visit)
            letter = one.letters(visit)["patient email"]
            assert (letter.progress, letter.reason) == (Progress.FAILED, "unknown")
            one.here.later(minutes=60)
            assert len(post.taken) == 2

    async def test_who_does_not_answer_in_time_is_unknown(self, tmp_path: Path) -> None:
        """A slow server holds a letter for a bounded time, and others not at all."""
        post = FakePost(held=asyncio.Event())
        async with town(tmp_path, post, outreach=OutreachLimits(send_within=50)) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.until(lambda: one.letters(visit)["patient email"].unknown == 1)

    async def test_a_bounce_that_comes_later_is_shown(self, tmp_path: Path) -> None:
        """What a provider learns after it took a letter: it was not delivered."""
        async with town(tmp_path) as one:
            visit = await one.plan()
            await one.settled(visit)
            number = one.letters(visit)["ann email"].number
            refused = await one.here.node.desk.letter_bounced(visit.id, number, 1, "undeliverable")
            assert refused is None
            letter = one.letters(visit)["ann email"]
            assert (letter.progress, letter.reason) == (Progress.FAILED, "undeliverable")

    async def test_few_go_at_once(self, tmp_path: Path) -> None:
        """A way's bound holds, however many wait; when one is done the next one goes."""
        post = FakePost(held=asyncio.Event())
        async with town(tmp_path, post, outreach=OutreachLimits(emails_at_once=2)) as one:
            visits = [await one.plan() for _ in range(4)]
            await one.post.have(2 + 4)
            assert sum(letter.via is Via.EMAIL for letter in post.taken) == 2
            assert post.held is not None
            post.held.set()
            for visit in visits:
                await one.settled(visit)
            assert set(post.copies().values()) == {1}


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


class TestRestarts:
    """The node stops between two steps."""

    async def test_what_was_being_sent_at_a_stop_is_tried_once_more(self, tmp_path: Path) -> None:
        """Nobody knows whether it went: a second attempt, and if that is unknown too, the end."""
        post = FakePost(held=asyncio.Event())
        async with town(tmp_path, post, outreach=OutreachLimits(drain_within=10)) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.post.have(1)
        async with town(tmp_path) as two:
            await two.until(lambda: two.letters(visit)["patient email"].unknown == 1)
            two.here.later(minutes=1)
            await two.settled(visit)
            assert [letter.attempt for letter in two.post.taken] == [2]
            assert two.letters(visit)["patient email"].progress is Progress.SENT

    async def test_a_stop_waits_a_moment_for_what_is_being_sent(self, tmp_path: Path) -> None:
        """Who answers in time is not written to again."""
        post = FakePost(held=asyncio.Event())
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.post.have(1)
            assert post.held is not None
            asyncio.get_running_loop().call_later(0.2, post.held.set)
        async with town(tmp_path) as two:
            assert two.letters(visit)["patient email"].progress is Progress.SENT
            assert two.post.taken == []

    async def test_where_a_copy_does_no_harm_a_letter_goes_until_it_is_known(self, tmp_path: Path) -> None:
        """With a key that the other side knows, an unknown outcome is simply repeated."""
        post = FakePost(safe=True, answers=[Delivery("unknown")] * 3)
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            for attempt in (1, 2, 3):
                await one.post.have(attempt)
                await one.until(lambda: one.letters(visit)["patient email"].progress is Progress.QUEUED)
                one.here.later(minutes=4)
            await one.settled(visit)
            letter = one.letters(visit)["patient email"]
            assert (letter.progress, letter.unknown) == (Progress.SENT, 0)
            assert len({letter.key for letter in post.taken}) == 1


class TestSaves:
    """The store fails between two steps."""

    async def test_an_outcome_that_cannot_be_saved_now_is_saved_later(self, tmp_path: Path) -> None:
        """What was sent is not sent again because the node's lease was in doubt when it was to be noted."""
        post = FakePost(held=asyncio.Event())
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.post.have(1)
            one.here.stand_still(seconds=10)
            assert not one.here.node.host.can_save()
            assert post.held is not None
            post.held.set()
            await one.settled(visit)
            assert (one.letters(visit)["patient email"].progress, len(post.taken)) == (Progress.SENT, 1)

    async def test_an_attempt_whose_save_is_in_doubt_is_made_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Written after all: the attempt goes on, and counts as nothing unknown."""
        async with town(tmp_path) as one:
            visit = await one.here.plan()
            store, doubts = one.here.node.host.store, Counter[str]()
            write = store.save

            async def doubtful(saves: Sequence[Save]) -> list[SaveResult]:
                results = await write(saves)
                doubts["in all"] += 1
                return ["unknown"] * len(saves) if doubts["in all"] > 1 else results

            monkeypatch.setattr(store, "save", doubtful)
            await one.here.invite(visit, contact=ANNS)
            await one.until(lambda: doubts["in all"] == 3)
            await one.settled(visit)
            (letter,) = one.visit(visit).letters
            assert (letter.progress, letter.attempt, letter.unknown) == (Progress.SENT, 1, 0)
            assert len(one.post.taken) == 1


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


class TestThePatientsLink:
    """What the patient may do from their own page (R2, R13)."""

    async def test_it_opens_invites_and_cancels(self, tmp_path: Path) -> None:
        """The link proves the patient; a guest's link proves nobody."""
        async with town(tmp_path) as one:
            visit, desk = await one.plan(), one.here.node.desk
            token = token_of(desk.patient_link(visit))
            assert await desk.opened(token) is None
            assert one.visit(visit).invitations[PATIENT].opened_at
            found = desk.patient(token)
            assert isinstance(found, tuple)
            _, by = found
            made = await desk.invite(visit.id, by, OpId("1"), Contact(email="cy@family.example"))
            assert isinstance(made, tuple)
            await one.post.until(lambda post: post.to("cy@family.example") == [Kind.INVITATION])
            assert desk.patient(token_of(desk.guest_link(visit, SHARED))) == Refused("not_allowed")
            outcome = await one.ask(visit, Cancel(OpId("2"), by))
            assert not isinstance(outcome, Refused)
            assert desk.patient(token) == Refused("visit_over")

    async def test_a_withdrawn_link_opens_nothing(self, tmp_path: Path) -> None:
        """Only a link that leads somewhere is noted as opened, and only once."""
        async with town(tmp_path) as one:
            visit, desk = await one.plan(), one.here.node.desk
            token = token_of(desk.guest_link(visit, ANN))
            assert await desk.opened(token) is None
            first = one.visit(visit).invitations[ANN].opened_at
            one.here.later(seconds=5)
            assert await desk.opened(token) is None
            assert one.visit(visit).invitations[ANN].opened_at == first
            assert await desk.opened("nonsense") == Refused("link_unknown")
            assert isinstance(await one.ask(visit, Opened(ANN, 7)), Refused)


class TestCalendar:
    """What the schedule asks."""

    async def test_a_range_shows_what_starts_in_it(self, tmp_path: Path) -> None:
        """Over or not; at most 45 days at once."""
        async with town(tmp_path) as one:
            soon, later = await one.plan(starts_in=DAY), await one.plan(starts_in=40 * DAY)
            await one.settled(soon)
            await one.ask(soon, Cancel(OpId("1"), one.here.doctor))
            desk, clinic, now = one.here.node.desk, one.here.clinic, one.here.now()
            shown = await desk.range(clinic, now, now + 45 * DAY * 60_000)
            assert isinstance(shown, list)
            assert [(visit.id, visit.status.value) for visit in shown] == [
                (soon.id, "cancelled"),
                (later.id, "scheduled"),
            ]
            assert await desk.range(clinic, now, now + 46 * DAY * 60_000) == Refused("bad_request")
            assert await desk.range(clinic, now, now) == Refused("bad_request")

    async def test_overlaps_are_found_by_provider_and_by_patient(self, tmp_path: Path) -> None:
        """Warned, allowed: the same provider or the same patient at the same time."""
        async with town(tmp_path) as one:
            visit, desk, clinic = await one.plan(), one.here.node.desk, one.here.clinic
            within = (visit.start + 1, visit.end + 1)
            found = desk.overlaps(clinic, *within, [one.here.doctor.user], "")
            assert [one.id for one in found] == [visit.id]
            assert desk.overlaps(clinic, *within, [], PATS.upper()) == found
            assert desk.overlaps(clinic, *within, [], "else@home.example") == []
            assert desk.overlaps(clinic, visit.end, visit.end + 1, [one.here.doctor.user], PATS) == []


async def test_visits_past_their_retention_are_forgotten(tmp_path: Path) -> None:
    """A clinic's own number of days after their end, and not before."""
    from actors.retention import forget_round

    async with town(tmp_path) as one:
        await one.here.settle(retention_days=30)
        old, desk = await one.here.plan(), one.here.node.desk
        one.here.later(minutes=60)
        await one.until(lambda: one.here.node.host.here(old.id) is None)
        assert await forget_round(one.here.node.host) == 0
        one.here.later(minutes=20 * DAY)
        fresh = await one.here.plan()
        one.here.later(minutes=12 * DAY)
        assert await forget_round(one.here.node.host) == 1
        assert await desk.find(old.id) is None
        assert await desk.find(fresh.id) is not None


# ---------------------------------------------------------------- helpers of these stories


async def code(asked: Any) -> str:
    """Give the code of a request's refusal on a socket."""
    from tests.support.client import refusal

    return str(await refusal(asked))


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


async def stored(here: House, visit: Visit) -> bytes:
    """Read a visit's bytes as the store holds them."""
    (found,) = await here.node.host.store.read([visit.id])
    assert found is not None
    return found.body


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
