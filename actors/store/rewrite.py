"""The rewrite of the append-only file that forgets purged guest text (R15).

A visit's ending save removes its guest text, sealed as it was, from the store's memory; in the
append-only file the earlier saves remain until it is rewritten. `step`, called every few seconds, starts
that in time and learns how it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from actors.clock import steady
from actors.store.reading import text
from actors.store.replies import Fault, Reply
from actors.store.scripts import Call
from actors.store.servers import Servers
from actors.store.settings import StoreSettings

_LOOK: Final = Call((b"INFO", b"server", b"persistence"), ())
_START: Final = Call((b"BGREWRITEAOF",), ())


@dataclass(frozen=True, slots=True)
class RewriteState:
    """How the forgetting stands. Times in seconds.

    `lag`: the age of the oldest purged text that the file may still hold, 0 when none. `forgotten`: set
    once when a rewrite ended well, the age that the oldest text had then. `failed`: the last rewrite did
    not end well; another follows. `unable`: why this store cannot rewrite at all (it keeps no such file,
    or forbids it), one sentence for the operator.
    """

    lag: float = 0.0
    running: bool = False
    forgotten: float | None = None
    failed: bool = False
    unable: str = ""


@dataclass(frozen=True, slots=True)
class _Persistence:
    """What INFO says of one server's append-only file."""

    run: str
    enabled: bool
    busy: bool
    rewrites: int
    last_well: bool

    @classmethod
    def read(cls, reply: Reply) -> _Persistence | None:
        if isinstance(reply, Fault):
            return None
        facts = dict(line.split(":", 1) for line in text(reply).splitlines() if ":" in line)
        return cls(
            facts.get("run_id", ""),
            facts.get("aof_enabled") == "1",
            "1" in (facts.get("aof_rewrite_in_progress"), facts.get("aof_rewrite_scheduled")),
            int(facts.get("aof_rewrites", "0")),
            facts.get("aof_last_bgrewrite_status") == "ok",
        )


class PurgeRewrite:
    """Sees to it that purged text leaves the file within the hour. `monotonic` gives seconds.

    A new process does not know what an earlier one purged without rewriting, so it begins as if
    something had been.
    """

    def __init__(
        self, servers: Servers, settings: StoreSettings, monotonic: Callable[[], float] = steady
    ) -> None:
        self._servers = servers
        self._every = settings.rewrite_every_seconds
        self._again = settings.rewrite_again_seconds
        self._monotonic = monotonic
        self._waiting: float | None = monotonic()
        """Since when text waits for a rewrite to begin."""
        self._covered: float | None = None
        """Since when the text waits that the rewrite under way will forget; None while there is none."""
        self._before: list[_Persistence] = []
        self._not_before = 0.0
        self._failed = False

    def purged(self) -> None:
        """Guest text was removed just now."""
        if self._waiting is None:
            self._waiting = self._monotonic()

    async def step(self) -> RewriteState:
        """Start a rewrite if it is time, or see how the one under way goes. Never raises for what the store
        does.
        """
        if self._covered is not None:
            return await self._follow(self._covered)
        due = self._waiting is not None and self._monotonic() - self._waiting >= self._every
        if due and self._monotonic() >= self._not_before:
            return await self._start()
        return self._state()

    async def _start(self) -> RewriteState:
        now = await self._look()
        if now is None or any(server.busy for server in now):
            return (
                self._state()
            )  # away, or at a rewrite that may have begun before the purge: wait for its end
        if not all(server.enabled for server in now):
            return self._put_off("the store keeps no append-only file that could be rewritten")
        for reply in await self._servers.everywhere(_START):
            if isinstance(reply, Fault):
                return self._put_off(
                    f"the store did not start a rewrite of its file ({reply.kind} {reply.detail})"
                )
        self._covered, self._waiting, self._before = self._waiting, None, now
        return self._state(running=True)

    async def _follow(self, covered: float) -> RewriteState:
        now = await self._look()
        if now is None or any(server.busy for server in now):
            return self._state(running=True)
        self._covered = None
        if len(now) == len(self._before) and all(map(_ended_well, self._before, now)):
            self._failed = False
            return self._state(forgotten=self._monotonic() - covered)
        self._waiting = covered  # older than anything purged since
        self._failed = True
        self._not_before = self._monotonic() + self._again
        return self._state()

    async def _look(self) -> list[_Persistence] | None:
        """Read how every server stands; None if one does not answer."""
        seen = [_Persistence.read(reply) for reply in await self._servers.everywhere(_LOOK)]
        known = [server for server in seen if server is not None]
        return known if len(known) == len(seen) else None

    def _put_off(self, why: str) -> RewriteState:
        self._not_before = self._monotonic() + self._again
        self._failed = True
        return self._state(unable=why)

    def _state(
        self, *, running: bool = False, forgotten: float | None = None, unable: str = ""
    ) -> RewriteState:
        oldest = self._covered if self._covered is not None else self._waiting
        lag = 0.0 if oldest is None else self._monotonic() - oldest
        return RewriteState(lag, running, forgotten, self._failed, unable)


def _ended_well(before: _Persistence, now: _Persistence) -> bool:
    """Whether a rewrite began and ended since: a server that was restarted meanwhile proves nothing."""
    return now.run == before.run and now.rewrites > before.rewrites and now.last_well
