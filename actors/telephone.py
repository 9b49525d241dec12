"""A telephone call, as far as the PIN: who calls, what they typed, and whether it lets them in (R10,
D4-D7, B6).
"""

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from actors.host import Host, Place
from actors.live import LiveVisit
from actors.numbers import as_dialled
from actors.ports import GuessLimits, Outlet, PinEntry, StoreDown
from actors.steering import elsewhere
from engine.clinic import Clinic
from engine.commands import Arrive, Channel, Suspect
from engine.events import Connected, Done, Outcome
from engine.ids import ConnectionId, InvitationId, OpId, PageId, SeatId, shard_of_visit
from engine.pin import CALLER_COUNTED, TRIES, check_digit_ok, judge, strict_limit, typed
from engine.refusals import Refused
from signaling import messages as wire
from signaling.translate import error

_ATTEMPTS: Final = {"pin_early": "early", "pin_over": "expired", "visit_over": "expired"}
"""What a right PIN that lets nobody in is counted as, by what its caller hears."""


@dataclass(slots=True)
class Call:
    """One call that has not found its visit yet."""

    outlet: Outlet
    key: str
    number: str
    caller: str
    call: str
    tries_left: int = TRIES
    busy: bool = False


class Telephone:
    """Calls between their hello and their seat."""

    __slots__ = ("_calls", "_host")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._calls: dict[ConnectionId, Call] = {}

    async def dial(self, outlet: Outlet, hello: wire.HelloPhone, key: str, join: str = "") -> None:
        """A call comes in, for any clinic of the deployment (B7); the caller has checked the key's scope.
        `key` is the key's id, `join` what the log calls this call. Raises StoreDown.
        """
        dialled = as_dialled(hello.dialled)
        if dialled not in self._host.numbers() and not await self._host.known.has_number(dialled):
            outlet.answer(error(hello.id, Refused("number_unknown"), None))
            self._host.observer.refused("number_unknown")
            return
        phone = await self._phone_of(dialled)
        if not outlet.stand_on(outlet.credential):
            return  # hung up meanwhile
        now = self._host.now()
        caller = self._host.secrets.caller_hash(hello.caller, now)
        self._calls[outlet.id] = Call(outlet, key, dialled, caller, hello.call)
        length = self._host.secrets.pin_digits + 1
        outlet.answer(
            wire.ReadyPhone(id=hello.id, tries=TRIES, length=length, now=now, clinic_phone=phone, join=join)
        )

    def digits(self, outlet: Outlet, message: wire.Digits) -> None:
        """A PIN was typed."""
        call = self._calls.get(outlet.id)
        if call is None or call.busy:
            outlet.answer(error(message.id, Refused("not_allowed" if call is None else "busy"), None))
            return
        call.busy = True  # until this try is answered
        self._host.tasks.start(self._try(call, message))

    def closed(self, outlet: Outlet) -> None:
        """The call ended before it found its visit."""
        self._calls.pop(outlet.id, None)

    async def _phone_of(self, dialled: str) -> str:
        """Give the own number of the clinic that has this dial-in number, whichever node has the clinic; ""
        when several have it.
        """
        own = await self._host.known.phones(dialled)
        return own.pop() if len(own) == 1 else ""

    # ------------------------------------------------------------ one PIN

    async def _try(self, call: Call, message: wire.Digits) -> None:
        try:
            await self._look(call, message)
        except StoreDown:
            self._refuse(call, message.id, Refused("try_later"), None)

    async def _look(self, call: Call, message: wire.Digits) -> None:
        """Look the PIN up and count it if it is wrong, in one step; a right PIN is a read and writes no
        counter.
        """
        host, digits = self._host, typed(message.digits)
        if not check_digit_ok(digits, host.secrets.pin_digits):
            self._missed(call, message.id, Refused("pin_wrong"), "bad_check_digit")
            return
        limits = GuessLimits(space_of_one=strict_limit(1, host.secrets.pin_digits), caller=CALLER_COUNTED)
        hashes = host.secrets.pin_hashes(digits)
        entry, guesses = await host.pins.guess(call.number, hashes, call.caller, call.key, limits, host.now())
        if self._calls.get(call.outlet.id) is not call:
            return  # hung up meanwhile
        if entry is None:
            self._missed(call, message.id, Refused("pin_wrong"), "wrong")
            return
        shard = shard_of_visit(entry.visit)
        if shard is not None and host.shard(shard) is None:
            self._steer(call, message.id, shard)
            return
        live = host.live(entry.visit)
        if live is None or not self._leads_in(entry, live):
            self._missed(call, message.id, Refused("pin_over"), "expired")
            return
        verdict = judge(guesses.space, guesses.caller, guesses.known, host.secrets.pin_digits)
        if not verdict.counts and not await self._suspect(live, InvitationId(entry.invitation)):
            self._refuse(call, message.id, Refused("try_later"), live.visit.clinic)
        elif self._calls.get(call.outlet.id) is call:
            self._seat(call, message.id, entry, live, strict=verdict.strict)

    def _steer(self, call: Call, request: int, shard: int) -> None:
        """Send a call whose PIN was found to the node that has its visit: it types the same digits there."""
        moved = elsewhere(self._host, shard)
        if moved is None:
            self._refuse(call, request, Refused("try_later"), None)
            return
        self._calls.pop(call.outlet.id, None)
        call.outlet.answer(moved)

    async def _suspect(self, live: LiveVisit, invitation: InvitationId) -> bool:
        """Save that this PIN was found by guesses that nobody counts, before its caller can tell that it is
        right, and calls again as somebody else. False when it cannot be saved now.
        """
        saved: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        live.submit(saved.set_result, Suspect(invitation))
        return isinstance(await saved, Done)

    def _leads_in(self, entry: PinEntry, live: LiveVisit) -> bool:
        """Whether the visit confirms the index: this invitation has this PIN, and it is known (D7).

        Until when it is known, the visit itself decides: its clinic's grace may have changed.
        """
        invitation = InvitationId(entry.invitation)
        known = live.visit.known_from <= self._host.now()
        return (
            known
            and live.visit.generation(invitation) is not None
            and live.visit.attempt(invitation) == entry.attempt
        )

    def _seat(self, call: Call, request: int, entry: PinEntry, live: LiveVisit, *, strict: bool) -> None:
        host, outlet, began = self._host, call.outlet, perf_counter()
        invitation = InvitationId(entry.invitation)
        seat = SeatId(host.random_id(10))
        live.outlets[outlet.id] = outlet

        def greet(where: LiveVisit, connected: Connected) -> None:
            self._calls.pop(outlet.id, None)
            host.places[outlet.id] = Place(where, connected.seat, outlet, phone=True)

        def answered(outcome: Outcome) -> None:
            if isinstance(outcome, Refused):
                host.unexpect(outlet.id)
                live.outlets.pop(outlet.id, None)
                heard = _as_heard(outcome)
                host.observer.join("phone", "phone", "refused", heard.code, 0.0)
                if heard.code in _ATTEMPTS:
                    host.observer.pin_attempt(_ATTEMPTS[heard.code])
                self._refuse(call, request, heard, live.visit.clinic)
            else:
                host.observer.pin_attempt("ok_strict" if strict else "ok")
                host.observer.join("phone", "phone", "ok", "", perf_counter() - began)
                outlet.answer(wire.Ok(id=request))

        host.expect(outlet.id, greet)
        live.submit(
            answered,
            Arrive(
                op=self._op(call, invitation, live),
                seat=seat,
                proof=host.secrets.proof(host.secrets.seat_secret(live.visit.id, seat)),
                invitation=invitation,
                generation=live.visit.generation(invitation) or 0,
                channel=Channel.PHONE,
                connection=outlet.id,
                page=PageId(call.call),
                strict=strict,
            ),
        )

    def _op(self, call: Call, invitation: InvitationId, live: LiveVisit) -> OpId:
        """Name a call's arrival, so that a dial-in client that lost its socket gets the same caller's seat.

        A call that is still on the line is another one, whatever its client says.
        """
        for seat in live.visit.seats.values():
            if seat.phone is not None and seat.phone.live and seat.phone.page == call.call:
                return OpId(self._host.random_id(16))
        return OpId(self._host.secrets.sign_in_hash("call", f"{call.key} {call.call} {invitation}"))

    def _refuse(self, call: Call, request: int, refused: Refused, clinic: Clinic | None) -> None:
        """Answer a try that did not let the caller in; they may type again."""
        call.busy = False
        call.outlet.answer(error(request, refused, clinic))
        self._host.observer.refused(refused.code)

    def _missed(self, call: Call, request: int, refused: Refused, result: str) -> None:
        """A try is used up; after the last one the call is told so and closed by the dial-in client."""
        call.tries_left -= 1
        self._host.observer.pin_attempt(result)
        code = refused.code if call.tries_left > 0 else "tries_used"
        self._refuse(call, request, Refused(code, tries_left=call.tries_left), None)
        if call.tries_left <= 0:
            self._calls.pop(call.outlet.id, None)
            call.outlet.answer(wire.Bye(code="left", message="Please call the clinic."))


def _as_heard(refused: Refused) -> Refused:
    """A link's refusal in a caller's words."""
    return Refused("pin_over", refused.at) if refused.code in ("link_over", "link_revoked") else refused
