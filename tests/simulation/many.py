"""Many schedules, played by as many processes as there are processors, and what they add up to."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.prove.proof import Findings, Round
from tests.simulation.story import play, schedule_of

A_ROUND: Final = 100
"""Schedules in one round of the proof."""
WORKERS: Final = os.cpu_count() or 1


def played(seeds: Sequence[int]) -> Round:
    """Play these seeds one after the other."""
    findings, began = Findings(), time.process_time()
    for seed in seeds:
        outcome = play(schedule_of(seed))
        findings.figures.update(outcome.figures)
        findings.figures["stale_epoch_effects"] += sum(
            what.startswith("one owner") for what in outcome.broken
        )
        if outcome.broken:
            more = f" (and {len(outcome.broken) - 1} more)" if len(outcome.broken) > 1 else ""
            findings.broken.append(f"seed {seed}: {outcome.broken[0]}{more}")
    findings.figures["processor_seconds"] = round(time.process_time() - began)
    return findings.round()


async def played_by_all(seeds: Sequence[int]) -> Round:
    """Play these seeds, shared among all processors.

    Each worker is forked from a server that has everything imported, and lives for its share only: it never
    looks for what is no longer used.
    """
    findings, loop = Findings(), asyncio.get_running_loop()
    forked = get_context("forkserver")
    forked.set_forkserver_preload(["tests.simulation.many"])
    shares = [
        seeds[len(seeds) * one // WORKERS : len(seeds) * (one + 1) // WORKERS] for one in range(WORKERS)
    ]
    with ProcessPoolExecutor(WORKERS, mp_context=forked, initializer=gc.disable) as pool:
        for one in await asyncio.gather(*(loop.run_in_executor(pool, played, share) for share in shares)):
            findings.add(one)
    return findings.round()


async def played_round(_: Path, seed: int) -> Round:
    """Play one round of the proof: schedules from the seed on."""
    first, began = seed % 1_000_000_000, time.monotonic()
    found = await played_by_all(range(first, first + A_ROUND))
    print(f"    {A_ROUND / (time.monotonic() - began) * 60:.0f} schedules a minute", flush=True)
    return found
