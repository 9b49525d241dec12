"""What events mean for the metrics: somebody in whom nobody let in is seen, apart from admission (D5)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from actors.ports import Observer
from actors.tally import tally
from engine.clinic import Admission, Clinic
from engine.events import Audited, Event, SeatChanged, Standing, Status, VisitChanged, VisitWhy, Why
from engine.ids import ClinicId, InvitationId, SeatId
from engine.presence import Role, Seat
from engine.visit import Visit

CLINIC = Clinic(id=ClinicId("c"), name="Bayview", zone="UTC", admission=Admission.PROVIDER_ADMITS)
JOINED = SeatChanged(SeatId("s"), Why.JOINED, None)
ADMITTED = SeatChanged(SeatId("s"), Why.ADMITTED, Standing.WAITING, waited=1000)
BY_WORD = Audited("admit", None, "s")


class Transitions:
    """An observer of the states that visits come into."""

    def __init__(self) -> None:
        self.into: list[str] = []

    def transition(self, to: str) -> None:
        """Note it."""
        self.into.append(to)


def test_a_visit_that_lapses_and_ends_at_once_came_into_both_states() -> None:
    """Each is counted once: what it is in the end says nothing of what it was between."""
    events = (VisitChanged(VisitWhy.LAPSED), VisitChanged(VisitWhy.OVER))
    visit, seen = SimpleNamespace(status=Status.ENDED), Transitions()
    tally(cast("Observer", seen), cast("Visit", visit), events)
    assert seen.into == ["lapsed", "ended"]


class Counts:
    """An observer that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> object:
        return lambda *_: self.told.append(name)


def bypassed(
    *events: Event,
    role: Role = Role.GUEST,
    asks: bool = False,
    admission: Admission = Admission.PROVIDER_ADMITS,
) -> bool:
    """Whether these events of a seat that is in are counted as a bypass."""
    seat = Seat(
        id=SeatId("s"),
        role=role,
        name="",
        standing=Standing.IN,
        since=0,
        proof="",
        invitation=InvitationId("i"),
        asks=asks,
    )
    visit = SimpleNamespace(clinic=replace(CLINIC, admission=admission), seats={seat.id: seat})
    counts = Counts()
    tally(cast("Observer", counts), cast("Visit", visit), events)
    return "admission_bypassed" in counts.told


@pytest.mark.parametrize("events", [(JOINED,), (ADMITTED,)])
def test_who_is_in_without_a_word_is_counted(events: tuple[Event, ...]) -> None:
    """Whether they came straight in, or with the provider's coming."""
    assert bypassed(*events)
    assert bypassed(*events, role=Role.PHONE)
    assert bypassed(*events, asks=True, admission=Admission.DIRECT)


def test_who_was_let_in_or_need_not_be_is_not() -> None:
    """By the provider's word; where guests come in directly; providers and the patient anywhere."""
    assert not bypassed(ADMITTED, BY_WORD)
    assert not bypassed(JOINED, admission=Admission.DIRECT)
    assert not bypassed(JOINED, role=Role.PROVIDER)
    assert not bypassed(JOINED, role=Role.PATIENT)
    assert not bypassed(SeatChanged(SeatId("s"), Why.BACK, Standing.IN))
