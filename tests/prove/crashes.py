"""The power fails, or the server is killed, in the middle of work: nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from actors.embedded_server import AppendFsync
from tests.prove.ledger import Ledger
from tests.prove.load import Load
from tests.prove.peek import embedded_url
from tests.prove.power import PowerCutServer
from tests.prove.proof import Round, figures
from tests.prove.site import Site

FEWEST, MOST = 40, 160
"""How many facts are acknowledged before the crash; the seed says how many."""
TORN: Final = (0, 0, 1, 17, 400)
"""How many bytes a disk keeps of what was not synced."""
SYNC_MS: Final = (0, 500, 500)
"""How long a cut waits for the next sync to begin: most come when something is written and not synced."""
AHEAD: Final = 25
"""How many facts a store that syncs each second acknowledges before the sync that the cut forestalls."""
NODE_FIRST: Final = 0.3
"""How often the node dies before its store; else it may see the store go."""


@dataclass(frozen=True, slots=True)
class Crash:
    """What one crash did: facts acknowledged before it, and lost by it, by kind."""

    acknowledged: Counter[str]
    lost: Counter[str]
    durable_bytes: int = 0
    lost_bytes: int = 0

    def round(self) -> Round:
        """Judge it: nothing may be lost."""
        broken = (f"lost of what was acknowledged: {figures(self.lost)}",) if self.lost else ()
        totals = {"acknowledged": self.acknowledged.total(), "lost": self.lost.total()}
        return Round(Counter({**self.acknowledged, **totals, "bytes_lost": self.lost_bytes}), broken)


async def power_cut(
    folder: Path, seed: int, appendfsync: AppendFsync = "always", facts: int | None = None
) -> Crash:
    """Cut the power of a node and its store amid work, start both again, and count what is lost.

    `facts`: how many are acknowledged before it; without it the seed says.
    """
    chance, ledger = Random(seed), Ledger()  # noqa: S311 - a load to be had again, no secret
    async with PowerCutServer(folder / "power", appendfsync) as store, Site(folder, store.url) as site:
        working = asyncio.create_task(Load(site, ledger, chance).run())
        await _worked(working, ledger, facts or chance.randint(FEWEST, MOST))
        wait = chance.choice(SYNC_MS)
        if appendfsync == "everysec":
            await store.hang()
            await _worked(working, ledger, ledger.size + AHEAD)
        cutting = asyncio.create_task(store.cut(chance.choice(TORN), sync_ms=wait))
        if chance.random() < NODE_FIRST:
            await site.kill()
            cut = await cutting
        else:
            cut = await cutting
            await site.kill()
        await working
        await store.restart()
        await site.start()
        lost = await ledger.lost(site, store.url)
    return Crash(ledger.counts(), lost, cut.durable_bytes, cut.lost_bytes)


async def killed(folder: Path, seed: int, facts: int | None = None) -> Crash:
    """Kill a node amid work; its own store goes on without it, and is adopted by the next start."""
    chance, ledger = Random(seed), Ledger()  # noqa: S311 - a load to be had again, no secret
    async with Site(folder) as site:
        working = asyncio.create_task(Load(site, ledger, chance).run())
        await _worked(working, ledger, facts or chance.randint(FEWEST, MOST))
        await asyncio.gather(site.kill(), working)
        await site.start()
        lost = await ledger.lost(site, embedded_url(site.data_dir))
    return Crash(ledger.counts(), lost)


async def _worked(working: asyncio.Task[None], ledger: Ledger, facts: int) -> None:
    """Wait until so much is acknowledged; work that fails is not waited for."""
    enough = asyncio.create_task(ledger.until(facts))
    await asyncio.wait([enough, working], return_when=asyncio.FIRST_COMPLETED)
    enough.cancel()
    if working.done():
        working.result()
        raise AssertionError("the work ended before the crash")


# ---------------------------------------------------------------- as rounds of a proof


async def power_round(folder: Path, seed: int) -> Round:
    """Cut the power once, with the store as shipped."""
    return (await power_cut(folder, seed)).round()


async def everysec_round(folder: Path, seed: int) -> Round:
    """Cut the power once, with a store that syncs each second only."""
    return (await power_cut(folder, seed, "everysec")).round()


async def killed_round(folder: Path, seed: int) -> Round:
    """Kill the node once."""
    return (await killed(folder, seed)).round()
