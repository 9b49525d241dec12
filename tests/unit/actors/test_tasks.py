"""Who waits for an event or for time goes on at the first of both."""

from __future__ import annotations

import asyncio

from actors.tasks import woken

FAR = 3600.0


async def test_an_event_is_not_waited_for_twice() -> None:
    """What happened before ends the wait at once, and the next wait is for the next event."""
    event = asyncio.Event()
    event.set()
    await woken(event, FAR)
    assert not event.is_set()


async def test_time_wakes_when_nothing_happens() -> None:
    """And is no event for whoever asks afterwards."""
    event = asyncio.Event()
    await woken(event, 0.0)
    assert not event.is_set()
