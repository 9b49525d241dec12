"""Changes to the product that break its promises: each has to be noticed, or nothing is proven."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final
from unittest.mock import patch

from msgspec import msgpack

from actors.body import BodyCodec, clinic_of, key_of
from actors.host import Host
from actors.live import LiveVisit
from actors.outcomes import Outcomes, Settled
from actors.ports import Save, StoreDown
from actors.sealing import Sealer
from actors.shard import Shard
from engine.clinic import Clinic
from engine.events import Done
from engine.ids import Instant
from engine.operations import Operations
from tests.simulation.faults import drawn
from tests.simulation.node import SECRETS, NodeProcess
from tests.simulation.scripts import sources
from tests.simulation.story import Outcome, play
from tests.simulation.town import FEW, Story

_FENCE: Final = re.compile(
    rb"^if redis\.call\('HGET', KEYS\[1\], 'epoch'\) ~= ARGV\[1\] then return 2 end$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One promise less: what is changed, and the failures amid which that matters."""

    name: str
    kinds: tuple[str, ...]
    rule: str
    """The beginning of what the checker says of it."""
    change: Callable[[], AbstractContextManager[object]] = nullcontext
    scripts: Callable[[], dict[str, bytes]] = dict
    first: int = 1
    """The first of its seeds."""

    def story(self, seed: int) -> Story:
        """Draw a story with such failures."""
        random = Random(f"{self.name} {seed}")
        return Story(seed=seed, nodes=2, lasts=14.0, mishaps=drawn(random, 2, 14.0, self.kinds, 6))

    def play(self, story: Story) -> Outcome:
        """Play a story with the change."""
        with self.change():
            return play(story, self.scripts())


def _unfenced() -> dict[str, bytes]:
    source, count = _FENCE.subn(b"", sources()["save"])
    assert count == 1, "the fence in save.lua looks otherwise now"
    return {"save": source}


def _forgetful() -> AbstractContextManager[object]:
    return patch.object(Operations, "find", lambda *_: None)


@contextmanager
def _hasty() -> Iterator[None]:
    """Say what was decided before it is saved."""
    save: Any = LiveVisit._save

    def say_and_save(live: LiveVisit, said: Any, *rest: Any) -> None:
        live._say(said)
        save(live, replace(said, answer=lambda _: None, outcome=Done(durable=True), out=()), *rest)

    with patch.object(LiveVisit, "_save", say_and_save):
        yield


def _credulous() -> AbstractContextManager[object]:
    """Believe the store that a visit's time is over, whatever became of its clock."""

    async def believe(_: Outcomes, __: Instant, ___: Save, settled: Settled) -> None:
        settled("expired")

    return patch.object(Outcomes, "look_again", believe)


@contextmanager
def _by_slot() -> Iterator[None]:
    """Call an owner by its slot's name, whichever of its processes that is."""

    def drawn_id(host: Host) -> str:
        return host.settings.node

    def ignored(_: Host, __: str) -> None:
        """The random one is thrown away."""

    with patch.object(Host, "incarnation", property(drawn_id, ignored), create=True):
        yield


@contextmanager
def _meddling() -> Iterator[None]:
    """Let every node fire the deadlines of all shards, its own or not."""
    main: Any = NodeProcess._main

    async def main_and_more(process: NodeProcess) -> None:
        process.loop.start(_fire_for_others(process))
        await main(process)

    with patch.object(NodeProcess, "_main", main_and_more):
        yield


async def _fire_for_others(process: NodeProcess) -> None:
    host, known = process.host, dict[int, Shard]()
    while True:
        await asyncio.sleep(0.5)
        for number in range(FEW) if process.serves else ():
            if (before := known.pop(number, None)) is not None:
                for live in before.visits.values():
                    host.disarm(live)
            if host.shard(number) is None:
                with suppress(StoreDown):
                    known[number] = await _read_by_a_stranger(process, number)


async def _read_by_a_stranger(process: NodeProcess, number: int) -> Shard:
    """Read a shard under the epoch of whoever owns it, and so have its visits' deadlines fired."""
    host = process.host
    found = process.town.server.keys.do([b"HGET", b"{s%04d}:owner" % number, b"epoch"])
    shard = Shard(host, number, int(found) if isinstance(found, bytes) else 0)
    contents = await host.store.load(number)
    sealer = Sealer(SECRETS, process.random.randbytes)
    for name, document in contents.clinics.items():
        shard.clinics[name] = msgpack.decode(document, type=Clinic)
    for stored in contents.visits:
        clinic = shard.clinics[clinic_of(stored.body)]
        visit = BodyCodec(sealer, stored.visit, key_of(stored.body)).decode(stored.body, clinic)
        visit.restore(host.now())
        shard.add(visit, stored)
    return shard


MUTATIONS: Final = (
    Mutation("removed fence", ("replace", "freeze"), "one owner", scripts=_unfenced),
    Mutation("lost op_id check", ("unheard", "lines cut"), "no double effect", _forgetful),
    Mutation("publish before the save", ("store full", "unheard", "kill"), "nothing lost", _hasty),
    Mutation("store's clock believed", ("clock ahead", "lines cut"), "nobody refused early", _credulous),
    Mutation("owner named by slot", ("replace", "kill"), "one owner", _by_slot),
    Mutation("deadline fired by a stranger", ("pause", "lines cut"), "one owner", _meddling),
)
"""What has to be noticed."""
