"""One schedule: a town of nodes and people, failures by seed, and the history for its judge."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from actors import ownership, placement
from tests.faults.checker import judge
from tests.faults.history import Calm, History
from tests.simulation.faults import OWNERS, Breaker, drawn
from tests.simulation.inside import broken
from tests.simulation.loop import StuckError
from tests.simulation.town import FEW, Story, Town

SETTLES: Final = 16.5
"""Seconds after the last fault in which everything has to be as it should be (15 s, and a look)."""
STORM: Final = 16.0
"""Seconds that a storm lasts."""
BLOWS: Final = 20
"""Failures in a storm: so many in so short a time give the most takeovers for our own processor's time."""


def story_of(seed: int) -> Story:
    """Draw a story from a seed."""
    random = Random(f"story {seed}")
    story = Story(
        seed=seed,
        nodes=random.choice((1, 2, 2, 2, 3, 3, 4)),
        clinics=random.choice((1, 1, 2)),
        visits=random.choice((1, 2)),
        guests=random.choice((1, 2, 3)),
        lasts=random.uniform(7, 14),
    )
    return replace(story, mishaps=drawn(random, story.nodes, story.lasts))


def storm_of(seed: int) -> Story:
    """Draw a story in which owners fail one after the other, and often two at once."""
    random = Random(f"storm {seed}")
    nodes = random.choice((2, 3, 4))
    mishaps = drawn(random, nodes, STORM, OWNERS, BLOWS)
    return Story(seed=seed, nodes=nodes, clinics=2, visits=1, guests=1, lasts=STORM, mishaps=mishaps)


def schedule_of(seed: int) -> Story:
    """Draw what a seed plays: two in four are storms."""
    return storm_of(seed) if seed % 4 > 1 else story_of(seed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a story."""

    broken: tuple[str, ...]
    figures: Counter[str]
    history: History
    told: tuple[str, ...]
    """What happened, in words."""


@contextmanager
def few_shards() -> Iterator[None]:
    """Let the house have few shards; what maps a clinic to its shard stays as it is."""
    changed = [
        (module, module.SHARDS)
        for name, module in sys.modules.items()
        if name.startswith("actors.") and hasattr(module, "SHARDS")
    ]
    slice_ = ownership.SLICE
    for module, _ in changed:
        module.SHARDS = FEW  # type: ignore[attr-defined]
    ownership.SLICE = 1  # type: ignore[misc]
    placement._table.cache_clear()
    try:
        yield
    finally:
        ownership.SLICE = slice_  # type: ignore[misc]
        placement._table.cache_clear()
        for module, before in changed:
            module.SHARDS = before  # type: ignore[attr-defined]


@contextmanager
def unswept() -> Iterator[None]:
    """Leave what is no longer used where it is until the end; looking for it takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def play(story: Story, changed: Mapping[str, bytes] | None = None) -> Outcome:
    """Play a story to its end and judge it. `changed`: other sources of the store's scripts."""
    with few_shards(), unswept():
        town = Town(story, changed or {})
        found: list[str] = []
        try:
            _played(town)
        except StuckError as error:
            found.append(f"stuck: {error}")
        found += broken(town.inside)
        found += [f"{one.rule}: {one.what} (at {one.at:.3f})" for one in judge(town.history).broken]
        found += [f"bug: {error!r}" for error in town.scheduler.bugs]
        for process in town.processes():
            process.loop.kill()
        town.people.kill()
    return Outcome(tuple(found), _figures(town), town.history, tuple(town.told))


def _played(town: Town) -> None:
    town.settle_in()
    town.let_people_in()
    breaker = Breaker(town)
    for mishap in town.story.mishaps:
        breaker.plan(mishap)
    town.scheduler.pass_time(town.story.lasts)
    breaker.heal()
    town.calm = True
    town.tell("calm")
    town.note(Calm(at=town.scheduler.now))
    town.scheduler.pass_time(SETTLES)
    town.look()


def _figures(town: Town) -> Counter[str]:
    figures = town.inside.figures()
    figures.update(
        schedules=1,
        callbacks=town.scheduler.steps,
        records=len(town.history.entries),
        virtual_seconds=int(town.scheduler.now),
    )
    figures.update(mishap.kind for mishap in town.story.mishaps)
    return figures
