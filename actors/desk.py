"""The clinic's desk: what REST asks of visits and settings. Answers are values; a store that is away is
`try_later`.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial

from msgspec import msgpack

from actors import calendar
from actors.days import bounds
from actors.host import Host
from actors.live import Answer, LiveVisit
from actors.pins import follow, give_back, link, panel, patient_link, proven, reserve, stretch
from actors.ports import StoreDown
from actors.quotas import Quotas, asker_of
from actors.shard import Shard
from engine.asking import (
    By,
    ByLink,
    Edit,
    Extend,
    Invite,
    Reschedule,
    Resend,
)
from engine.clinic import Clinic, Right
from engine.commands import (
    AssignPin,
    Command,
    LetterAnswer,
    Opened,
    SendLetter,
)
from engine.events import Done, Outcome
from engine.ids import (
    PATIENT,
    SHARED,
    ClinicId,
    Instant,
    InvitationId,
    OpId,
    UserId,
    VisitId,
    shard_of_clinic,
    visit_id,
)
from engine.letters import Progress
from engine.planning import NOWHERE, Contact, Plan
from engine.refusals import Refused
from engine.visit import Visit
from signaling import messages as wire
from signaling.translate import door


class Desk:
    """Plans, finds and runs visits for those who ask over HTTP."""

    __slots__ = ("_host", "_quotas")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._quotas = Quotas(host.quotas, host.secrets, host.outreach)

    # ------------------------------------------------------------ visits

    def new_visit_id(self, clinic: ClinicId) -> VisitId:
        """A fresh visit's id in the clinic's shard."""
        return visit_id(shard_of_clinic(clinic), self._host.random_id(12))

    async def plan(self, plan: Plan) -> Visit | Refused:
        """Make a visit with its invitations, their PINs reserved first, and save it. The same `plan.visit`
        again gives the visit there is.
        """
        clinic, shard = self._host.clinic(plan.clinic), self._host.shard_of(plan.clinic)
        if clinic is None or shard is None:
            return Refused("no_such_visit")
        if (known := self._host.here(plan.visit)) is not None:
            return known.visit
        if plan.visit in shard.visits:  # it is being saved, or in doubt
            return Refused("try_later")
        visit = Visit.plan(plan, clinic, self._host.now())
        if isinstance(visit, Refused):
            return visit
        contacts = (plan.contact, *(guest.contact for guest in plan.guests))
        try:
            refused = await self._quotas.spend(clinic, plan.by, contacts, self._host.now())
            if refused is not None:
                return refused
            await self._reserve_all(visit)
        except StoreDown:
            return Refused("try_later")
        if plan.visit in shard.visits or not shard.can_save() or self._host.shard(shard.number) is not shard:
            return Refused("try_later")
        live = shard.add(visit)
        outcome = await _awaited(live.begin)
        return visit if isinstance(outcome, Done) else outcome

    async def _reserve_all(self, visit: Visit) -> None:
        """Reserve the PINs of a visit that is being planned, or none of them. Raises StoreDown."""
        pinned = [one for one in visit.invitations if one != PATIENT]
        times = (visit.start, visit.lapses_at)
        attempts = await asyncio.gather(
            *(reserve(self._host, visit.clinic, visit.id, one, *times) for one in pinned),
            return_exceptions=True,
        )
        failed = [one for one in attempts if isinstance(one, BaseException)]
        for invitation, attempt in zip(pinned, attempts, strict=True):
            if isinstance(attempt, BaseException):
                continue
            if failed:
                with suppress(StoreDown):  # then it counts as known until the visit's end
                    await give_back(self._host, visit.clinic, visit, invitation, attempt)
            else:
                visit.handle(AssignPin(invitation, attempt), self._host.now())
        if failed:
            raise failed[0]

    async def ask(self, visit: str, command: Command) -> Outcome:
        """Carry out a command; the answer comes once it is saved."""
        live = self._host.live(visit)
        if live is None:
            return Refused("visit_over" if await self.find(visit) else "no_such_visit")
        try:
            refused = await self._charged(live.visit, command)
            moves = refused is None and await self._prepare(live, command)
        except StoreDown:
            return Refused("try_later")
        if refused is not None:
            return refused
        outcome = await _awaited(lambda answer: live.submit(answer, command))
        if moves:
            with suppress(StoreDown):  # the index is a hint; the visit decides
                await follow(self._host, live.visit)
        return outcome

    async def _charged(self, visit: Visit, command: Command) -> Refused | None:
        """Count the letters that a command asks for, unless it is a repetition, or will be refused anyhow.
        Raises StoreDown.
        """
        if isinstance(command, Resend) and visit.may_invite(command.by) is None:
            invitation = visit.invitations.get(command.invitation)
            contact = Contact(email=invitation.email, phone=invitation.phone) if invitation else NOWHERE
        elif isinstance(command, Edit) and command.contact and not visit.allowed(command.by, Right.SCHEDULE):
            patient, asked = visit.invitations[PATIENT], command.contact
            contact = Contact(
                email=asked.email if asked.email != patient.email else "",
                phone=asked.phone if asked.phone != patient.phone else "",
            )
        else:
            return None
        return await self._spent(visit, command.by, command.op, contact)

    async def _spent(self, visit: Visit, by: By, op: OpId, contact: Contact) -> Refused | None:
        now = self._host.now()
        if visit.operations.find(op, now) is not None:
            return None
        return await self._quotas.spend(visit.clinic, asker_of(visit, by), (contact,), now)

    async def _prepare(self, live: LiveVisit, command: Command) -> bool:
        """The PIN index is lengthened before the save (architecture.md, State); whether it has to follow."""
        visit = live.visit
        if isinstance(command, Extend):
            await stretch(self._host, visit, visit.lapse_if_extended(command.minutes, self._host.now()))
        elif isinstance(command, Reschedule):
            await stretch(self._host, visit, command.end + visit.clinic.grace, start=command.start)
        return isinstance(command, Extend | Reschedule)

    async def invite(
        self,
        visit: str,
        by: By,
        op: OpId,
        contact: Contact = NOWHERE,
        *,
        label: str = "",
        interpreter: bool = False,
    ) -> tuple[InvitationId, wire.Panel] | Refused:
        """Make a personal invitation with a link and a PIN of its own (D3); it is sent where there is an
        address, which `actors.contacts.checked` has checked.
        """
        live = self._host.live(visit)
        if live is None:
            return Refused("visit_over" if await self.find(visit) else "no_such_visit")
        refused = live.visit.may_invite(by)
        if refused is not None:
            return refused
        invitation = InvitationId(self._host.random_id(6))
        try:
            refused = await self._spent(live.visit, by, op, contact)
            if refused is not None:
                return refused
            attempt = await reserve(
                self._host,
                live.visit.clinic,
                live.visit.id,
                invitation,
                live.visit.start,
                live.visit.lapses_at,
            )
        except StoreDown:
            return Refused("try_later")
        asked = Invite(
            op=op, by=by, invitation=invitation, label=label, contact=contact, interpreter=interpreter
        )
        outcome = await _awaited(lambda answer: live.submit(answer, asked, AssignPin(invitation, attempt)))
        unused = outcome.code != "try_later" if isinstance(outcome, Refused) else outcome.repeated
        if unused:  # of `try_later` it is not known yet what it did
            with suppress(StoreDown):  # then it counts as known until the visit's end
                await give_back(self._host, live.visit.clinic, live.visit, invitation, attempt)
        if isinstance(outcome, Refused):
            return outcome
        made = InvitationId(outcome.created)
        if made not in live.visit.invitations:  # the operation was another one, that made none
            return Refused("op_reused")
        return made, panel(self._host, live.visit, made, 0)

    async def find(self, visit: str) -> Visit | None:
        """A visit, over or not; None when there is none or the store is away."""
        live = self._host.here(visit)
        if live is not None:
            return live.visit
        try:
            return await self._host.stored(visit)
        except StoreDown:
            return None

    async def day(self, clinic: str, day: str) -> tuple[str, list[Visit]] | Refused:
        """The day's name and the clinic's visits of it ("" is today), by start."""
        return await calendar.of_day(self._host, clinic, day)

    async def range(self, clinic: str, start: Instant, end: Instant) -> list[Visit] | Refused:
        """The clinic's visits that start in [start, end), at most 45 days of them, over or not, by start."""
        return await calendar.between(self._host, clinic, start, end)

    def overlaps(
        self,
        clinic: str,
        start: Instant,
        end: Instant,
        providers: Collection[UserId],
        patient_email: str = "",
    ) -> list[Visit]:
        """The clinic's visits at that time with one of these providers or with this patient, by start."""
        return calendar.overlaps(self._host, clinic, start, end, providers, patient_email)

    # ------------------------------------------------------------ links

    def shared_panel(self, visit: Visit) -> wire.Panel:
        """The visit's shared link, number and PIN (R4)."""
        return panel(self._host, visit, SHARED, 0)

    def guest_link(self, visit: Visit, invitation: InvitationId) -> str:
        """One invitation's link."""
        return link(self._host, visit, invitation)

    def patient_link(self, visit: Visit) -> str:
        """The patient's own link (R13)."""
        return patient_link(self._host, visit)

    def look(self, token: str) -> wire.Door | Refused:
        """What somebody with a link may see before they join (D12); changes nothing (D8)."""
        shown = self._shown(token)
        if isinstance(shown, Refused):
            return shown
        live, invitation, _ = shown
        return door(live.visit, patient=invitation == PATIENT)

    async def opened(self, token: str) -> Refused | None:
        """Note that a person has the page of a link before them; only the first time is kept (B1, D8)."""
        shown = self._shown(token)
        if isinstance(shown, Refused):
            return shown
        live, invitation, generation = shown
        outcome = await _awaited(lambda answer: live.submit(answer, Opened(invitation, generation)))
        return outcome if isinstance(outcome, Refused) else None

    def patient(self, token: str) -> tuple[Visit, ByLink] | Refused:
        """The visit whose patient's own link this is, and the proof of it: with that the patient may invite,
        cancel or see the shared panel, where the clinic lets them (R2, R13).
        """
        shown = self._shown(token)
        if isinstance(shown, Refused):
            return shown
        live, invitation, generation = shown
        return (live.visit, ByLink(generation)) if invitation == PATIENT else Refused("not_allowed")

    def _shown(self, token: str) -> tuple[LiveVisit, InvitationId, int] | Refused:
        """The visit and invitation of a link that still leads somewhere, and the generation it proves."""
        found = self._host.secrets.read_link(token)
        live = self._host.live(found.visit) if found else None
        if found is None or live is None:
            return Refused("visit_over" if found else "link_unknown")
        invitation = InvitationId(found.invitation)
        generation = proven(self._host.secrets, found, live.visit)
        if generation is None:
            return Refused("link_unknown")
        refused = live.visit.link_refusal(invitation, generation, self._host.now())
        return refused or (live, invitation, generation)

    def by_phone(self, token: str) -> tuple[str, str] | Refused:
        """How the holder of a link takes part by telephone: the number, and the PIN of the link's own
        invitation (D3, D11). "" each when there is none: the patient's link has no PIN. Changes nothing.
        """
        looked = self._shown(token)
        if isinstance(looked, Refused):
            return looked
        live, invitation, _ = looked
        if invitation not in live.visit.pinned_invitations():
            return "", ""
        shown = panel(self._host, live.visit, invitation, 0)
        return shown.number, shown.pin

    # ------------------------------------------------------------ letters

    async def letter_bounced(self, visit: str, number: int, attempt: int, reason: str) -> Refused | None:
        """Note what a provider learnt after it had taken a letter: that it was not delivered. `reason` is a
        code of ours.
        """
        live = self._host.here(visit)
        if live is None:
            return Refused("no_such_visit")
        bounced = LetterAnswer(letter=number, attempt=attempt, result="failed", reason=reason)
        outcome = await _awaited(lambda answer: live.submit(answer, bounced))
        return outcome if isinstance(outcome, Refused) else None

    async def give_up_letters(self, visit: str, reason: str) -> Refused | None:
        """Let every letter of a visit fail that was not sent; with the last one of a cancelled visit its
        people's addresses go (R15).
        """
        while (live := self._host.here(visit)) is not None:
            letter = next((one for one in live.visit.letters if one.pending), None)
            if letter is None:
                break
            begun = letter.progress is Progress.SENDING
            attempt = letter.attempt if begun else letter.attempt + 1
            failed = LetterAnswer(letter=letter.number, attempt=attempt, result="failed", reason=reason)
            commands = (failed,) if begun else (SendLetter(letter.number, attempt), failed)
            outcome = await _awaited(partial(_submit, live, commands))
            if isinstance(outcome, Refused):
                return outcome
        return None

    # ------------------------------------------------------------ settings

    async def save_clinic(self, clinic: Clinic) -> Refused | None:
        """Save a clinic's settings, new or changed; they hold for its visits at once (R1)."""
        shard = self._host.shard_of(clinic.id)
        if shard is None or not shard.can_save():
            return Refused("try_later")
        try:
            await self._host.known.add([clinic])
            before = shard.clinics.get(clinic.id)
            gone = {*before.dial_in} - {*clinic.dial_in} if before is not None else set()
            await self._host.known.gave_up(clinic.id, gone)
            result = await self._host.store.save_clinic(
                shard.number, shard.epoch, clinic.id, msgpack.encode(clinic)
            )
        except StoreDown:
            return Refused("try_later")
        if result != "ok":
            return Refused("try_later")
        known = shard.clinics.setdefault(clinic.id, clinic)
        for name, value in asdict(clinic).items():
            setattr(known, name, value)
        for day in shard.outdated(known):
            self._host.tasks.start(self._rebuild(shard, known, day))
        for live in shard.visits.values():
            if live.visit.clinic is known:
                self._host.arm(live)
                live.announce()
        return None

    async def _rebuild(self, shard: Shard, clinic: Clinic, day: str) -> None:
        """The clinic counts its days by another zone now: whoever watches one gets it whole, anew."""
        while (board := shard.board(clinic.id, day)) is not None and board.zone != clinic.zone:
            zone, there = clinic.zone, set(shard.visits)
            try:
                finished = await self._host.finished(shard, clinic, bounds(day, zone) or board.within)
            except StoreDown:
                shard.close_board(clinic.id, day)
                return
            if zone == clinic.zone and there <= shard.visits.keys():  # else something changed meanwhile
                shard.replace_board(clinic, day, finished)

    def now(self) -> Instant:
        """The one clock."""
        return self._host.now()


def _submit(live: LiveVisit, commands: Sequence[Command], answer: Answer) -> None:
    live.submit(answer, *commands)


async def _awaited(submit: Callable[[Answer], None]) -> Outcome:
    """Wait for the one answer of a submission."""
    waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def answer(outcome: Outcome) -> None:
        if not waiter.done():
            waiter.set_result(outcome)

    submit(answer)
    return await waiter
