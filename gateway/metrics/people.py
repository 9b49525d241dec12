"""What actors tell of visits and people: who comes, waits, drops out and comes back; letters; calls."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

from prometheus_client import Counter

from engine.letters import Kind, Via
from engine.quality import opinion
from engine.refusals import SENTENCES
from gateway.metrics.names import HUMAN, JITTER, LOSS, MARKS, QUICK, SLOW, TRIPS
from gateway.metrics.registered import Registered

JOIN_ROLES: Final = frozenset({"provider", "patient", "guest", "phone"})
_JOINS: Final = (("web", "provider"), ("web", "patient"), ("web", "guest"), ("phone", "phone"))


class People(Registered):
    """The part of the actors' Observer that is about visits and who is in them."""

    def __init__(self) -> None:
        super().__init__()
        self._joins = self._counter("joins", "Joins by result", "channel", "role", "result", "reason")
        self._join_counters: dict[tuple[str, str, str, str], Counter] = {}
        for channel, role in _JOINS:
            for result, reason in (("ok", ""), ("refused", "try_later")):
                self._join_counter((channel, role, result, reason))
        says, channels = "From a credential that holds to the seat, saved", ("web", "phone")
        self._join_seconds = self._tallied("join_seconds", says, QUICK, "channel", channels)
        self._refusals = self._counter("refusals", "Answers that were refusals", "code")
        self._refusals.labels("try_later")
        self._pin_attempts = self._counter("pin_attempts", "PINs typed", "result")
        for result in ("ok", "wrong", "bad_check_digit"):
            self._pin_attempts.labels(result)
        self._coming_and_going()
        self._life()
        self._outreach()
        self._calls()

    def _coming_and_going(self) -> None:
        self._admissions = self._counter("admissions", "Who was let in or not", "decision", "channel")
        self._admission_wait = self._histogram(
            "admission_wait_seconds", "How long people waited who were let in", HUMAN
        )
        self._bypassed = self._counter(
            "admission_bypass", "People in without the word they needed; must stay 0"
        )
        self._reconnects = self._counter("reconnects", "Browsers that came back to a seat", "reason")
        self._resumes = self._counter("resumes", "Seats resumed", "result")
        for result in ("replay", "state", "refused"):
            self._resumes.labels(result)
        self._resume_seconds = self._histogram(
            "resume_seconds", "From a browser's loss to its seat's return", SLOW
        )
        self._gaps = self._counter(
            "replay_gaps", "Returns that got a whole state and not what they missed", "reason"
        )
        self._seat_moved = self._counter("seat_moved", "Seats moved to another device")
        self._presence = self._tallied(
            "presence_staleness_seconds", "From a change to the sockets of all who see it", QUICK
        )[""]

    def _life(self) -> None:
        self._transitions = self._counter("visit_transitions", "Visits that came into a state", "to")
        self._expiry_lag = self._histogram("expiry_lag_seconds", "From a deadline to its firing", QUICK)
        self._join_after_expiry = self._counter("join_after_expiry", "Seats made after expiry; must stay 0")

    def _outreach(self) -> None:
        self._invitations = self._counter("invitations", "Invitations made and revoked", "via", "result")
        self._letters = self._counter("letters", "Attempts to send letters", "via", "kind", "result")
        for via, kind, result in product(Via, Kind, ("sent", "later", "failed", "unknown")):
            self._letters.labels(via.value, kind.value, result)
        self._letter_seconds = self._histogram(
            "invitation_send_seconds", "Handing one letter over", SLOW, "via"
        )
        for via in Via:
            self._letter_seconds.labels(via.value)
        self._reminder_lag = self._histogram(
            "reminder_lag_seconds", "From a reminder's time to its being handed over", SLOW
        )

    def _calls(self) -> None:
        says = "as browsers report it, every 10 s and at every change"
        self._call_loss = self._histogram("call_loss_ratio", f"Packets lost, {says}", LOSS)
        self._call_trip = self._histogram("call_rtt_seconds", f"There and back, {says}", TRIPS)
        self._call_jitter = self._histogram("call_jitter_seconds", f"Jitter of sound, {says}", JITTER)
        self._call_mark = self._histogram("call_mos", f"Speech quality from 1 to 5, estimated {says}", MARKS)
        self._call_setup = self._histogram(
            "call_setup_seconds", "From beginning a connection to another browser to having it", SLOW
        )
        self._ice_failures = self._counter("ice_failures", "Connections between browsers that ICE gave up")

    # ------------------------------------------------------------ who comes

    def join(self, channel: str, role: str, result: str, reason: str, seconds: float) -> None:
        """Somebody joined or was refused; a reason that is no code of ours would be a label without bound."""
        named = (channel, role, result, reason)
        counter = self._join_counters.get(named)
        if counter is None:
            counter = self._join_counter(named)
        counter.inc()
        if result == "ok":
            self._join_seconds[channel].observe(seconds)

    def _join_counter(self, named: tuple[str, str, str, str]) -> Counter:
        channel, role, result, reason = named
        role = role if role in JOIN_ROLES else "other"
        reason = reason if not reason or reason in SENTENCES else "other"
        counter = self._joins.labels(channel, role, result, reason)
        if (channel, role, result, reason) == named:  # so the cache is as bounded as the labels
            self._join_counters[named] = counter
        return counter

    def refused(self, code: str) -> None:
        """Something was refused; what is no code of ours would be a label without bound."""
        self._refusals.labels(code if code in SENTENCES else "other").inc()

    def admission(self, decision: str, channel: str) -> None:
        """Somebody who waited was let in or denied, or gave up."""
        self._admissions.labels(decision, channel).inc()

    def waited(self, seconds: float) -> None:
        """Somebody who was let in had waited so long."""
        self._admission_wait.observe(seconds)

    def admission_bypassed(self) -> None:
        """Somebody is in whom nobody let in."""
        self._bypassed.inc()

    def pin_attempt(self, result: str) -> None:
        """A PIN was typed."""
        self._pin_attempts.labels(result).inc()

    # ------------------------------------------------------------ who is there

    def presence(self, seconds: float) -> None:
        """A change of presence was handed to a dashboard's socket."""
        self._presence.observe(seconds)

    def reconnect(self, reason: str) -> None:
        """A browser comes back to its seat."""
        self._reconnects.labels(reason).inc()

    def resume(self, result: str, away_seconds: float) -> None:
        """Somebody came back to their seat, 0 s after they were seen to be away if they never were."""
        self._resumes.labels(result).inc()
        if result != "refused" and away_seconds:
            self._resume_seconds.observe(away_seconds)

    def replay_gap(self, reason: str) -> None:
        """What a browser missed is not known any more."""
        self._gaps.labels(reason).inc()

    def seat_moved(self) -> None:
        """A seat moved to another device."""
        self._seat_moved.inc()

    # ------------------------------------------------------------ visits

    def transition(self, to: str) -> None:
        """A visit came into another state."""
        self._transitions.labels(to).inc()

    def expiry(self, lag_seconds: float) -> None:
        """A deadline was fired."""
        self._expiry_lag.observe(lag_seconds)

    def joined_after_expiry(self) -> None:
        """A new seat was made after expiry."""
        self._join_after_expiry.inc()

    # ------------------------------------------------------------ letters

    def invitation(self, via: str, result: str) -> None:
        """An invitation was made or revoked, or refused."""
        self._invitations.labels(via, result).inc()

    def letter(self, via: str, kind: str, result: str) -> None:
        """An attempt to send a letter came to something."""
        self._letters.labels(via, kind, result).inc()

    def letter_sent(self, via: str, seconds: float) -> None:
        """Handing a letter over took so long."""
        self._letter_seconds.labels(via).observe(seconds)

    def reminder(self, lag_seconds: float) -> None:
        """A reminder was handed over so long after its time."""
        self._reminder_lag.observe(lag_seconds)

    # ------------------------------------------------------------ calls

    def call_quality(self, lost: int, round_trip: int, jitter: int) -> None:
        """A browser measured: packets lost of a thousand, and milliseconds."""
        self._call_loss.observe(lost / 1000)
        self._call_trip.observe(round_trip / 1000)
        self._call_jitter.observe(jitter / 1000)
        self._call_mark.observe(opinion(lost, round_trip, jitter))

    def call_links(self, setups: Sequence[int], failed: int) -> None:
        """Connections between browsers came about after so many ms, and some did not."""
        for setup in setups:
            self._call_setup.observe(setup / 1000)
        if failed:
            self._ice_failures.inc(failed)
