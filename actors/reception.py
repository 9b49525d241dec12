"""Hello: every connection is brought to its seat, or to a dashboard, or turned away with a reason (D10,
D11, B3).
"""

from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import Final, Literal

from actors.host import Host, Place
from actors.live import LiveVisit
from actors.pins import proven
from actors.ports import Outlet, StoreDown
from actors.requests import Requests
from actors.steering import elsewhere
from engine.asking import ByStaff
from engine.commands import (
    Arrive,
    Channel,
    Drop,
    Enter,
    Leave,
    Resume,
)
from engine.events import Connected, Outcome
from engine.ids import (
    PATIENT,
    ClinicId,
    Instant,
    InvitationId,
    OpId,
    PageId,
    SeatId,
    UserId,
    shard_of_clinic,
    shard_of_visit,
)
from engine.refusals import Refused
from signaling import messages as wire
from signaling.translate import error, ready

Stands = Callable[[UserId, ClinicId, str], Awaitable[bool]]
"""Whether a session or key of somebody of a clinic was not ended; raises StoreDown."""

NO_OP: Final = OpId("")
"""Of who does not say what they would repeat: nothing is remembered of it."""

SIGNED_IN_KEPT: Final = 10_000
"""Of how many sessions and keys it is remembered whether they were ended; of others the store is asked."""


UNOWNED_MS: Final = 500
"""Milliseconds after which to come again for what nobody has: a dead node's visits have an owner by then."""


class Reception:
    """Answers hellos; knows which connection sits where until it is gone."""

    __slots__ = ("_host", "_requests", "_signed_in", "_stands")

    def __init__(self, host: Host, requests: Requests, stands: Stands) -> None:
        self._host = host
        self._requests = requests
        self._stands = stands
        self._signed_in: dict[str, bool] = {}
        """The sessions and keys that seats stand on, as far as known: False once they were ended."""

    def arrive(self, outlet: Outlet, hello: wire.HelloLink) -> None:
        """Somebody comes by a link: a guest, or the patient."""
        host = self._host
        link = host.secrets.read_link(hello.token)
        if link is None:
            self._refuse(outlet, hello.id, Refused("link_unknown"), "web", "guest")
            return
        live = host.live(link.visit)
        if live is None:
            host.tasks.start(self._not_here(outlet, hello.id, link.visit))
            return
        generation = proven(host.secrets, link, live.visit)
        if generation is None:
            self._refuse(outlet, hello.id, Refused("link_unknown"), "web", "guest", live)
            return
        seat, secret = self._candidate(live)
        self._seat(
            outlet,
            live,
            hello.id,
            Arrive(
                op=host.secrets.operation(hello.op) if hello.op else NO_OP,
                seat=seat,
                proof=host.secrets.proof(secret),
                invitation=InvitationId(link.invitation),
                generation=generation,
                channel=Channel.WEB,
                connection=outlet.id,
                page=PageId(hello.page),
                name=hello.name,
                move=hello.move,
            ),
            secret,
        )

    def resume(self, outlet: Outlet, hello: wire.HelloSeat) -> None:
        """The holder of a seat is back."""
        host = self._host
        live = host.live(hello.visit)
        if live is None:
            host.tasks.start(self._not_here(outlet, hello.id, hello.visit))
            return
        command = Resume(
            seat=SeatId(hello.seat),
            proof=host.secrets.proof(hello.secret),
            connection=outlet.id,
            page=PageId(hello.page),
        )
        seat = live.visit.seats.get(command.seat)
        if seat is not None and seat.user is not None and seat.proof == command.proof:
            if not seat.credential:  # saved by a version that did not say: a new ticket does
                self._refuse(outlet, hello.id, Refused("resume_refused"), "web", "provider")
                return
            signed_in = self._signed_in.get(seat.credential)
            if signed_in is None:
                clinic = live.visit.clinic.id
                host.tasks.start(self._resume_if(outlet, hello, seat.user, clinic, seat.credential))
                return
            if not signed_in:
                self._refuse(outlet, hello.id, Refused("sign_in"), "web", "provider")
                return
        self._seat(outlet, live, hello.id, command, hello.secret, hello.stream, hello.seq)

    async def _resume_if(
        self, outlet: Outlet, hello: wire.HelloSeat, user: UserId, clinic: ClinicId, credential: str
    ) -> None:
        """Resume a staff member's seat if they were not signed out while no node here knew of the seat."""
        try:
            stands = await self._stands(user, clinic, credential)
        except StoreDown:
            self._refuse(outlet, hello.id, Refused("try_later"), "web", "provider")
            return
        self._learn(credential, stands=stands)
        if outlet.stand_on(credential):  # else it is gone
            self.resume(outlet, hello)

    def enter(self, outlet: Outlet, hello: wire.HelloStaff, by: ByStaff, clinic: str, visit: str) -> None:
        """A provider takes their seat in a visit of their clinic; the caller has redeemed the ticket."""
        host = self._host
        live = host.live(visit)
        if live is None:
            host.tasks.start(self._not_here(outlet, hello.id, visit, "no_such_visit", "provider"))
            return
        if live.visit.clinic.id != clinic:
            self._refuse(outlet, hello.id, Refused("no_such_visit"), "web", "provider")
            return
        if outlet.credential:
            self._learn(outlet.credential, stands=True)  # it was redeemed just now
        seat, secret = self._candidate(live)
        self._seat(
            outlet,
            live,
            hello.id,
            Enter(
                op=NO_OP,
                seat=seat,
                proof=host.secrets.proof(secret),
                credential=outlet.credential,
                by=by,
                connection=outlet.id,
                page=PageId(hello.page),
                move=hello.move,
            ),
            secret,
        )

    def dashboard(self, outlet: Outlet, hello: wire.HelloStaff, by: ByStaff, clinic: str) -> None:
        """A member of staff opens a dashboard of their clinic."""
        if self._host.shard_of(clinic) is None:
            if (moved := elsewhere(self._host, shard_of_clinic(ClinicId(clinic)))) is not None:
                outlet.answer(moved)
            else:
                outlet.answer(error(hello.id, Refused("try_later"), None, retry_ms=UNOWNED_MS))
                self._host.observer.refused("try_later")
            return
        self._requests.open_dashboard(outlet, by, clinic)
        outlet.answer(
            wire.ReadyStaff(
                id=hello.id,
                user=by.user,
                name=by.name,
                role=by.role.value,
                clinic=clinic,
                now=self._host.now(),
            )
        )

    def revoked(self, credential: str) -> None:
        """Who signed out does not come back by a seat's secret, whichever browser has it."""
        self._signed_in.pop(credential, None)
        self._learn(credential, stands=False)

    def _learn(self, credential: str, *, stands: bool) -> None:
        """Remember whether a session or key stands; one that was ended never stands again."""
        self._signed_in.setdefault(credential, stands)
        if len(self._signed_in) > SIGNED_IN_KEPT:
            del self._signed_in[next(iter(self._signed_in))]

    def closed(self, outlet: Outlet, *, hung_up: bool) -> None:
        """A connection is gone; `hung_up`: a telephone said goodbye itself."""
        host = self._host
        waited = host.unexpect(outlet.id)
        self._requests.close_dashboard(outlet)
        place = host.places.pop(outlet.id, None)
        if place is not None:
            self._part(place.live, outlet, leaves=place.phone and hung_up)
        elif waited and hung_up:  # its seat is being saved
            host.expect(outlet.id, partial(self._gone_again, outlet))

    # ------------------------------------------------------------ in itself

    def _gone_again(self, outlet: Outlet, live: LiveVisit, connected: Connected) -> None:
        """Somebody has a seat who closed their connection while it was saved."""
        phone = live.visit.seats[connected.seat].phone
        self._part(live, outlet, leaves=phone is not None and phone.id == outlet.id)

    def _part(self, live: LiveVisit, outlet: Outlet, *, leaves: bool) -> None:
        """Tell a visit that a connection is gone, and its person with it, or nobody knows."""
        live.outlets.pop(outlet.id, None)
        if not leaves:
            live.submit(_nothing, Drop(outlet.id))
            return

        def answered(outcome: Outcome) -> None:
            if isinstance(outcome, Refused):  # it cannot be saved now, but nobody is on the line
                live.submit(_nothing, Drop(outlet.id))

        live.submit(answered, Leave(outlet.id))

    def _seat(
        self,
        outlet: Outlet,
        live: LiveVisit,
        request: int,
        command: Arrive | Enter | Resume,
        secret: str,
        stream: str = "",
        seq: int = 0,
    ) -> None:
        host, began = self._host, perf_counter()
        live.outlets[outlet.id] = outlet
        role, lost_since = _role(command), _lost_since(live, command)
        if isinstance(command, Resume):
            host.observer.reconnect(_after(live, command))

        def greet(where: LiveVisit, connected: Connected) -> None:
            how = self._greet(outlet, where, connected, request, secret, stream, seq)
            if connected.resumed and how:
                host.observer.resume(how, (host.now() - lost_since) / 1000 if lost_since > 0 else 0.0)

        def answered(outcome: Outcome) -> None:
            if isinstance(outcome, Refused):
                host.unexpect(outlet.id)
                live.outlets.pop(outlet.id, None)
                if outcome.code == "resume_refused":
                    host.tasks.start(self._refuse_if_ours(outlet, request, outcome, live))
                    return
                self._refuse(outlet, request, outcome, "web", role, live)
                if isinstance(command, Resume):
                    host.observer.resume("refused", 0.0)
            elif not isinstance(command, Resume):
                host.observer.join("web", role, "ok", "", perf_counter() - began)

        host.expect(outlet.id, greet)
        live.submit(answered, command)

    async def _refuse_if_ours(self, outlet: Outlet, request: int, refused: Refused, live: LiveVisit) -> None:
        """Refuse a seat for good, unless the visit is another node's by now, which may have given it."""
        try:
            ours = await self._host.still_has(live.visit.id)
        except StoreDown:
            ours = False
        if not ours:
            refused = Refused("try_later")
        self._refuse(outlet, request, refused, "web", "guest", live)
        self._host.observer.resume("refused", 0.0)

    def _greet(
        self,
        outlet: Outlet,
        live: LiveVisit,
        connected: Connected,
        request: int,
        secret: str,
        stream: str,
        seq: int,
    ) -> str:
        """Say `ready`, and whatever was missed; the seat is saved by now. Gives how it was resumed."""
        host = self._host
        host.places[outlet.id] = Place(live, connected.seat, outlet, phone=False)
        if not self._put_on_footing(outlet, live, connected.seat):
            outlet.bye(wire.Bye(code="signed_out", message="You were signed out."))
            return ""
        log = live.stream(connected.seat)
        missed = log.since(stream, seq, host.now()) if connected.resumed and stream else None
        how: Literal["new", "replay", "state"] = "new"
        if connected.resumed:
            how = "state" if missed is None else "replay"
            if missed is None and stream:
                host.observer.replay_gap("too_old" if stream == log.name else "other_owner")
        servers, _ = host.ice(live.visit.id, connected.seat)
        outlet.answer(
            ready(
                live.visit,
                connected.seat,
                connected.connection,
                id=request,
                secret=secret,
                stream=log.name,
                seq=seq if missed is not None else log.seq,
                resumed=how,
                now=host.now(),
                ice=servers,
            )
        )
        for number, encoded in missed or ():
            outlet.event(number, encoded)
        return how

    def _put_on_footing(self, outlet: Outlet, live: LiveVisit, seat: SeatId) -> bool:
        """A staff member's seat stands on the session that took it, also when it is resumed without one.
        False when that session was ended meanwhile.
        """
        credential = live.visit.seats[seat].credential
        if not credential:
            return True
        return self._signed_in.get(credential) is not False and outlet.stand_on(credential)

    def _refuse(
        self,
        outlet: Outlet,
        request: int,
        refused: Refused,
        channel: str,
        role: str,
        live: LiveVisit | None = None,
        retry_ms: int = 0,
    ) -> None:
        outlet.answer(error(request, refused, live.visit.clinic if live else None, retry_ms=retry_ms))
        self._host.observer.join(channel, role, "refused", refused.code, 0.0)
        self._host.observer.refused(refused.code)

    async def _not_here(
        self, outlet: Outlet, request: int, visit: str, never: str = "link_unknown", role: str = "guest"
    ) -> None:
        """No such visit is live here: it is over, or never was, or its shard is not ours now."""
        number, retry_ms = shard_of_visit(visit), 0
        if number is not None and self._host.shard(number) is None:
            if (moved := elsewhere(self._host, number)) is not None:
                outlet.answer(moved)
                return
            never, retry_ms = "try_later", UNOWNED_MS
        try:
            found = await self._host.stored(visit)
            code = never if found is None else "visit_over" if found.over else "try_later"
        except StoreDown:
            code = "try_later"
        self._refuse(
            outlet, request, Refused(code), "web", role, retry_ms=retry_ms if code == "try_later" else 0
        )

    def _candidate(self, live: LiveVisit) -> tuple[SeatId, str]:
        """A seat that may be taken, and the secret that its holder would get."""
        seat = SeatId(self._host.random_id(10))
        return seat, self._host.secrets.seat_secret(live.visit.id, seat)


def _role(command: Arrive | Enter | Resume) -> str:
    """Who joins, for the metrics; whoever resumes counts as a guest, and only when refused."""
    if isinstance(command, Enter):
        return "provider"
    return "patient" if isinstance(command, Arrive) and command.invitation == PATIENT else "guest"


def _lost_since(live: LiveVisit, command: Arrive | Enter | Resume) -> Instant:
    """Since when the browser was away whose seat is resumed; 0 when it was not seen to be."""
    seat = live.visit.seats.get(command.seat) if isinstance(command, Resume) else None
    return seat.web.lost_since if seat is not None and seat.web is not None else 0


def _after(live: LiveVisit, command: Resume) -> str:
    """After what a browser comes back to its seat, for the metrics."""
    seat = live.visit.seats.get(command.seat)
    if seat is None or not seat.present:
        return "gone"  # or unknown here: it is refused, or another owner gave it
    if seat.web is None or seat.web.live:
        return "moved"  # the connection before it was not seen to break
    return "restart" if seat.web.restoring_until else "lost"


def _nothing(_: Outcome) -> None:
    """Nobody waits for this outcome."""
