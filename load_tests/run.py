"""One run: a server, its clients, what they saw."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from load_tests.asked import Asked
from load_tests.clinics import Access
from load_tests.fleet import Fleet, fleet
from load_tests.ground import Part
from load_tests.node_site import node
from load_tests.outcome import Outcome
from load_tests.processes import ProcessTree
from load_tests.sampling import Sampling
from load_tests.site import CLINICS
from load_tests.tally import Record

BAR: Final = 24
LOOKS_EVERY: Final = 1.0
SAYS_EVERY: Final = 15
"""Seconds between two lines of progress where nobody sits at a terminal."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server under load: where it is, how to get in, and its processes if they are on this machine."""

    url: str
    access: Access
    tree: ProcessTree | None


def carry_out(asked: Asked) -> Outcome:
    """Run it from the beginning to the end. Raises ClientFailed, ServerFailed and TimeoutError."""
    with _served(asked) as served:
        return asyncio.run(_carried_out(asked, served))


@contextmanager
def _served(asked: Asked) -> Iterator[Served]:
    if asked.access is not None:
        yield Served(asked.target, asked.access, ProcessTree(asked.pid) if asked.pid else None)
        return
    with node(all_at_once=False) as server:
        yield Served(server.url, server.access, server.tree)


async def _carried_out(asked: Asked, served: Served) -> Outcome:
    before = served.tree.resident_bytes() if served.tree is not None else 0
    parts = shared_out(asked, served)
    _say(f"setting up: 0 of {len(parts)} client processes")
    async with fleet(
        parts, lambda ready: _say(f"setting up: {ready} of {len(parts)} client processes")
    ) as clients:
        sampling = Sampling(served.tree, clients.pids)
        began = clients.begin()
        beside = [
            asyncio.create_task(sampling.follow(began)),
            asyncio.create_task(_progress(asked, clients, began)),
        ]
        try:
            await clients.follow()
        finally:
            for task in beside:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*beside)
    _say("")
    return Outcome(
        asked,
        clients.record,
        sampling.samples,
        sampling.cpu_seconds,
        sampling.client_share,
        before,
        os.getloadavg()[0],
    )


def shared_out(asked: Asked, served: Served) -> list[Part]:
    """Give each client process its clinics, and their visits."""
    visits_of = [asked.visits // CLINICS + (number < asked.visits % CLINICS) for number in range(CLINICS)]
    parts = []
    for number in range(asked.processes):
        own = range(number, CLINICS, asked.processes)
        accounts = [one for one in served.access.accounts if one.clinic in own]
        visits = sum(visits_of[clinic] for clinic in own)
        parts.append(
            Part(
                scenario=asked.scenario,
                url=served.url,
                access=Access(accounts, served.access.key),
                visits=visits,
                share=visits / asked.visits,
                seconds=asked.minutes * 60,
                seed=f"{asked.seed} {number}",
                source=f"127.0.0.{2 + number}" if served.tree is not None and not asked.target else "",
                rate=asked.rate,
            )
        )
    return parts


# ---------------------------------------------------------------- how far it is


async def _progress(asked: Asked, clients: Fleet, began: float) -> None:
    """Say each second how far the run is."""
    seconds = asked.minutes * 60
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        gone = min(max(0.0, monotonic() - began), seconds)
        _say(_bar(gone, seconds, clients.record), every=SAYS_EVERY, at=round(gone))


def _bar(gone: float, seconds: float, record: Record) -> str:
    done = round(BAR * gone / seconds)
    here = record.here(max(record.here_in, default=0))
    failed = record.counts.get("failed", 0)
    joins = sum(record.done(what) for what in ("join", "pin", "back"))
    return (
        f"[{'#' * done}{'-' * (BAR - done)}] {gone:4.0f} of {seconds:.0f} s   "
        f"{here:,} connected   {joins:,} came   {record.done('relay'):,} relays   {failed} failed"
    )


def _say(text: str, every: int = 1, at: int = 0) -> None:
    """Say where we are, on one line that is written over; where that cannot be, now and then."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="" if text else "\n", file=sys.stderr, flush=True)
    elif text and at % every == 0:
        print(text, file=sys.stderr, flush=True)
