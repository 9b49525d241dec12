"""Letters leave once, whatever happens between a visit and its people (B1)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from actors.ports import Delivery, OutreachLimits, Save, SaveResult
from engine.asking import Revoke
from engine.ids import OpId
from engine.letters import Kind, Progress, Via, pause_after
from engine.planning import Contact
from tests.support.post import FakePost
from tests.support.town import ANN, ANNS, GUESTS, PATS, town


class TestTrouble:
    """The outside fails, in each of its ways."""

    async def test_what_was_put_off_is_tried_again_and_sent_once(self, tmp_path: Path) -> None:
        """429 and the like: later, not before the provider said, and then it is sent."""
        post = FakePost(answers=[Delivery("later", "busy", retry_after=20_000)])
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=(), contact=Contact(email=PATS))
            await one.until(lambda: one.letters(visit)["patient email"].reason == "busy")
            letter = one.letters(visit)["patient email"]
            assert letter.due - letter.at >= 19_000
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

    async def test_what_was_withdrawn_meanwhile_is_not_tried_again(self, tmp_path: Path) -> None:
        """An invitation that was put off and then revoked goes to nobody."""
        post = FakePost(held=asyncio.Event(), answers=[Delivery("later", "busy")])
        async with town(tmp_path, post) as one:
            visit = await one.plan(guests=GUESTS[:1], contact=Contact())
            await post.have(1)
            await one.ask(visit, Revoke(OpId("1"), one.here.doctor, ANN))
            assert post.held is not None
            post.held.set()
            await one.until(lambda: one.letters(visit)["ann email"].progress is Progress.QUEUED)
            one.here.later(minutes=1)
            await one.settled(visit)
            letter = one.letters(visit)["ann email"]
            assert (letter.progress, letter.reason) == (Progress.FAILED, "revoked")
            assert post.to(ANNS) == [Kind.INVITATION]

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
