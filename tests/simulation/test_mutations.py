"""The proof of the proof: what would break the house is noticed."""

from __future__ import annotations

import pytest

from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.story import play

SEEDS = 32


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_change_that_breaks_a_promise_is_noticed(mutation: Mutation) -> None:
    """On the same seeds the house as it is breaks none."""
    for seed in range(mutation.first, mutation.first + SEEDS):
        story = mutation.story(seed)
        untouched = play(story)
        assert not untouched.broken, (seed, untouched.broken, untouched.told)
        if any(what.startswith(mutation.rule) for what in mutation.play(story).broken):
            return
    pytest.fail(f"{mutation.name}: nothing was noticed in {SEEDS} schedules")
