"""The caller's way, walked with a clock of one's own: no I/O, no waiting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from gateway.dialin.acts import Act, Clip, End, Hush, Say, Talk, Try
from gateway.dialin.leg import HangUp
from gateway.dialin.stages import Patience, Stage
from gateway.dialin.way import TRIES_OF_ONE, Way
from signaling import messages as wire

PIN = "4829153079"
MINUTE = 60_000
NOW = 1_772_470_925_000
CLINIC = "555-0123"
NUMBER = ("digit.5", "digit.5", "digit.5", "pause", "digit.0", "digit.1", "digit.2", "digit.3")
TWICE = (Clip.CALL_CLINIC_AT, *NUMBER, Clip.AGAIN, *NUMBER, Clip.GOODBYE)
ASK = "ask_pin.10"


@dataclass
class Walk:
    """A caller with a watch: everything that the way asks for is kept in `acts`."""

    way: Way = field(default_factory=Way)
    now: float = 1000.0
    acts: list[Act] = field(default_factory=list)

    def did(self, acts: list[Act]) -> list[Act]:
        """Keep what the way asks for."""
        self.acts += acts
        return acts

    def begin(self, *, tries: int = 3, phone: str = CLINIC, **how: object) -> list[Act]:
        """Let the visits answer the call."""
        ready = wire.ReadyPhone(id=1, tries=tries, length=10, now=NOW, clinic_phone=phone)
        return self.did(self.way.began(ready, self.now, **how))  # type: ignore[arg-type]  # greeted, typed

    def types(self, digits: str) -> list[Act]:
        """Press keys."""
        return [act for digit in digits for act in self.did(self.way.digit(digit, self.now))]

    def hears(self, message: wire.Message) -> list[Act]:
        """Let the visits say something."""
        return self.did(self.way.heard(message, self.now))

    def refused(self, code: str, **fields: object) -> list[Act]:
        """Let the visits refuse the PIN."""
        return self.hears(wire.Error(id=2, code=code, message="-", **fields))  # type: ignore[arg-type]

    def listens(self) -> list[Act]:
        """Hear the prompt to its end."""
        return self.did(self.way.played(self.now))

    def waits(self) -> list[Act]:
        """Let the time come for which the way waits."""
        assert self.way.due is not None
        self.now = self.way.due
        return self.did(self.way.late(self.now))

    def stands(self, standing: str, why: str = "changed") -> list[Act]:
        """Let the visit say where the caller stands."""
        return self.hears(wire.You(standing=standing, why=why))  # type: ignore[arg-type]

    @property
    def said(self) -> list[tuple[str, ...]]:
        """All prompts, by their clips."""
        return [act.clips for act in self.acts if isinstance(act, Say)]

    @property
    def ended(self) -> list[HangUp]:
        """All hang-ups; there is one at most."""
        return [act.reason for act in self.acts if isinstance(act, End)]


@pytest.fixture
def walk() -> Walk:
    """A caller who was just asked for the PIN."""
    caller = Walk()
    caller.begin()
    return caller


def in_call(walk: Walk, *, minutes: float = 15) -> Walk:
    """Let a caller in, with so many minutes to the lapse."""
    walk.types(PIN)
    walk.stands("in", "joined")
    walk.hears(inside(minutes))
    return walk


def visit(minutes: float) -> wire.VisitInfo:
    """Make a visit that lapses in so many minutes."""
    lapse = NOW + round(minutes * MINUTE)
    return wire.VisitInfo(
        visit="v", status="in_progress", start=NOW, end=lapse, lapses_at=lapse, zone="UTC", clinic="C"
    )


def inside(minutes: float) -> wire.Inside:
    """Make the call's whole state."""
    return wire.Inside(visit=visit(minutes), seats=[])


def door(
    status: Literal["scheduled", "open", "in_progress", "lapsed"] = "open",
    *,
    late: bool = False,
    locked: bool = False,
) -> wire.AtDoor:
    """Make what who waits may see."""
    return wire.AtDoor(
        door=wire.Door(
            clinic="C",
            provider="P",
            start=0,
            end=0,
            zone="UTC",
            status=status,
            opens_at=0,
            late=late,
            locked=locked,
        )
    )


# ---------------------------------------------------------------- the PIN


def test_the_greeting_asks_for_ten_digits_and_names_no_visit(walk: Walk) -> None:
    """Nothing but the welcome and the question is spoken before the PIN."""
    assert walk.said == [(Clip.GREETING, ASK)]
    assert walk.way.stage is Stage.ASKED


def test_ten_digits_are_a_pin_and_no_hash_is_needed(walk: Walk) -> None:
    """`#` is optional (D4): the tenth digit asks the visits, one that follows changes nothing."""
    assert [act for act in walk.types(PIN) if isinstance(act, Try)] == [Try(PIN)]
    assert walk.types("#99*") == []
    assert walk.way.stage is Stage.TRYING


def test_a_key_during_the_prompt_stops_it_and_counts(walk: Walk) -> None:
    """Barge-in: who knows the way need not listen."""
    assert walk.types("4") == [Hush()]
    assert walk.types(PIN[1:])[-1] == Try(PIN)


def test_star_starts_over(walk: Walk) -> None:
    """What was typed before it is forgotten, and it costs no try (D4)."""
    for _ in range(5):
        walk.types("123*")
    assert walk.said[-1] == (Clip.START_OVER, ASK)
    assert walk.types(PIN)[-1] == Try(PIN)


def test_ten_seconds_for_the_first_digit_counted_from_the_prompts_end(walk: Walk) -> None:
    """A long prompt takes nothing off."""
    walk.now += 12
    assert walk.did(walk.way.late(walk.now)) == []
    walk.listens()
    assert walk.way.due == walk.now + 10
    assert walk.waits() == [Say((Clip.NOTHING_TYPED, ASK))]


def test_six_seconds_between_digits(walk: Walk) -> None:
    """Then what was typed is no PIN, and the question comes again."""
    walk.types("482")
    assert walk.way.due == walk.now + 6
    walk.now += 5.9
    assert walk.did(walk.way.late(walk.now)) == []
    walk.types("9")
    assert walk.waits() == [Say((Clip.TOO_SHORT, ASK))]


def test_a_hash_after_too_few_digits_asks_again_at_once(walk: Walk) -> None:
    """Nobody waits six seconds for nothing; the visits are not asked about it."""
    assert walk.types("4829#")[-1] == Say((Clip.TOO_SHORT, ASK))
    assert not any(isinstance(act, Try) for act in walk.acts)


def test_three_silences_end_with_the_clinics_number_twice(walk: Walk) -> None:
    """After the third miss: the clinic's own number twice, goodbye, and hung up once that was heard."""
    for _ in range(3):
        walk.listens()
        walk.waits()
    assert walk.said[-1] == (Clip.NOTHING_TYPED, *TWICE)
    assert walk.ended == []
    walk.listens()
    assert walk.ended == [HangUp.SILENT]


def test_wrong_pins_sound_alike_and_the_third_ends_it(walk: Walk) -> None:
    """Wrong, unknown and long before the start are one to the visits, and the same words to the caller."""
    for left in (2, 1):
        walk.types(PIN)
        assert walk.refused("pin_wrong", tries_left=left) == [Say((Clip.NOT_FOUND, ASK))]
        walk.listens()
    walk.types(PIN)
    assert walk.refused("tries_used") == [Say((Clip.NOT_FOUND, *TWICE))]
    walk.listens()
    assert walk.ended == [HangUp.MISSED]


def test_a_clinic_whose_number_is_not_known_is_called_all_the_same() -> None:
    """Where clinics share the dialled number there is none to say."""
    walk = Walk()
    walk.begin(phone="", tries=1)
    walk.listens()
    walk.waits()
    assert walk.said[-1] == (Clip.NOTHING_TYPED, Clip.CALL_CLINIC, Clip.GOODBYE)


def test_what_an_origin_asked_before_is_not_asked_again() -> None:
    """A PIN that `<Gather>` took is tried at once, without a word."""
    walk = Walk()
    assert [act for act in walk.begin(greeted=True, typed=PIN) if not isinstance(act, Hush)] == [Try(PIN)]


def test_the_rest_of_a_pin_may_follow_what_an_origin_took() -> None:
    """`*` and a beginning: six more digits make it whole."""
    walk = Walk()
    walk.begin(greeted=True, typed="12*4829")
    assert walk.way.due == walk.now + 6
    assert walk.types(PIN[4:])[-1] == Try(PIN)


def test_who_types_before_they_are_asked_has_typed() -> None:
    """A dialler that knows the way waits for no greeting; none is played over its keys."""
    walk = Walk()
    assert walk.types(PIN[:4]) == []
    assert not any(isinstance(act, Say) for act in walk.begin())
    assert walk.types(PIN[4:])[-1] == Try(PIN)


def test_nothing_typed_at_an_origins_question_is_asked_again() -> None:
    """That was the first of three."""
    walk = Walk()
    assert walk.begin(greeted=True, typed="") == [Say((Clip.NOTHING_TYPED, ASK))]


@pytest.mark.parametrize(
    ("code", "clip", "reason", "clinic"),
    [
        ("pin_over", Clip.OVER, HangUp.OVER, True),
        ("visit_over", Clip.ENDED, HangUp.ENDED, False),
        ("visit_full", Clip.FULL, HangUp.FULL, True),
        ("removed", Clip.REMOVED, HangUp.REMOVED, True),
        ("denied", Clip.DENIED, HangUp.REMOVED, True),
        ("number_unknown", Clip.NOT_SERVED, HangUp.NOT_SERVED, False),
        ("what_is_that", Clip.TRY_LATER, HangUp.BUSY, False),
    ],
)
def test_each_refusal_has_its_own_prompt(
    walk: Walk, code: str, clip: Clip, reason: HangUp, clinic: bool
) -> None:
    """And, where a person can help, the clinic's number."""
    walk.types(PIN)
    assert walk.refused(code) == [Say((clip, *(TWICE if clinic else (Clip.GOODBYE,))))]
    walk.listens()
    assert walk.ended == [reason]


@pytest.mark.parametrize(
    ("wait", "said"), [(25 * MINUTE, "25"), (24 * MINUTE + 1, "25"), (1, "1"), (-5, "1")]
)
def test_an_early_caller_hears_when_to_call_back(walk: Walk, wait: int, said: str) -> None:
    """In minutes from now, rounded up, so that no zone has to be spoken (D7)."""
    walk.types(PIN)
    assert walk.refused("pin_early", at=NOW + wait) == [Say((Clip.EARLY, f"minutes.{said}", Clip.GOODBYE))]


def test_when_the_visits_cannot_say_now_they_are_asked_again(walk: Walk) -> None:
    """The caller types nothing twice; after three times they are asked to call later."""
    walk.types(PIN)
    assert walk.refused("try_later", retry_after_ms=2000) == [Say((Clip.ONE_MOMENT,))]
    for _ in range(TRIES_OF_ONE - 1):
        assert walk.waits() == [Try(PIN)]
        walk.refused("try_later", retry_after_ms=2000)
    assert walk.waits() == [Say((Clip.TRY_LATER,))]


def test_an_answer_that_never_comes_is_asked_for_again_and_then_given_up(walk: Walk) -> None:
    """No caller listens to silence for ever."""
    walk.types(PIN)
    began = walk.now
    while walk.way.stage is Stage.TRYING:
        walk.waits()
    assert walk.said[-1] == (Clip.TRY_LATER,)
    assert walk.now - began <= 60


# ---------------------------------------------------------------- at the door


def test_held_until_the_visit_opens_with_a_prompt_each_minute(walk: Walk) -> None:
    """Then waiting, then in: each with its own words, and no key pressed (D6, D7)."""
    walk.types(PIN)
    assert walk.stands("held", "early") == [Say((Clip.HELD,))]
    walk.hears(door("scheduled"))
    for _ in range(3):
        before = walk.now
        assert walk.waits() == [Say((Clip.STILL_WAITING, Clip.HELD))]
        assert walk.now == before + 60
    walk.stands("waiting")
    walk.hears(door("open"))
    assert walk.said[-1] == (Clip.WAITING_PROVIDER,)
    assert walk.stands("in", "admitted") == [Say((Clip.IN_CALL,)), Talk(mic=True)]


def test_waiting_says_what_for(walk: Walk) -> None:
    """For the provider to come, or to let them in; or that they run late. Each said once, when it is news."""
    walk.types(PIN)
    assert walk.stands("waiting") == []  # the door that follows says what for
    assert walk.hears(door("open")) == [Say((Clip.WAITING_PROVIDER,))]
    assert walk.hears(door("open")) == []
    assert walk.hears(door("in_progress")) == [Say((Clip.WAITING_ADMISSION,))]
    assert walk.hears(door("lapsed", late=True)) == [Say((Clip.RUNNING_LATE,))]
    assert walk.waits() == [Say((Clip.STILL_WAITING, Clip.RUNNING_LATE))]
    assert walk.types("*1")[-1] == Say((Clip.RUNNING_LATE,))


def test_a_locked_visit_has_its_own_words(walk: Walk) -> None:
    """Once there is a provider who could let them in; unlocked, only the provider's word is missing."""
    walk.types(PIN)
    walk.stands("waiting")
    assert walk.hears(door("open", locked=True)) == [Say((Clip.WAITING_PROVIDER,))]
    assert walk.hears(door("in_progress", locked=True)) == [Say((Clip.LOCKED,))]
    assert walk.waits() == [Say((Clip.STILL_WAITING, Clip.LOCKED))]
    assert walk.hears(door("in_progress")) == [Say((Clip.WAITING_ADMISSION,))]


def test_turned_away_at_the_door(walk: Walk) -> None:
    """Told, with whom to call, and hung up."""
    walk.types(PIN)
    walk.stands("waiting")
    assert walk.stands("denied") == [Say((Clip.DENIED, *TWICE))]
    assert walk.hears(wire.Bye(code="denied", message="-")) == []
    walk.listens()
    assert walk.ended == [HangUp.REMOVED]


# ---------------------------------------------------------------- in the call


def test_star_six_mutes_and_hash_six_unmutes(walk: Walk) -> None:
    """The visit is told, and the caller hears it."""
    in_call(walk)
    assert walk.types("*6") == [Talk(mic=False), Say((Clip.MUTED,))]
    assert walk.types("#6") == [Talk(mic=True), Say((Clip.UNMUTED,))]
    assert walk.types("*1") == [Say((Clip.HELP_IN_CALL,))]


def test_single_keys_and_slow_pairs_mean_nothing(walk: Walk) -> None:
    """A cheek on the dial pad mutes nobody."""
    in_call(walk)
    assert walk.types("61**") == []
    walk.now += 7
    assert walk.types("6") == []


def test_the_providers_mute_is_told_and_can_be_undone(walk: Walk) -> None:
    """As with *6; #6 is the way back."""
    in_call(walk)
    asked = wire.Asked(what="mute", by="Dr. Osei")
    assert walk.hears(asked) == [Talk(mic=False), Say((Clip.MUTED_BY_PROVIDER,))]
    assert not walk.way.mic


def test_told_five_minutes_before_the_lapse_and_when_extended(walk: Walk) -> None:
    """By the server's clock; an extension moves the next warning with it (D2)."""
    in_call(walk, minutes=15)
    assert walk.way.due == walk.now + 10 * 60
    assert walk.waits() == [Say((Clip.FIVE_MINUTES,))]
    longer = wire.VisitChanged(visit=visit(30), why="extended")
    assert walk.hears(longer) == [Say((Clip.EXTENDED,))]
    assert walk.waits() == [Say((Clip.FIVE_MINUTES,))]
    assert walk.now == 1000 + 25 * 60


def test_what_the_visit_says_in_that_very_moment_takes_nothing_away(walk: Walk) -> None:
    """It tells the provider at the same time (D2), and its word may be here before our timer is."""
    in_call(walk, minutes=15)
    walk.now += 10 * 60 + 0.01
    assert walk.hears(wire.VisitChanged(visit=visit(15), why="warned")) == []
    assert walk.did(walk.way.late(walk.now)) == [Say((Clip.FIVE_MINUTES,))]
    assert walk.hears(wire.VisitChanged(visit=visit(15), why="changed")) == []
    assert walk.did(walk.way.late(walk.now + 60)) == []


def test_who_comes_in_the_last_minutes_is_not_warned_late(walk: Walk) -> None:
    """And the lapse itself puts nobody out (D1)."""
    in_call(walk, minutes=3)
    assert walk.way.due == 1000 + Patience().longest


@pytest.mark.parametrize(
    ("code", "clip", "reason", "clinic"),
    [
        ("completed", Clip.ENDED, HangUp.ENDED, False),
        ("ended", Clip.ENDED, HangUp.ENDED, False),
        ("cancelled", Clip.MOVED, HangUp.ENDED, True),
        ("rescheduled", Clip.MOVED, HangUp.ENDED, True),
        ("removed", Clip.REMOVED, HangUp.REMOVED, True),
        ("moved", Clip.GOODBYE, HangUp.LEFT, False),
    ],
)
def test_each_end_is_told(walk: Walk, code: str, clip: Clip, reason: HangUp, clinic: bool) -> None:
    """Nobody is cut off without a word; from then on they are not heard."""
    in_call(walk)
    told = walk.hears(wire.Bye(code=code, message="-"))  # type: ignore[arg-type]
    assert told == [Talk(mic=False), Say((clip, *(TWICE if clinic else (Clip.GOODBYE,))))]
    walk.listens()
    assert walk.ended == [reason]


def test_a_new_connection_is_not_heard_by_the_caller(walk: Walk) -> None:
    """The same standing again says nothing."""
    in_call(walk)
    assert walk.stands("in", "back") == []
    assert walk.hears(inside(15)) == []


def test_a_goodbye_ends_whether_it_is_heard_or_not(walk: Walk) -> None:
    """And nothing that is typed or said meanwhile changes it; the end comes once."""
    in_call(walk)
    walk.hears(wire.Bye(code="completed", message="-"))
    assert walk.types("*6#6123") == []
    assert walk.hears(wire.Bye(code="ended", message="-")) == []
    walk.waits()
    assert walk.ended == [HangUp.ENDED]
    assert walk.listens() == []
    assert walk.way.due is None


def test_no_call_is_longer_than_the_longest(walk: Walk) -> None:
    """Whatever else is waited for."""
    in_call(walk, minutes=24 * 60)
    walk.waits()
    assert walk.now == 1000 + Patience().longest
    assert walk.said[-1] == (Clip.GOODBYE,)


def test_a_storm_of_keys_costs_three_tries_and_no_more(walk: Walk) -> None:
    """Whatever comes, the way ends: with the tries used up, or asked again."""
    tried = 0
    for digit in "1234567890*#" * 500:
        for act in walk.types(digit):
            if isinstance(act, Try):
                tried += 1
                walk.refused("pin_wrong" if tried < 3 else "tries_used", tries_left=3 - tried)
    assert tried <= 3
    assert walk.way.stage in (Stage.GOODBYE, Stage.ASKED)
