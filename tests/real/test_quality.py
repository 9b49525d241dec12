"""The clinic sees how good a connection is, and nobody else (B12)."""

from __future__ import annotations

import pytest

from tests.support.node import House
from tests.support.talk import Talk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_clinic_reads_in_a_word_how_a_connection_does(here: House) -> None:
    """Provider and dashboard hear of each other word, at once; the guest beside hears nothing of it."""
    visit = await here.plan()
    provider, patient = await here.provider(visit), await here.patient(visit)
    ana, board = await here.guest(visit), await here.dashboard(visit)
    heard = ana.mark()
    for lost, rtt, word in ((0, 40, "good"), (50, 40, "poor"), (0, 700, "bad")):
        await patient.tell("quality", lost=lost, rtt=rtt)
        for one, tag in ((provider, "seat"), (board, "board.seat")):
            await one.wait_for(tag, seat__seat=patient.seat, seat__quality=word)
    await ana.round_trip()
    assert [one for one in ana.heard[heard:] if one["t"] == "seat"] == []


async def test_the_same_word_again_is_told_nobody(here: House, others: Talk) -> None:
    """A browser that reports without end costs its own budget, and wakes nobody up."""
    visit = await here.plan()
    provider, patient = await here.provider(visit), await here.patient(visit)
    await patient.tell("quality", lost=50, rtt=40)
    await provider.wait_for("seat", seat__quality="poor")
    heard = provider.mark()
    for turn in range(50):
        await patient.tell("quality", lost=50 + turn % 3, rtt=40)
    await patient.round_trip()
    await provider.round_trip()
    assert [one for one in provider.heard[heard:] if one["t"] == "seat"] == []
    await others.goes_on()


async def test_who_waits_reports_nothing_to_anybody(here: House) -> None:
    """At the door there is no call whose quality could be shown."""
    visit = await here.plan()
    patient, board = await here.patient(visit), await here.dashboard(visit)
    heard = board.mark()
    await patient.tell("quality", lost=900, rtt=40)
    await patient.round_trip()
    await board.round_trip()
    assert [one for one in board.heard[heard:] if one["t"] == "board.seat"] == []
