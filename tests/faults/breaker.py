"""Breaks things as a schedule says, mends them again, and writes both down."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Final

from redis.exceptions import RedisError

from tests.faults import breaks_nodes, breaks_store, breaks_wires
from tests.faults.ground import Breaking, Ground
from tests.faults.history import Fault, now
from tests.faults.schedule import Planned

_ROOMS: Final = (breaks_nodes, breaks_store, breaks_wires)
HEALED_WITHIN: Final = 60.0


class Breaker:
    """The one who breaks things. `play` goes through a schedule; `counts` says how often what was broken."""

    def __init__(self, ground: Ground, said: Callable[[str], None]) -> None:
        self.counts: Counter[str] = Counter()
        self._ground = ground
        self._said = said
        self._began = now()

    @property
    def trouble(self) -> list[str]:
        """What went wrong in the harness itself."""
        return self._ground.trouble

    async def play(self, plan: list[Planned]) -> None:
        """Break what the plan says when it says so, and mend everything."""
        self._began = now()
        async with asyncio.TaskGroup() as faults:
            for one in plan:
                faults.create_task(self._one(one))
        await self._ground.takeovers.settled()

    async def _one(self, planned: Planned) -> None:
        await asyncio.sleep(self._began + planned.at - now())
        ground, kind = self._ground, planned.kind
        breaking = _breaking(planned.name)
        blinds = kind.blinds or (kind.lane == "node" and len(ground.fleet.nodes) == 1)
        target = ""
        self._note(planned, over=False, blinds=blinds)
        try:
            chance = Random(planned.seed)  # noqa: S311 - to be had again, no secret
            async with breaking(ground, planned, chance) as target:
                if target:
                    self.counts[planned.name] += 1
                    at = now() - self._began
                    self._said(f"{at:7.1f} s  {planned.name} {target} for {planned.lasts:.1f} s")
                    await asyncio.sleep(planned.lasts)
        except (TimeoutError, RedisError, OSError, RuntimeError) as error:
            ground.trouble.append(f"{planned.name} {target}: {type(error).__name__}: {error}")
        finally:
            self._note(planned, over=True, blinds=blinds)

    def _note(self, planned: Planned, *, over: bool, blinds: bool) -> None:
        """Write down that something is broken, or whole again."""
        entry = Fault(at=now(), name=planned.name, target=f"{planned.seed}", over=over, blinds=blinds)
        self._ground.town.note(entry)

    async def heal(self) -> None:
        """Make everything whole, whatever was done to it."""
        for node in self._ground.fleet.nodes:
            node.front.heal()
            node.back.heal()
            node.go_on()
            if node.machine is not None:
                node.machine.plug_in()
            if not node.up:
                async with asyncio.timeout(HEALED_WITHIN):
                    await node.keep_up()


def _breaking(name: str) -> Breaking:
    """Find what breaks things so."""
    found: list[Breaking] = [getattr(room, name) for room in _ROOMS if hasattr(room, name)]
    return found[0]
