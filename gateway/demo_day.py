"""A demo clinic's day: visits around now and until tomorrow, as a newcomer's clinic would have them.

Nobody in it exists: addresses are on domains kept for examples (RFC 2606), numbers are kept for fiction.
Where mail or text messages really leave this machine nobody in it has an address.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from engine.asking import ByStaff, Cancel, Complete
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, StaffRole
from engine.ids import Instant, InvitationId, OpId
from engine.planning import (
    NOWHERE,
    Contact,
    Plan,
    PlannedGuest,
)
from engine.refusals import Refused
from engine.visit import Visit
from gateway.demo import CLINIC, KIM, PROVIDER, SANTOS, STAFF
from gateway.node import Node

QUARTER: Final = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit of the day: when, from the last full quarter of an hour on; who, with whom, where."""

    minute: int
    minutes: int
    patient: str
    email: str
    phone: str = ""
    provider: str = PROVIDER
    room: str = "Room 1"
    name: str = ""
    type: str = "video"
    guests: tuple[tuple[str, str, str], ...] = ()
    """What each is called, their address, their number."""
    reminders: tuple[int, ...] = (24 * 60, 60)
    language: str = "en"
    becomes: str = ""
    others: tuple[str, ...] = ()
    """Further providers."""


DAY: Final = (
    Planned(-45, 75, "Lee Park", "lee.park@example.org", name="Blood pressure", becomes="completed"),
    Planned(-15, 35, "Maya Torres", "maya.torres@example.com", provider=SANTOS, becomes="cancelled"),
    Planned(
        0,
        30,
        "Priya Nair",
        "priya.nair@example.org",
        "+14155550121",
        name="Follow-up",
        guests=(("Daughter", "asha.nair@example.org", ""),),
    ),
    Planned(
        0,
        45,
        "Luc\u00eda Romero",
        "lucia.romero@example.com",
        "+14155550122",
        provider=SANTOS,
        room="Room 2",
        name="Primera consulta",
        language="es",
        guests=(("Hijo", "", "+14155550131"), ("Interpreter", "interpreter@example.net", "")),
    ),
    Planned(15, 15, "Walter Hughes", "", "+14155550123", provider=KIM, room="Room 3", type="phone"),
    Planned(30, 15, "Amara Diallo", "amara.diallo@example.org", name="Test results"),
    Planned(
        45, 30, "Tom\u00e1s Vega", "tomas.vega@example.com", provider=SANTOS, room="Room 2", language="es"
    ),
    Planned(30, 30, "Ingrid Olsen", "ingrid.olsen@example.net", provider=KIM, room="Room 3"),
    Planned(
        60,
        60,
        "Rosa Mart\u00ednez",
        "rosa.martinez@example.org",
        "+14155550124",
        name="Care plan",
        others=(KIM,),
        guests=(("Son", "diego.martinez@example.org", "+14155550132"),),
        reminders=(60, 15),
    ),
    Planned(
        90, 15, "Noah Becker", "noah.becker@example.com", provider=SANTOS, room="Room 2", reminders=(60,)
    ),
    Planned(120, 30, "Fatima Zahra", "fatima.zahra@example.net", provider=KIM, room="Room 3"),
    Planned(150, 15, "Samuel Osei", "samuel.osei@example.org", "+14155550125"),
    Planned(
        180, 45, "Helen Fraser", "helen.fraser@example.com", provider=SANTOS, room="Room 2", name="New here"
    ),
    Planned(240, 30, "Kenji Watanabe", "kenji.watanabe@example.org", provider=KIM, room="Room 3"),
    Planned(24 * 60, 30, "Diego Ramos", "diego.ramos@example.org", language="es", provider=SANTOS),
    Planned(24 * 60 + 30, 15, "Olivia Grant", "olivia.grant@example.com"),
    Planned(24 * 60 + 60, 60, "Victor Petrov", "victor.petrov@example.net", provider=KIM, room="Room 3"),
)


async def fill(node: Node) -> int:
    """Plan the day if the demo's clinic has no visits today; says how many were planned."""
    clinic = node.host.clinic(CLINIC)
    today = await node.desk.day(CLINIC, "")
    if clinic is None or isinstance(today, Refused) or today[1]:
        return 0
    now = node.desk.now()
    made = await asyncio.gather(*(_arranged(node, clinic, one, now) for one in DAY))
    return sum(made)


async def _arranged(node: Node, clinic: Clinic, planned: Planned, now: Instant) -> bool:
    visit = await node.desk.plan(_plan(node, clinic, planned, now))
    if not isinstance(visit, Visit):
        return False
    by, op = ByStaff(visit.providers[0].user, StaffRole.PROVIDER, visit.providers[0].name), OpId("demo's day")
    if planned.becomes == "completed":
        await node.desk.ask(visit.id, Complete(op, by))
    elif planned.becomes == "cancelled":
        await node.desk.ask(visit.id, Cancel(op, by))
    return True


def _plan(node: Node, clinic: Clinic, planned: Planned, now: Instant) -> Plan:
    start = now // QUARTER * QUARTER + planned.minute * MINUTE
    names = {user: name for user, _, name, _ in STAFF}
    real = bool(node.settings.mail.host or node.settings.texts.provider)
    return Plan(
        visit=node.desk.new_visit_id(CLINIC),
        clinic=CLINIC,
        start=start,
        end=start + planned.minutes * MINUTE,
        patient=planned.patient,
        providers=tuple(
            ProviderOfVisit(user, names[user])
            for user in names
            if user in (planned.provider, *planned.others)
        ),
        name=planned.name,
        type=planned.type,
        room=planned.room,
        option=next((name for name, minutes in clinic.options if minutes == planned.minutes), ""),
        by=planned.provider,
        contact=NOWHERE if real else Contact(email=planned.email, phone=planned.phone),
        guests=tuple(
            PlannedGuest(
                invitation=InvitationId(node.host.random_id(6)),
                contact=NOWHERE if real else Contact(email=email, phone=phone),
                label=label,
                interpreter=label == "Interpreter",
            )
            for label, email, phone in planned.guests
        ),
        reminders=planned.reminders,
        language=planned.language,
    )
