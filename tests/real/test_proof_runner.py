"""The proofs' runner tells the truth: a broken promise is said, and an interrupted proof goes on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.prove.proof import Progress, Proof, Round, prove

SEED = 7


def proof(*broken: str, must_break: bool = False) -> tuple[Proof, list[int]]:
    """Make a proof of three rounds, of which the last finds this; gives the seeds that it was played with."""
    seeds: list[int] = []

    async def play(_: Path, seed: int) -> Round:
        seeds.append(seed)
        found = broken if len(seeds) == 3 else ()
        return Round(Counter(facts=10, slowest_ms=len(seeds)), found)

    return Proof("sample", "nothing is lost", 3, play, must_break), seeds


def test_a_promise_that_was_kept_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its seed, its figures added up, and one line of verdict."""
    sample, seeds = proof()
    assert prove(sample, SEED, Progress(tmp_path / "state.json"))
    said = capsys.readouterr().out
    assert "sample: KEPT: nothing in 3 rounds broke it; facts 30, slowest_ms 3" in said
    assert len(set(seeds)) == 3
    assert all(f"seed {seed}" in said for seed in seeds)


def test_one_broken_round_breaks_the_promise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also when the rounds were played before."""
    sample, seeds = proof("lost 3")
    assert not prove(sample, SEED, Progress(tmp_path / "state.json"))
    assert not prove(sample, SEED, Progress(tmp_path / "state.json"))
    assert capsys.readouterr().out.count("sample: BROKEN: lost 3") == 2
    assert len(seeds) == 3


@pytest.mark.parametrize("broken", [(), ("lost 3",)])
def test_the_proof_of_a_proof_has_to_find_a_loss(tmp_path: Path, broken: tuple[str, ...]) -> None:
    """A checker that sees nothing proves nothing."""
    sample, _ = proof(*broken, must_break=True)
    assert prove(sample, SEED, Progress(tmp_path / "state.json")) == bool(broken)


def test_an_interrupted_proof_goes_on_with_the_next_round(tmp_path: Path) -> None:
    """Another seed is another proof, and `forget` begins anew."""
    sample, seeds = proof()
    progress = Progress(tmp_path / "state.json")
    progress.add(sample, SEED, Round(Counter(facts=1)))
    assert prove(sample, SEED, Progress(tmp_path / "state.json"))
    assert len(seeds) == 2
    again = Progress(tmp_path / "state.json")
    assert len(again.rounds(sample, SEED)) == 3
    assert again.rounds(sample, SEED + 1) == []
    again.forget(sample, SEED)
    assert Progress(tmp_path / "state.json").rounds(sample, SEED) == []
