"""Words: every refusal and goodbye is one sentence for a person, with the clinic's number and times (D9,
D10).
"""

from typing import get_args

import pytest

from engine.clinic import Clinic
from engine.events import Goodbye
from engine.ids import ClinicId
from engine.refusals import SENTENCES, Refused
from signaling.translate import bye, error
from signaling.words import GOODBYES, time_and_day, time_of_day

CLINIC = Clinic(
    id=ClinicId("hill"), name="Hill", zone="America/Los_Angeles", phone="555-0123", dial_in=("+1 555 0100",)
)
EVENING = 1_649_467_920_000
"""Fri, Apr 8, 2022, 6:32 PM in Los Angeles."""

INTERNAL = ("error", "invalid", "session", "token", "lobby", " seat", "None", "{")


def test_times_are_said_as_people_say_them() -> None:
    """In the clinic's zone, with the zone's name; in winter with another one than in summer."""
    assert time_of_day(EVENING, "America/Los_Angeles") == "6:32 PM (PDT)"
    assert time_of_day(EVENING - 120 * 86_400_000, "America/Los_Angeles") == "5:32 PM (PST)"
    assert time_of_day(1_649_376_000_000, "UTC") == "12:00 AM (UTC)"
    assert time_and_day(EVENING, "America/Los_Angeles") == "6:32 PM (PDT) on Fri, Apr 8"


@pytest.mark.parametrize("code", sorted(SENTENCES))
@pytest.mark.parametrize("clinic", [CLINIC, None], ids=["with a clinic", "without"])
def test_every_refusal_is_a_whole_sentence(code: str, clinic: Clinic | None) -> None:
    """Nothing is left to fill in, and no internal word is in it."""
    said = error(7, Refused(code, at=EVENING), clinic)
    assert (said.id, said.code, said.at) == (7, code, EVENING)
    assert said.message[0].isupper()
    assert said.message.endswith((".", "?", "!"))
    assert not any(word in said.message for word in INTERNAL)


@pytest.mark.parametrize("code", get_args(Goodbye))
def test_every_goodbye_is_a_whole_sentence(code: Goodbye) -> None:
    """Whatever the reason, people are told."""
    said = bye(code, CLINIC)
    assert said.code == code
    assert said.message.endswith(".")
    assert "{" not in said.message
    assert set(GOODBYES) == set(get_args(Goodbye))


def test_a_refusal_says_what_to_do_next() -> None:
    """When to come, whom to call, which number to dial instead."""
    assert (
        error(1, Refused("link_over"), CLINIC).message
        == "This link's time is over. Call the clinic: 555-0123."
    )
    assert error(1, Refused("link_over"), CLINIC).number == "555-0123"
    early = error(1, Refused("early", at=EVENING), CLINIC)
    assert early.message == "You're early. Your visit opens at 6:32 PM (PDT) on Fri, Apr 8."
    full = error(1, Refused("visit_full"), CLINIC)
    assert full.number == "+1 555 0100"
    assert full.message.endswith("join by phone: +1 555 0100.")
    assert error(1, Refused("try_later"), CLINIC).retry_after_ms > 0
    assert error(1, Refused("pin_wrong", tries_left=2), CLINIC).tries_left == 2
