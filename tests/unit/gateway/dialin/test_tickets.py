"""Tickets for streams: good once, for one call, for a minute."""

from __future__ import annotations

from gateway.dialin.telephony.tickets import GOOD_FOR, Announced, Tickets

CALL = Announced("CA1", "+15550100", "+15550199", "4829153079")


class Clock:
    """Seconds, as a test says."""

    now = 1000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


def given(tickets: Tickets, announced: Announced = CALL) -> str:
    """Get a ticket."""
    ticket = tickets.give(announced)
    assert ticket is not None
    return ticket


def test_a_ticket_gives_back_its_call_once() -> None:
    """With what was typed, which is not in the ticket; then no other is given for the call."""
    tickets = Tickets(Clock())
    ticket = given(tickets)
    assert "4829153079" not in ticket
    assert tickets.redeem(ticket, "CA1") == CALL
    assert tickets.redeem(ticket, "CA1") is None
    assert tickets.give(CALL) is None


def test_it_is_another_calls_or_too_old() -> None:
    """And one that is changed anywhere is none."""
    clock = Clock()
    tickets = Tickets(clock)
    ticket = given(tickets)
    given(tickets, Announced("CA2", "+1", ""))
    assert tickets.redeem(ticket, "CA2") is None
    for at in range(len(ticket)):
        changed = ticket[:at] + ("0" if ticket[at] != "0" else "1") + ticket[at + 1 :]
        assert tickets.redeem(changed, "CA1") is None
    clock.now += GOOD_FOR + 1
    assert tickets.redeem(ticket, "CA1") is None


def test_another_process_knows_nothing_of_it() -> None:
    """Nor does this one of what it forgot, for it keeps no more than so many."""
    ticket = given(Tickets(Clock()))
    assert Tickets(Clock()).redeem(ticket, "CA1") is None
    small = Tickets(Clock(), kept=2)
    first = given(small)
    for one in range(2):
        given(small, Announced(f"CB{one}", "+1", ""))
    assert small.redeem(first, "CA1") is None
