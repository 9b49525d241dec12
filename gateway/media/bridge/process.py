"""The bridge's process: it takes telephones' sound, and bridges the visits that they are in."""

import asyncio
import json
import os
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from gateway.media.bridge.backend import Backend, Unable, Voice
from gateway.media.bridge.mixer import FRAME
from gateway.media.bridge.orders import Orders
from gateway.media.bridge.visit import BridgedVisit, Refusal
from gateway.websocket.client import Closed, Unreachable
from gateway.websocket.server import Caller, listening

SUBPROTOCOL: Final = "vestibule.audio.v1"
TICKET_REFUSED: Final = 4003
NOT_NOW: Final = 1013
"""Close code: come again (RFC 6455's registry, "try again later")."""
REPORTS_EVERY: Final = 2.0
"""Seconds between two lines that say how the bridge does."""
_TICKET_LONGEST: Final = 200
_UNSENT: Final = 4 * (FRAME + 4)
"""Bytes that wait for a slow dial-in process: four frames."""
LEGS: Final = 512
"""Telephones in one process at most."""

log = structlog.get_logger("vestibule.bridge")


class Bridge:
    """All visits that this process bridges."""

    def __init__(self, orders: Orders, backend: Backend) -> None:
        self._orders, self._backend = orders, backend
        self._visits: dict[str, BridgedVisit] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._legs = 0

    async def leg(self, caller: Caller) -> None:
        """Carry one telephone's sound until it ends."""
        ticket = caller.bearer
        if not 0 < len(ticket) <= _TICKET_LONGEST:
            await caller.close(TICKET_REFUSED, "ticket_refused")
            return
        if self._legs >= LEGS:
            await caller.close(NOT_NOW, "full")
            return
        self._legs += 1
        try:
            await self._carry(caller, ticket)
        except Refusal:
            await caller.close(TICKET_REFUSED, "ticket_refused")
        except (Unreachable, Closed, Unable, TimeoutError):
            await caller.close(NOT_NOW, "try_later")
        finally:
            self._legs -= 1

    async def _carry(self, caller: Caller, ticket: str) -> None:
        name = ticket.partition(".")[0]
        visit, seat = await self._visit(name, ticket)
        voice = None
        try:
            voice = await visit.telephone(seat, partial(_push, caller))
            caller.hears(partial(_said, voice))
            await caller.gone()
        finally:
            if voice is not None:
                voice.close()
            visit.forget(seat)
            if not visit.telephones:
                if self._visits.get(name) is visit:
                    del self._visits[name]
                await visit.close()

    async def _visit(self, name: str, ticket: str) -> tuple[BridgedVisit, str]:
        """Find the visit's bridge, or make it; give the telephone's seat."""
        lock = self._opening.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                visit = self._visits.get(name)
                if visit is not None:
                    return visit, await visit.seat_of(ticket)
                ca_file = Path(self._orders.ca_file) if self._orders.ca_file else None
                visit = BridgedVisit(self._orders.server, self._orders.key, self._backend, ca_file)
                try:
                    seat = await visit.open(name, ticket)
                except BaseException:
                    await visit.close()
                    raise
                self._visits[name] = visit
                return visit, seat
        finally:
            if not lock.locked():
                self._opening.pop(name, None)

    async def report(self) -> None:
        """Say every 2 s how the bridge does, a line of JSON for its keeper."""
        while True:
            used = resource.getrusage(resource.RUSAGE_SELF)
            helper = self._backend.helper()
            line = {
                "visits": len(self._visits),
                "telephones": self._legs,
                "browsers": sum(visit.browsers for visit in self._visits.values()),
                "cpu": used.ru_utime + used.ru_stime + cpu_of(helper),
                "pid": os.getpid(),
                "helper": helper,
            }
            with suppress(OSError):
                os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")
            await asyncio.sleep(REPORTS_EVERY)

    async def close(self) -> None:
        """Leave every visit."""
        for visit in tuple(self._visits.values()):
            await visit.close()
        await self._backend.close()


def _said(voice: Voice, frame: bytes) -> None:
    if len(frame) == FRAME:
        voice.say(frame)


def _push(caller: Caller, frame: bytes) -> None:
    caller.push(frame, _UNSENT)


def _bug(error: BaseException) -> None:
    log.error("bug", error=type(error).__name__, where="bridge")


async def serve(orders: Orders, until: Callable[[], Awaitable[None]]) -> bool:
    """Bridge until told to stop; False when what mixes was lost, or could not be had, before that."""
    stopped = asyncio.ensure_future(until())
    try:
        opening = asyncio.ensure_future(_backend(orders))
        await asyncio.wait([stopped, opening], return_when=asyncio.FIRST_COMPLETED)
        if opening.done():
            return await _bridged(orders, opening.result(), stopped)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        return True
    except Unable as unable:
        log.error("bridge", state="cannot mix", why=str(unable))
        return False
    finally:
        stopped.cancel()


async def _bridged(orders: Orders, backend: Backend, stopped: "asyncio.Future[None]") -> bool:
    bridge = Bridge(orders, backend)
    listener = socket.socket(fileno=os.dup(orders.listening))
    async with listening(
        listener, path="/leg", subprotocol=SUBPROTOCOL, largest=FRAME, handle=bridge.leg, report=_bug
    ) as shut:
        reports = asyncio.create_task(bridge.report())
        lost = asyncio.ensure_future(backend.lost())
        try:
            await asyncio.wait([stopped, lost], return_when=asyncio.FIRST_COMPLETED)
            if not stopped.done():
                log.error("bridge", state="what mixes was lost", result="restarting")
            return stopped.done()
        finally:
            shut()  # before anybody learns that we go: they come again for the next worker
            reports.cancel()
            lost.cancel()
            await bridge.close()


async def _backend(orders: Orders) -> Backend:
    """Open what mixes; each kind loads only what it needs itself. Raises Unable."""
    if orders.janus is not None:
        from gateway.media.bridge.janus import JanusBackend

        return await JanusBackend.begin(orders.janus, orders.key)
    from gateway.media.bridge.embedded import EmbeddedBackend

    return EmbeddedBackend()


def cpu_of(pid: int) -> float:
    """Give the processor seconds that a process has used (Linux's /proc); 0 for none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def no_more_orders() -> None:
    """Wait until stdin ends: whoever started us is gone, or wants us gone."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(1024):
        pass
