"""Many schedules, and what they add up to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.prove.proof import Findings, Round
from tests.simulation.story import play, storm_of, story_of

A_ROUND: Final = 100
"""Schedules in one round of the proof."""
WORKERS: Final = 2


def played(seeds: Iterable[int]) -> Round:
    """Play these seeds one after the other; every other pair of them is storms."""
    findings, began = Findings(), time.process_time()
    for seed in seeds:
        outcome = play(storm_of(seed) if seed % 4 > 1 else story_of(seed))
        findings.figures.update(outcome.figures)
        findings.figures["stale_epoch_effects"] += sum(
            what.startswith("one owner") for what in outcome.broken
        )
        if outcome.broken:
            more = f" (and {len(outcome.broken) - 1} more)" if len(outcome.broken) > 1 else ""
            findings.broken.append(f"seed {seed}: {outcome.broken[0]}{more}")
    findings.figures["processor_seconds"] = round(time.process_time() - began)
    return findings.round()


async def played_round(_: Path, seed: int) -> Round:
    """Play one round of the proof: schedules from the seed on, by two processes."""
    first = seed % 1_000_000_000
    shares = [range(first + one, first + A_ROUND, WORKERS) for one in range(WORKERS)]
    began, findings = time.monotonic(), Findings()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        loop = asyncio.get_running_loop()
        for one in await asyncio.gather(*(loop.run_in_executor(pool, played, share) for share in shares)):
            findings.add(one)
    took = time.monotonic() - began
    print(f"    {A_ROUND / took * 60:.0f} schedules a minute", flush=True)
    return findings.round()
