"""A visit's letters through a real mail server: what was mailed opens the visit, and calendars follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from icalendar import Calendar

from engine.asking import Cancel, Reschedule
from engine.clinic import MINUTE
from engine.ids import InvitationId, OpId
from engine.planning import Contact, PlannedGuest
from tests.support.mailbox import Mailbox, mailbox
from tests.support.node import house, token_of
from tests.support.town import Town

ANN = PlannedGuest(invitation=InvitationId("ann"), contact=Contact(email="ann@family.example"))


def link_in(box: Mailbox) -> str:
    """Take the link out of the last mail, as a person would."""
    plain = box.last().get_body(("plain",))
    assert plain is not None
    found = re.search(r"https?://\S+/j#\S+", plain.get_content())
    assert found is not None
    return found[0]


@dataclass(frozen=True)
class InCalendar:
    """What a mail asks of a calendar."""

    method: str
    uid: str
    sequence: int
    start: int
    """Seconds since 1970."""


def event_in(box: Mailbox) -> InCalendar:
    """Take the event out of the last mail."""
    calendar = Calendar.from_ical(next(box.last().iter_attachments()).get_content())
    assert isinstance(calendar, Calendar)
    [event] = calendar.events
    assert isinstance(event.start, datetime)
    sequence = int(str(event["SEQUENCE"]))
    return InCalendar(str(calendar["METHOD"]), str(event["UID"]), sequence, round(event.start.timestamp()))


async def test_from_the_mail_into_the_visit_and_out_of_the_calendar(tmp_path: Path) -> None:
    """The invitation's link joins; a new time moves the same event, and a cancellation takes it away."""
    async with mailbox() as box:
        mail = {"host": "127.0.0.1", "port": box.port, "tls": "none", "sender": "visits@clinic.example"}
        async with house(tmp_path, mail=mail) as here:
            town = Town(here, None)  # type: ignore[arg-type]  # the mail server is the post
            visit = await here.plan(starts_in=60, guests=(ANN,))
            await town.settled(visit)
            assert box.got[-1].rcpt_tos == ["ann@family.example"]
            first = event_in(box)
            assert (first.method, first.start) == ("REQUEST", visit.start // 1000)
            link = link_in(box)

            start = visit.start - 50 * MINUTE
            moved = Reschedule(OpId("move"), here.doctor, start, start + 30 * MINUTE)
            assert getattr(await here.node.desk.ask(visit.id, moved), "durable", False)
            await town.settled(visit)
            assert link_in(box) == link
            assert event_in(box) == InCalendar("REQUEST", first.uid, first.sequence + 1, start // 1000)

            ann = await here.join(token_of(link), "Ann")
            assert ann.seat
            await ann.close()

            assert getattr(
                await here.node.desk.ask(visit.id, Cancel(OpId("cancel"), here.doctor)), "durable", False
            )
            await town.until(lambda: len(box.got) == 3)
            assert event_in(box) == InCalendar("CANCEL", first.uid, first.sequence + 2, start // 1000)
