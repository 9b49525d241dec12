"""What is counted of a call's RTP: packets that came, those that never did, and their jitter (RFC 3550)."""

from __future__ import annotations

import random

import pytest

from gateway.dialin.leg import FRAME, FRAME_SECONDS
from gateway.dialin.sip.rtp import Reception
from gateway.metrics.dialin import DialInMetrics

FIRST = 65_500


def heard(order: list[int], *, late: float = 0.0) -> Reception:
    """Take packets of these numbers, one every 20 ms; every other one comes so many seconds late."""
    reception = Reception()
    for at, number in enumerate(order):
        now = at * FRAME_SECONDS + (late if at % 2 else 0.0)
        reception.packet((FIRST + number) & 0xFFFF, at * FRAME, now)
    return reception


def test_nothing_is_lost_where_all_came() -> None:
    """Over the end of the numbers, too."""
    whole = heard(list(range(100)))
    assert (whole.received, whole.lost) == (100, 0)
    assert whole.jitter == pytest.approx(0.0)


def test_what_never_came_is_lost() -> None:
    """However many in a row."""
    some = heard([number for number in range(200) if number % 10 and not 50 <= number < 60])
    assert (some.received, some.lost) == (171, 28)


def test_what_came_in_another_order_is_not_lost() -> None:
    """Late ones are told from new ones, whose sound alone is played."""
    numbers = list(range(60))
    random.Random(3).shuffle(shuffled := numbers[10:20])  # noqa: S311 - no secret
    reception = heard([*numbers[:10], *shuffled, *numbers[20:]])
    assert (reception.received, reception.lost) == (60, 0)
    assert not reception.packet((FIRST + 30) & 0xFFFF, 0, 2.0)


def test_jitter_is_how_much_packets_differ_from_their_pace() -> None:
    """Every other one 10 ms late is a jitter that comes to 10 ms (RFC 3550, section 6.4.1)."""
    assert heard(list(range(400)), late=0.01).jitter / 8_000 == pytest.approx(0.01, rel=0.01)


def test_each_call_is_counted_once_it_is_over() -> None:
    """Packets by their fate, the share that was lost, the jitter; a call without a packet has no share."""
    metrics = DialInMetrics()
    metrics.rtp(95, 5, 0.012)
    metrics.rtp(0, 0, 0.0)
    page = metrics.page().decode()
    for line in (
        'vestibule_rtp_packets_total{fate="received"} 95.0',
        'vestibule_rtp_packets_total{fate="lost"} 5.0',
        "vestibule_rtp_lost_ratio_count 1.0",
        "vestibule_rtp_lost_ratio_sum 0.05",
        "vestibule_rtp_jitter_seconds_count 2.0",
        "vestibule_rtp_jitter_seconds_sum 0.012",
    ):
        assert line in page
