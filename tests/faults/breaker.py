"""Breaks things as a schedule says, mends them again, and writes both down."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import Final

from redis.exceptions import RedisError

from tests.faults.fleet import Fleet, FleetNode
from tests.faults.history import Fault, now
from tests.faults.schedule import BY_NAME, Planned
from tests.faults.stores import Stores
from tests.faults.takeovers import Takeovers
from tests.faults.town import Town

SOME: Final = 0.3
"""Which share of the connections a fault of some of them hits."""
CUT_BYTES: Final = (1, 6_000)
"""After how many bytes of a connection it is cut."""
TORN: Final = (0, 0, 1, 17, 400)
SYNC_MS: Final = (0, 300)
RATE: Final = 6_000
"""Bytes a second of a slow network."""

Breaking = AbstractAsyncContextManager[str]
"""Breaks at its begin and mends at its end; gives what it was done to."""


class Breaker:
    """The one who breaks things. `play` goes through a schedule; `counts` says how often what was broken."""

    def __init__(self, fleet: Fleet, stores: Stores, town: Town, said: Callable[[str], None]) -> None:
        self.fleet = fleet
        self.stores = stores
        self.town = town
        self.counts: Counter[str] = Counter()
        self.trouble: list[str] = []
        """What went wrong in the harness itself."""
        self._said = said
        self._takeovers = Takeovers(stores, town)
        self._began = now()
        self._busy: set[str] = set()
        """Nodes that something is being done to."""
        self._store_whole = asyncio.Lock()
        """Held while the store's server is being ended and started."""

    async def play(self, plan: list[Planned]) -> None:
        """Break what the plan says when it says so, and mend everything."""
        self._began = now()
        async with asyncio.TaskGroup() as faults:
            for one in plan:
                faults.create_task(self._one(one))
        await self._takeovers.settled()

    async def _one(self, planned: Planned) -> None:
        await asyncio.sleep(self._began + planned.at - now())
        breaking = _BREAKINGS[planned.name](self, planned, Random(planned.seed))  # noqa: S311 - no secret
        kind = planned.kind
        blinds = kind.blinds or (kind.lane == "node" and len(self.fleet.nodes) == 1)
        target = ""
        self.note(planned.name, f"{planned.seed}", over=False, blinds=blinds)
        try:
            async with breaking as target:
                if target:
                    self.counts[planned.name] += 1
                    self._said(
                        f"{now() - self._began:7.1f} s  {planned.name} {target} for {planned.lasts:.1f} s"
                    )
                    await asyncio.sleep(planned.lasts)
        except (TimeoutError, RedisError, OSError, RuntimeError) as error:
            self.trouble.append(f"{planned.name} {target}: {type(error).__name__}: {error}")
        finally:
            self.note(planned.name, f"{planned.seed}", over=True, blinds=blinds)

    def note(self, name: str, target: str, *, over: bool, blinds: bool = False) -> None:
        """Write down that something is broken, or whole again."""
        self.town.note(Fault(at=now(), name=name, target=target, over=over, blinds=blinds))

    # ------------------------------------------------------------ nodes

    @asynccontextmanager
    async def _node(self, chance: Random) -> AsyncIterator[FleetNode | None]:
        """Choose a node that nothing is being done to, as long as another one serves."""
        free = [node for node in self.fleet.nodes if node.name not in self._busy and node.up]
        if not free or (len(self.fleet.nodes) > 1 and len(free) < 2):
            yield None
            return
        node = chance.choice(free)
        self._busy.add(node.name)
        try:
            yield node
        finally:
            self._busy.discard(node.name)

    @asynccontextmanager
    async def kill(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Kill a node; it is started again at the end."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            async with self._takeovers.of("kill", node):
                await node.kill()
            yield node.name
            await node.keep_up()

    @asynccontextmanager
    async def stop(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """End a node in order, as an upgrade does."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            async with self._takeovers.of("stop", node):
                status = await node.stop()
            if status:
                self.trouble.append(f"{node.name} ended with status {status} when it was told to stop")
            yield node.name
            await node.keep_up()

    @asynccontextmanager
    async def hang(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Stop a node as it stands; then it goes on as if nothing had been."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            async with self._takeovers.of("hang", node):
                node.hang()
            yield node.name
            node.go_on()

    @asynccontextmanager
    async def machine(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Let a node's machine be gone: nothing answers, nothing is refused, nobody is told."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            async with self._takeovers.of("machine", node):
                node.front.hold()
                node.back.hold()
                node.hang()
            yield node.name
            await node.kill()
            for wire in (node.front, node.back):
                wire.cut()
                wire.heal()
            await node.keep_up()

    @asynccontextmanager
    async def cut_off(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Cut a node off from the store, and let it know."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            async with self._takeovers.of("cut_off", node):
                node.back.refusing = True
                node.back.cut()
            yield node.name
            node.back.refusing = False

    @asynccontextmanager
    async def cut_off_silently(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Cut a node off from the store as a switch does that drops everything; held bytes arrive later."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            async with self._takeovers.of("cut_off_silently", node):
                node.back.hold()
            yield node.name
            node.back.release()

    @asynccontextmanager
    async def slow_store_wire(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Let a node wait for the store, or get little from it at a time."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            node.back.delay = chance.uniform(0.05, 0.6)
            yield node.name
            node.back.delay = 0.0

    @asynccontextmanager
    async def node_clock(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Set a node's clock by an hour."""
        async with self._node(chance) as node:
            if node is None or node.clock is None:
                yield ""
                return
            node.clock.set(chance.choice((-1, 1)))
            yield node.name
            node.clock.set(0)

    # ------------------------------------------------------------ the store

    @asynccontextmanager
    async def pause(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Stop the store's server as it stands."""
        async with self._store_whole, self.stores.paused():
            yield "store"

    @asynccontextmanager
    async def limp(self, planned: Planned, chance: Random) -> AsyncIterator[str]:
        """Let the store's server answer now and then."""
        async with self._store_whole:
            limping = asyncio.create_task(self.stores.limps(planned.lasts))
            yield "store"
            await limping

    @asynccontextmanager
    async def store_kill(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Kill the store's server."""
        async with self._store_whole, self.stores.killed():
            yield "store"

    @asynccontextmanager
    async def power(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Cut the power of the store's machine."""
        torn, wait = chance.choice(TORN), chance.choice(SYNC_MS)
        async with self._store_whole, self.stores.without_power(torn, wait):
            yield "store"

    @asynccontextmanager
    async def full(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Fill the store's disk."""
        async with self._store_whole, self.stores.full():
            yield "store"

    @asynccontextmanager
    async def failover(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Hand the store over to its replica."""
        async with self._store_whole:
            yield "store" if await self.stores.fail_over() else ""

    @asynccontextmanager
    async def store_clock(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Set the clock of the store's machines by an hour."""
        if self.stores.clock is None:
            yield ""
            return
        async with self._store_whole, self.stores.at_another_hour(chance.choice((-1, 1))):
            yield "store"

    # ------------------------------------------------------------ wires

    def _wires(self, chance: Random) -> list[FleetNode]:
        return [chance.choice(self.fleet.nodes)]

    @asynccontextmanager
    async def cut_some(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Cut some of the clients' connections."""
        cut = sum(node.front.cut(lambda: chance.random() < SOME) for node in self.fleet.nodes)
        yield f"{cut} connections"

    @asynccontextmanager
    async def cut_at_byte(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Let some new connections of clients end at a random byte; cut some, so that there are new ones."""

        def after() -> int | None:
            return chance.randint(*CUT_BYTES) if chance.random() < SOME else None

        nodes = self._wires(chance)
        for node in nodes:
            node.front.cut_after = after
            node.front.cut(lambda: chance.random() < SOME)
        yield nodes[0].name
        for node in nodes:
            node.front.cut_after = None

    @asynccontextmanager
    async def strand(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Leave some connections half-open for good."""
        count = self.fleet.strand(lambda: chance.random() < SOME, self.fleet.nodes)
        yield f"{count} connections"

    @asynccontextmanager
    async def half_open(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Let nothing pass between the clients and a node for a while."""
        async with self._node(chance) as node:
            if node is None:
                yield ""
                return
            node.front.hold()
            yield node.name
            node.front.release()

    @asynccontextmanager
    async def delay(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Let everything between the clients and a node take longer."""
        nodes = self._wires(chance)
        nodes[0].front.delay = chance.uniform(0.05, 0.8)
        yield nodes[0].name
        nodes[0].front.delay = 0.0

    @asynccontextmanager
    async def throttle(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Let little pass at a time."""
        nodes = self._wires(chance)
        nodes[0].front.rate = RATE
        yield nodes[0].name
        nodes[0].front.rate = 0.0

    @asynccontextmanager
    async def herd(self, _: Planned, chance: Random) -> AsyncIterator[str]:
        """Cut everybody's connections at once."""
        cut = sum(node.front.cut() for node in self.fleet.nodes)
        yield f"{cut} connections"

    # ------------------------------------------------------------ the end

    async def heal(self) -> None:
        """Make everything whole, whatever was done to it."""
        for node in self.fleet.nodes:
            node.front.heal()
            node.back.heal()
            node.go_on()
            if not node.up:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(60):
                        await node.keep_up()


_BREAKINGS: Final[dict[str, Callable[[Breaker, Planned, Random], Breaking]]] = {
    name: getattr(Breaker, name) for name in BY_NAME
}
