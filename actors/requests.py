"""Requests on a socket that has said hello: relay, running a visit, the waiting room (R11, B2, B12)."""

from dataclasses import dataclass
from typing import Final

from actors.contacts import checked
from actors.desk import Desk
from actors.host import Host, Place
from actors.live import Answer, LiveVisit
from actors.pins import panel
from actors.ports import Outlet, StoreDown
from engine.asking import (
    By,
    BySeat,
    ByStaff,
    Extend,
    Resend,
)
from engine.clinic import Clinic, Right, may
from engine.commands import (
    Command,
    Leave,
    SetMedia,
    SetQuality,
)
from engine.events import Outcome
from engine.ids import SHARED, ConnectionId, SeatId
from engine.planning import Contact
from engine.refusals import Refused
from engine.visit import Visit
from signaling import messages as wire
from signaling.codes import TOLD_BURST, TOLD_PER_SECOND
from signaling.translate import command, details, error

REPORTS_EVERY: Final = 1_900
"""Milliseconds between two reports of a browser that are counted: they come every 2 s at most."""


@dataclass(slots=True)
class Dashboard:
    """A member of staff's socket: what it watches."""

    outlet: Outlet
    by: ByStaff
    clinic: str
    watched: LiveVisit | None = None


class Requests:
    """Carries out what connections ask; every request is answered once."""

    __slots__ = ("_dashboards", "_desk", "_host")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._desk = Desk(host)
        self._dashboards: dict[ConnectionId, Dashboard] = {}

    # ------------------------------------------------------------ everyone in a visit

    def relay(self, outlet: Outlet, message: wire.Signal) -> None:
        """Pass opaque text on to another browser in the call; looks only at committed seats, and never
        waits.
        """
        place = self._host.places.get(outlet.id)
        if place is None:
            return
        routes = place.live.routes
        target = routes.get(SeatId(message.to))
        if target is not None and routes.get(place.seat) is outlet and self._afford(place):
            target.answer(wire.Relayed(seat=place.seat, data=message.data))

    def media(self, outlet: Outlet, message: wire.Media) -> None:
        """Show the others what this browser sends now."""
        place = self._host.places.get(outlet.id)
        if place is not None and self._afford(place):
            speaks = message.speaks and place.phone
            set_media = SetMedia(outlet.id, message.mic, message.cam, message.screen, speaks)
            place.live.submit(_nothing, set_media)

    def quality(self, outlet: Outlet, message: wire.Quality) -> None:
        """Show the clinic how this browser's connection does (B12)."""
        place = self._host.places.get(outlet.id)
        if place is not None and self._afford(place):
            place.live.submit(_nothing, SetQuality(outlet.id, message.lost, message.rtt))
            now = self._host.now()
            if now - place.measured_at >= REPORTS_EVERY and place.live.routes.get(place.seat) is outlet:
                place.measured_at = now
                self._host.observer.call_quality(message.lost, message.rtt, message.jitter)

    def ice_report(self, outlet: Outlet, message: wire.IceReport) -> None:
        """Count which connections to other browsers came about; what comes too often counts for nothing."""
        place = self._host.places.get(outlet.id)
        if place is None or not self._afford(place):
            return
        now = self._host.now()
        if now - place.linked_at >= REPORTS_EVERY and place.live.routes.get(place.seat) is outlet:
            place.linked_at = now
            self._host.observer.call_links(message.setups, message.failed)

    def request(self, outlet: Outlet, message: wire.FromClient) -> None:
        """Answer one request of a seat, a telephone or a dashboard."""
        if isinstance(message, wire.Leave):
            self._leave(outlet, message)
        elif isinstance(message, wire.GetIce):
            self._ice(outlet, message)
        elif isinstance(message, wire.GetPanel):
            self._panel(outlet, message)
        elif isinstance(message, wire.Invite):
            self._invite(outlet, message)
        elif isinstance(message, wire.WatchBoard):
            self._watch_board(outlet, message)
        elif isinstance(message, wire.WatchVisit):
            self._watch_visit(outlet, message)
        elif isinstance(message, wire.UnwatchVisit):
            self._unwatch(self._dashboards.get(outlet.id))
            outlet.answer(wire.Ok(id=message.id))
        else:
            self._run(outlet, message)

    def _leave(self, outlet: Outlet, message: wire.Leave) -> None:
        place = self._host.places.get(outlet.id)
        if place is None:
            self._refuse(outlet, message.id, Refused("not_allowed"), None)
        else:
            place.live.submit(self._answerer(outlet, message.id, place.live.visit.clinic), Leave(outlet.id))

    def _ice(self, outlet: Outlet, message: wire.GetIce) -> None:
        """Give a relay's credentials to who is in the call, as it is saved, and to nobody who waits (D12)."""
        place = self._host.places.get(outlet.id)
        if place is None:
            self._refuse(outlet, message.id, Refused("not_allowed"), None)
            return
        if place.live.routes.get(place.seat) is not outlet:
            self._refuse(outlet, message.id, Refused("not_in_call"), place.live.visit.clinic)
            return
        servers, ttl = self._host.ice(place.live.visit.id, place.seat)
        outlet.answer(wire.Ice(id=message.id, servers=servers, ttl_ms=ttl))

    def _panel(self, outlet: Outlet, message: wire.GetPanel) -> None:
        live, by = self._where(outlet, message.visit)
        if live is None or by is None:
            self._absent(outlet, message.id, message.visit)
            return
        refused = live.visit.may_invite(by)
        if refused is not None:
            self._refuse(outlet, message.id, refused, live.visit.clinic)
            return
        outlet.answer(panel(self._host, live.visit, SHARED, message.id))

    # ------------------------------------------------------------ those who invite

    def _invite(self, outlet: Outlet, message: wire.Invite) -> None:
        live, by = self._where(outlet, message.visit)
        if live is None or by is None:
            self._absent(outlet, message.id, message.visit)
            return
        clinic = live.visit.clinic
        contact = checked(message.email, message.phone, clinic.country, self._host.outreach.countries)
        refused = live.visit.may_invite(by) or (contact if isinstance(contact, Refused) else None)
        if refused is not None or isinstance(contact, Refused):
            self._refuse(outlet, message.id, refused or Refused("bad_address"), clinic)
        else:
            self._host.tasks.start(self._invited(outlet, message, live, by, contact))

    async def _invited(
        self, outlet: Outlet, message: wire.Invite, live: LiveVisit, by: By, contact: Contact
    ) -> None:
        op = self._host.secrets.operation(message.op)
        made = await self._desk.invite(
            live.visit.id, by, op, contact, label=message.label, interpreter=message.interpreter
        )
        if isinstance(made, Refused):
            self._refuse(outlet, message.id, made, live.visit.clinic)
            return
        invitation, shown = made
        outlet.answer(
            wire.Invited(
                id=message.id,
                invitation=invitation,
                link=shown.link,
                number=shown.number,
                pin=shown.pin,
                expires_at=shown.expires_at,
            )
        )

    # ------------------------------------------------------------ those who run the visit

    def _run(self, outlet: Outlet, message: wire.FromClient) -> None:
        ident: int = getattr(message, "id", 0)
        visit: str = getattr(message, "visit", "")
        live, by = self._where(outlet, visit)
        if live is None or by is None:
            self._absent(outlet, ident, visit)
            return
        asked = command(message, by, self._host.secrets.operation)
        if isinstance(asked, Refused):
            self._refuse(outlet, ident, asked, live.visit.clinic)
        elif _takes_more(live.visit, asked):
            self._host.tasks.start(self._ask(outlet, ident, live, asked))
        else:
            live.submit(self._answerer(outlet, ident, live.visit.clinic), asked)

    async def _ask(self, outlet: Outlet, ident: int, live: LiveVisit, asked: Command) -> None:
        """Ask what takes more than the visit: the PIN index is to be lengthened, or quotas are to be kept."""
        self._answerer(outlet, ident, live.visit.clinic)(await self._desk.ask(live.visit.id, asked))

    # ------------------------------------------------------------ dashboards

    def open_dashboard(self, outlet: Outlet, by: ByStaff, clinic: str) -> None:
        """Remember who sits at a dashboard."""
        self._dashboards[outlet.id] = Dashboard(outlet, by, clinic)

    def close_dashboard(self, outlet: Outlet) -> None:
        """A dashboard's socket is gone."""
        dashboard = self._dashboards.pop(outlet.id, None)
        if dashboard is not None:
            self._unwatch(dashboard)
            if (shard := self._host.shard_of(dashboard.clinic)) is not None:
                shard.unwatch(outlet.id)

    def _watch_board(self, outlet: Outlet, message: wire.WatchBoard) -> None:
        dashboard = self._dashboards.get(outlet.id)
        clinic = self._host.clinic(dashboard.clinic) if dashboard else None
        if dashboard is None or clinic is None or not may(dashboard.by.role, Right.SEE_VISITS):
            self._refuse(outlet, message.id, Refused("not_allowed"), clinic)
            return
        self._host.tasks.start(self._show_board(dashboard, clinic, message))

    async def _show_board(self, dashboard: Dashboard, clinic: Clinic, message: wire.WatchBoard) -> None:
        outlet, shard = dashboard.outlet, self._host.shard_of(clinic.id)
        within = shard.within(clinic, message.day) if shard else None
        if shard is None or within is None:
            self._refuse(outlet, message.id, Refused("bad_request" if shard else "try_later"), clinic)
            return
        day = message.day or shard.today(clinic)
        if shard.board(clinic.id, day) is None:
            there = set(shard.visits)
            try:
                finished = await self._host.finished(shard, clinic, within)
            except StoreDown:
                self._refuse(outlet, message.id, Refused("try_later"), clinic)
                return
            moved = within != shard.within(clinic, day)  # the clinic's zone changed meanwhile
            gone = self._host.shard(shard.number) is not shard  # another node has it now, or we again
            if moved or gone or not there <= shard.visits.keys():  # or one of them ended: look again
                self._host.tasks.start(self._show_board(dashboard, clinic, message))
                return
            shard.open_board(clinic, day, finished)
        board = shard.board(clinic.id, day)
        if board is not None and outlet.id in self._dashboards:
            shard.unwatch(outlet.id)
            rows = shard.rows(clinic.id, board)
            board.watch(outlet, message.id, message.stream, message.seq, rows, self._host.now())
            if not self._host.lease.sound:
                outlet.answer(wire.Presence(known=False))

    def _watch_visit(self, outlet: Outlet, message: wire.WatchVisit) -> None:
        dashboard = self._dashboards.get(outlet.id)
        live, by = self._where(outlet, message.visit)
        if dashboard is None or live is None or by is None:
            self._absent(outlet, message.id, message.visit)
            return
        self._unwatch(dashboard)
        dashboard.watched = live
        live.watchers[outlet.id] = outlet
        outlet.answer(details(live.visit, id=message.id))

    def _unwatch(self, dashboard: Dashboard | None) -> None:
        if dashboard is not None and dashboard.watched is not None:
            dashboard.watched.watchers.pop(dashboard.outlet.id, None)
            dashboard.watched = None

    # ------------------------------------------------------------ in itself

    def _where(self, outlet: Outlet, visit: str) -> tuple[LiveVisit | None, By | None]:
        """The visit a request speaks of, and who asks; a dashboard reaches only its own clinic's visits."""
        dashboard = self._dashboards.get(outlet.id)
        if dashboard is None:
            place = self._host.places.get(outlet.id)
            if place is None or visit not in ("", place.live.visit.id):
                return None, None
            return place.live, BySeat(place.seat)
        live = self._host.live(visit)
        if (
            live is None
            or live.visit.clinic.id != dashboard.clinic
            or not may(dashboard.by.role, Right.SEE_VISITS)
        ):
            return None, None
        return live, dashboard.by

    def _absent(self, outlet: Outlet, ident: int, visit: str) -> None:
        """Say that a visit is over, to those of its clinic who may know; to everybody else there is none."""
        dashboard = self._dashboards.get(outlet.id)
        if dashboard is None or not may(dashboard.by.role, Right.SEE_VISITS) or self._host.live(visit):
            self._refuse(outlet, ident, Refused("no_such_visit"), None)
        else:
            self._host.tasks.start(self._was_there(dashboard, ident, visit))

    async def _was_there(self, dashboard: Dashboard, ident: int, visit: str) -> None:
        try:
            known = await self._host.stored(visit)
        except StoreDown:
            self._refuse(dashboard.outlet, ident, Refused("try_later"), None)
            return
        ours = known is not None and known.clinic.id == dashboard.clinic
        code = "visit_over" if ours else "no_such_visit"
        self._refuse(dashboard.outlet, ident, Refused(code), None)

    def _answerer(self, outlet: Outlet, ident: int, clinic: Clinic) -> Answer:
        def answer(outcome: Outcome) -> None:
            if isinstance(outcome, Refused):
                self._refuse(outlet, ident, outcome, clinic)
            else:
                outlet.answer(wire.Ok(id=ident))

        return answer

    def _refuse(self, outlet: Outlet, ident: int, refused: Refused, clinic: Clinic | None) -> None:
        outlet.answer(error(ident, refused, clinic))
        self._host.observer.refused(refused.code)

    def _afford(self, place: Place) -> bool:
        """Whether a seat may send one more relayed message now (a token bucket)."""
        now = self._host.now()
        gained = (now - place.budget_at) * TOLD_PER_SECOND / 1000
        place.budget = min(TOLD_BURST, place.budget + gained)
        place.budget_at = now
        if place.budget < 1:
            return False
        place.budget -= 1
        return True


def _takes_more(visit: Visit, asked: Command) -> bool:
    """Whether a command that may be carried out touches more than the visit: the PIN index, or quotas."""
    if isinstance(asked, Resend):
        return visit.may_invite(asked.by) is None
    return isinstance(asked, Extend) and visit.allowed(asked.by, Right.RUN_VISIT) is None


def _nothing(_: Outcome) -> None:
    """Nobody waits for this outcome."""
