"""Letters to try things with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from actors.ports import Dispatch
from engine.clinic import Clinic
from engine.ids import ClinicId, VisitId
from engine.letters import Kind, Via

START: Final = round(datetime(2026, 3, 9, 1, 30, tzinfo=UTC).timestamp() * 1000)
"""Sunday, March 8, 6:30 PM (PDT): the evening of the day on which the clocks were put forward."""
VISIT: Final = VisitId("0417-7h3kq2m9xw4c")
TOKEN: Final = f"{VISIT}.abc123.abcdefghijklmnopqrstuv"
CLINIC: Final = Clinic(
    id=ClinicId("c-bay"), name="Bayview Clinic", zone="America/Los_Angeles", phone="555-0123"
)
LETTER: Final = Dispatch(
    key=f"{VISIT}.7",
    attempt=1,
    visit=VISIT,
    kind=Kind.INVITATION,
    via=Via.EMAIL,
    to="ann@example.com",
    language="en",
    clinic=CLINIC,
    provider="Dr. Ana Rivera",
    start=START,
    end=START + 15 * 60_000,
    sequence=0,
    patient=False,
    link=f"https://visits.example.org/j#{TOKEN}",
    number="+14155550123",
    pin="1234567897",
)


def letter(**changes: Any) -> Dispatch:
    """Make a letter to Ann, with changes."""
    return replace(LETTER, **changes)
