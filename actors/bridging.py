"""The bridge of a visit's telephones: who may be it, which sound is whose, and whom it may connect to (R10).

A telephone that is in the call gets a ticket for its sound (`audio`). The bridge shows that ticket, and so
proves that a call of this visit has come to it; its key alone opens nothing. A ticket names the visit, the
seat and the call, and is good for as long as that call is in the visit.
"""

import hmac
from collections.abc import Callable
from typing import Final

from actors.host import Host, Place
from actors.live import BRIDGE, LiveVisit
from actors.ports import Outlet
from engine.commands import SetBridge
from engine.events import Outcome, Standing
from engine.ids import ConnectionId, PageId, SeatId, VisitId
from engine.presence import Seat
from engine.refusals import Refused
from signaling import messages as wire
from signaling.translate import error

_PARTS: Final = 3


class Bridging:
    """The bridges that are here, and the telephones that were told where their sound goes."""

    __slots__ = ("_attending", "_host", "_told", "_url", "_wanted")

    def __init__(self, host: Host, url: str, wanted: Callable[[], None]) -> None:
        """`url` is where telephones bring their sound, "" without a bridge; `wanted` says that one will be
        needed soon.
        """
        self._host = host
        self._url = url
        self._wanted = wanted
        self._told: dict[ConnectionId, LiveVisit] = {}
        self._attending: dict[ConnectionId, list[SeatId]] = {}
        host.on_rerouted = self.rerouted

    def expected(self) -> None:
        """A telephone calls: in some seconds its sound may have to be carried."""
        self._wanted()

    # ------------------------------------------------------------ from bridges

    def hello(self, outlet: Outlet, hello: wire.HelloBridge) -> None:
        """A bridge takes a visit's telephones; its key was checked. The newest one wins."""
        found = self._read(hello.ticket)
        if found is None or not hello.page:
            outlet.answer(
                error(hello.id, Refused("ticket_refused" if found is None else "bad_request"), None)
            )
            return
        live, seat = found
        before, live.bridge = live.bridge, outlet
        if before is not None:
            self._host.places.pop(before.id, None)
            live.outlets.pop(before.id, None)
            before.bye(wire.Bye(code="moved", message="Another bridge has taken this visit."))
        live.outlets[outlet.id] = outlet
        self._host.places[outlet.id] = Place(live, BRIDGE, outlet, phone=False)
        attending = self._attending[outlet.id] = live.visit.attending()
        servers, _ = self._host.ice(live.visit.id, BRIDGE)
        outlet.answer(
            wire.ReadyBridge(
                id=hello.id,
                visit=live.visit.id,
                seat=seat.id,
                now=self._host.now(),
                attending=list(attending),
                ice=servers,
            )
        )
        if live.visit.bridge == hello.page:  # it was away for a moment: nobody has to connect anew
            live.routes[BRIDGE] = outlet
        live.submit(_nothing, SetBridge(PageId(hello.page)))

    def take(self, outlet: Outlet, message: wire.TakeLeg) -> None:
        """Say whose sound comes with a ticket, if it is one of the bridge's own visit."""
        place = self._host.places.get(outlet.id)
        found = self._read(message.ticket)
        if place is None or found is None or found[0] is not place.live or place.live.bridge is not outlet:
            outlet.answer(error(message.id, Refused("ticket_refused"), None))
        else:
            outlet.answer(wire.Leg(id=message.id, seat=found[1].id))

    def closed(self, outlet: Outlet) -> None:
        """A connection is gone; if it was a bridge, its visit has none."""
        self._told.pop(outlet.id, None)
        if self._attending.pop(outlet.id, None) is None:
            return
        place = self._host.places.get(outlet.id)
        if place is not None and place.live.bridge is outlet:
            place.live.bridge = None
            place.live.routes.pop(BRIDGE, None)
            place.live.submit(_nothing, SetBridge(PageId("")))

    # ------------------------------------------------------------ from visits

    def rerouted(self, live: LiveVisit) -> None:
        """Somebody came, went or was let in: tell telephones where to speak, and the bridge who listens."""
        bridge, attending = live.bridge, live.visit.attending()
        if bridge is not None and self._attending.get(bridge.id) != attending:
            self._attending[bridge.id] = attending
            bridge.answer(wire.Attending(seats=list(attending)))
        if not self._url:
            return
        for seat in live.visit.seats.values():
            phone = seat.phone
            if phone is None or not phone.live or seat.standing is not Standing.IN or phone.id in self._told:
                continue
            if (outlet := live.outlets.get(phone.id)) is not None:
                self._told[phone.id] = live
                outlet.answer(
                    wire.Audio(url=self._url, ticket=self._ticket(live.visit.id, seat.id, phone.page))
                )

    # ------------------------------------------------------------ tickets

    def _ticket(self, visit: VisitId, seat: SeatId, call: PageId) -> str:
        return f"{visit}.{seat}.{self._host.secrets.sign_in_hash('audio', f'{visit} {seat} {call}')}"

    def _read(self, ticket: str) -> tuple[LiveVisit, Seat] | None:
        """The call that a ticket was made for, if it is in its visit."""
        parts = ticket.split(".")
        if len(parts) != _PARTS:
            return None
        visit, seat_id, proof = parts
        live = self._host.live(visit)
        seat = live.visit.seats.get(SeatId(seat_id)) if live is not None else None
        if live is None or seat is None or seat.phone is None or seat.standing is not Standing.IN:
            return None
        named = f"{visit} {seat_id} {seat.phone.page}"
        right = (
            hmac.compare_digest(one.encode(), proof.encode())
            for one in self._host.secrets.sign_in_hashes("audio", named)
        )
        return (live, seat) if any(right) else None


def _nothing(_: Outcome) -> None:
    """Nobody waits for this outcome."""
