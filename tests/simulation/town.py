"""The town of one story: its nodes, its store, its people, and what they share."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import Any, Final

from actors.body import BodyCodec, key_of
from actors.days import day_of
from actors.ports import Delivery, Dispatch, Post
from actors.sealing import Sealer
from engine.clinic import Admission, Clinic, ProviderOfVisit, StaffRole
from engine.ids import PATIENT, SHARED, ClinicId, UserId, VisitId, shard_of_clinic, shard_of_visit
from engine.letters import Via
from engine.planning import Plan
from engine.refusals import Refused
from engine.visit import Visit
from gateway.door import TicketHolder
from tests.faults.history import OK, Answered, Asked, Bug, Entry, History, Owned, Stored, StoredSeat
from tests.simulation.client import Client
from tests.simulation.dashboards import Dashboard
from tests.simulation.faults import Mishap
from tests.simulation.inside import Inside
from tests.simulation.loop import ProcessLoop, Scheduler
from tests.simulation.node import SECRETS, NodeProcess
from tests.simulation.people import Caller, Guest, Provider
from tests.simulation.store import StoreServer

NOON: Final = 1_800_014_400_000
"""The store's time when a schedule begins: noon UTC of some day."""
FEW: Final = 8
"""How many shards there are in a schedule: 1,024 are no other case, and take longer."""
LONG: Final = 1_800_000
"""Milliseconds of a visit that lasts longer than its story."""
NUMBER: Final = "+15550100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is played. All else is drawn from `seed`."""

    seed: int
    nodes: int = 2
    clinics: int = 1
    visits: int = 2
    guests: int = 2
    lasts: float = 25.0
    """Seconds of trouble."""
    mishaps: tuple[Mishap, ...] = ()


class _NoPost(Post):
    """Takes every letter."""

    def __init__(self, letters: Counter[tuple[str, int]]) -> None:
        self._letters = letters

    def safe_to_repeat(self, via: Via) -> bool:
        """Nobody knows a letter again."""
        return False

    async def send(self, dispatch: Dispatch) -> Delivery:
        """Take it after a while."""
        self._letters[(dispatch.key, dispatch.attempt)] += 1
        await asyncio.sleep(0.05)
        return Delivery("sent")


@dataclass(slots=True)
class _Planned:
    """A visit of the story."""

    clinic: Clinic
    visit: VisitId
    lapses_at: int


class Town:
    """The world of one story: what nodes and people need of it."""

    def __init__(self, story: Story, changed: Mapping[str, bytes]) -> None:
        self.story = story
        self.scheduler = Scheduler(Random(f"turns {story.seed}"))
        self.chance = Random(f"people {story.seed}")
        self.people = ProcessLoop(self.scheduler, "people")
        self.server = StoreServer(lambda: NOON + int(self.scheduler.now * 1000), dict(changed))
        self.inside = Inside(self.server, lambda: self.scheduler.now)
        self.history = History()
        self.letters: Counter[tuple[str, int]] = Counter()
        self.post: Post | None = _NoPost(self.letters)
        self.tickets: dict[str, TicketHolder] = {}
        self.bugs: list[str] = []
        self.calm = False
        self.slots: dict[str, list[NodeProcess]] = {}
        self.held_down: set[str] = set()
        """Slots that nobody starts again for now."""
        self.clients: list[Client] = []
        self.planned: list[_Planned] = []
        self.told: list[str] = []
        self._numbers = 0
        self._staff: dict[str, ClinicId] = {}

    # ------------------------------------------------------------ what people need

    def note(self, entry: Entry) -> None:
        """Write down what happened."""
        self.history.entries.append(entry)  # type: ignore[arg-type]  # every kind of entry is one of AnyEntry

    def tell(self, what: str) -> None:
        """Say what is done to the town."""
        self.told.append(f"{self.scheduler.now:8.3f}  {what}")

    def number(self) -> int:
        """Give a number that was never given."""
        self._numbers += 1
        return self._numbers

    def door(self, moved_to: str = "", last: NodeProcess | None = None) -> NodeProcess | None:
        """Choose a process, as a load balancer does, but the last one; or find the one that was named."""
        there = [process for processes in self.slots.values() for process in processes if process.there]
        named = [process for process in there if moved_to and moved_to.endswith(process.name)]
        if named:
            return named[0]
        others = [process for process in there if process is not last] or there
        return self.chance.choice(others) if others else None

    def ticket(self, user: str, visit: str | None) -> str:
        """Give a staff member a one-use ticket."""
        ticket = f"ticket {self.number()}"
        clinic = self._staff[user]
        self.tickets[ticket] = TicketHolder(
            UserId(user), StaffRole.PROVIDER, user, clinic, visit, f"session of {user}"
        )
        return ticket

    def wire_delay(self) -> float:
        """Draw how long a frame takes."""
        return 0.0005 + (0.02 - 0.0005) * self.chance.random()

    # ------------------------------------------------------------ nodes

    def start(self, slot: str) -> NodeProcess:
        """Start a new incarnation of a slot."""
        processes = self.slots.setdefault(slot, [])
        process = NodeProcess(self, slot, len(processes) + 1)
        processes.append(process)
        self.tell(f"start {process.name}")
        return process

    def current(self, slot: str) -> NodeProcess:
        """Give a slot's newest process."""
        return self.slots[slot][-1]

    def processes(self) -> list[NodeProcess]:
        """Give all that have not ended."""
        return [one for processes in self.slots.values() for one in processes if not one.ended]

    def supervise(self) -> None:
        """Start again what ended by itself; every half second."""
        for slot in self.slots:
            if self.current(slot).ended and slot not in self.held_down:
                self.start(slot)
        self.scheduler.after(0.5, self.supervise)

    # ------------------------------------------------------------ the town's own work

    def at_desk(self, clinic: ClinicId, work: Callable[[NodeProcess], Any]) -> Any:
        """Have the owner of a clinic do something, and wait for it."""

        async def ask() -> Any:
            while True:
                for process in self.processes():
                    if process.serves and process.host.shard_of(clinic) is not None:
                        answer = await process.call(lambda: work(process), self.people)  # noqa: B023
                        if not (isinstance(answer, Refused) and answer.code == "try_later"):
                            return answer
                        break
                await asyncio.sleep(0.2)

        asked = self.people.create_task(ask())
        self.scheduler.run(asked.done, 30.0)
        return asked.result()

    def settle_in(self) -> None:
        """Start nodes, save clinics, plan visits."""
        story = self.story
        nodes = [self.start(f"node-{number + 1}") for number in range(story.nodes)]
        self.scheduler.run(lambda: all(one.serves for one in nodes), 30.0)
        self.supervise()
        for place, name in enumerate(clinic_names()[: story.clinics]):
            clinic = Clinic(
                id=name,
                name="Bayview",
                dial_in=(f"{NUMBER}{place}",),
                admission=self.chance.choice((Admission.DIRECT, Admission.PROVIDER_ADMITS)),
            )
            refused = self.at_desk(name, partial(_save_clinic, clinic))
            assert refused is None, refused
            for at in range(story.visits):
                self._plan(clinic, f"{place}{at}")

    def _plan(self, clinic: Clinic, name: str) -> None:
        now = self.server.keys.now()
        length = self.chance.choice((self.chance.randint(8, 40) * 1000, LONG))
        if any(mishap.kind == "freeze" for mishap in self.story.mishaps):
            length = LONG  # a node whose clock stood still is late by as much until it finds that out
        doctor = f"dr-{name}"
        self._staff[doctor] = clinic.id
        visit_id = VisitId(f"{shard_of_clinic(clinic.id):04d}-{'v' * 10}{name}")
        plan = Plan(
            visit=visit_id,
            clinic=clinic.id,
            start=now,
            end=now + length,
            patient=f"Pat {name}",
            name=f"visit {name}",
            providers=(ProviderOfVisit(UserId(doctor), doctor),),
            starts_now=True,
        )
        self.note(Asked(at=self.scheduler.now, op=f"plan {name}", who="desk", what="plan", about=plan.name))
        visit = self.at_desk(clinic.id, lambda node: node.desk.plan(plan))
        assert not isinstance(visit, Refused), visit
        self.note(
            Answered(
                at=self.scheduler.now, op=f"plan {name}", code=OK, made=visit_id, instant=visit.lapses_at
            )
        )
        self.planned.append(_Planned(clinic, visit_id, visit.lapses_at))
        self.clients.append(Provider(self, doctor, visit_id, extends=length == LONG))
        self._invite_people(clinic, visit_id, name)

    def _invite_people(self, clinic: Clinic, visit: VisitId, name: str) -> None:
        shared, patient = SECRETS.link(visit, SHARED, 0), SECRETS.link(visit, PATIENT, 0)
        self.clients.append(Guest(self, f"pat-{name}", visit, patient, f"Pat {name}"))
        for at in range(self.story.guests):
            self.clients.append(Guest(self, f"guest-{name}-{at}", visit, shared, f"Guest {name} {at}"))
        if self.chance.random() < 0.5:
            pin = SECRETS.pin(visit, SHARED, 0)
            self.clients.append(Caller(self, f"caller-{name}", clinic.dial_in[0], visit, pin))
        if name.endswith("0"):
            watcher = f"desk-{name}"
            self._staff[watcher] = clinic.id
            day = day_of(self.server.keys.now(), clinic.zone)
            self.clients.append(Dashboard(self, watcher, clinic.id, day))

    def let_people_in(self) -> None:
        """Everybody comes, each in their own time."""

        async def come(client: Client) -> None:
            await asyncio.sleep(self.chance.uniform(0, 4))
            await client.live()

        for client in self.clients:
            self.people.start(come(client))
            self.people.start(client.act())

    # ------------------------------------------------------------ the end

    def look(self) -> None:
        """Write down what people see and what the store holds, now that all is quiet."""
        for client in self.clients:
            if isinstance(client, Guest):
                client.note_view()
        for planned in self.planned:
            self._look_at(planned)
        for clinic in dict.fromkeys(one.clinic.id for one in self.planned):
            number = shard_of_clinic(clinic)
            epoch = self.server.keys.do([b"HGET", b"{s%04d}:owner" % number, b"epoch"])
            assert isinstance(epoch, bytes)
            self.note(Owned(at=self.scheduler.now, shard=number, epoch=int(epoch)))
        for bug in self.bugs:
            self.note(Bug(at=self.scheduler.now, node=bug.partition(":")[0], what=bug))

    def _look_at(self, planned: _Planned) -> None:
        key = b"{s%04d}:v:%b" % (shard_of_visit(planned.visit) or 0, planned.visit.encode())
        value = self.server.keys.do([b"GET", key])
        if not isinstance(value, bytes):
            return
        body = value.partition(b"\n")[2]
        sealer = Sealer(SECRETS, bytes)
        visit: Visit = BodyCodec(sealer, planned.visit, key_of(body)).decode(body, planned.clinic)
        self.note(
            Stored(
                at=self.scheduler.now,
                visit=planned.visit,
                status=visit.status.value,
                name=visit.name,
                lapses_at=visit.lapses_at,
                seats={
                    seat.id: StoredSeat(standing=seat.standing.value, name=seat.name)
                    for seat in visit.seats.values()
                },
                labels={one.id: one.label for one in visit.invitations.values() if one.label},
            )
        )


async def _save_clinic(clinic: Clinic, node: NodeProcess) -> Refused | None:
    return await node.desk.save_clinic(clinic)


@cache
def clinic_names() -> list[ClinicId]:
    """Name clinics whose shards are among the few."""
    names = (ClinicId(f"c-{number}") for number in range(5000))
    found: dict[int, ClinicId] = {}
    for name in names:
        if shard_of_clinic(name) < FEW:
            found.setdefault(shard_of_clinic(name), name)
    return list(found.values())
