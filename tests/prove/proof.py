"""A proof: a promise, and rounds that try to break it; it can be stopped after any round and gone on with."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

ROUND_SECONDS: Final = 900.0
"""A round that takes longer has hung."""
STATE: Final = Path(__file__).parents[2] / ".prove" / "state.json"


@dataclass(frozen=True, slots=True)
class Round:
    """What one round found: figures to print, and each promise that was not kept, in words."""

    figures: Counter[str]
    broken: tuple[str, ...] = ()


@dataclass(slots=True)
class Findings:
    """What a round finds on its way."""

    figures: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def expect(self, true: object, promise: str) -> None:
        """Note whether a promise was kept, and go on."""
        self.figures["promises"] += 1
        if not true:
            self.broken.append(f"not so: {promise}")

    def add(self, part: Round, name: str = "") -> None:
        """Add what a part of a round found; of times, in `..._ms`, the longest counts."""
        for what, count in part.figures.items():
            known = self.figures[what]
            self.figures[what] = max(known, count) if what.endswith("_ms") else known + count
        self.broken += [f"{name}: {what}" if name else what for what in part.broken]

    def round(self) -> Round:
        """Give the round that these make."""
        return Round(self.figures, tuple(self.broken))


@dataclass(frozen=True, slots=True)
class Proof:
    """`play(folder, seed)` tries to break the promise once, in an empty folder.

    `must_break` is for the proof of a proof: at least one of its rounds has to find the promise broken.
    """

    name: str
    promise: str
    rounds: int
    play: Callable[[Path, int], Awaitable[Round]]
    must_break: bool = False
    goal: tuple[str, int] | None = None
    """A figure and what it has to reach; then as many rounds are played as that takes."""

    def enough(self, rounds: list[Round]) -> bool:
        """Whether so many rounds are all that is needed."""
        if self.must_break and any(one.broken for one in rounds):
            return True
        if self.goal is None:
            return len(rounds) >= self.rounds
        name, count = self.goal
        return sum(one.figures[name] for one in rounds) >= count

    def verdict(self, rounds: list[Round]) -> str:
        """Say in one line whether the promise was kept; only the word KEPT is good."""
        broken = [what for one in rounds for what in one.broken]
        whole = Findings()
        for one in rounds:
            whole.add(one)
        kept = bool(broken) if self.must_break else not broken
        if self.must_break:
            found = f"{len(broken)} of {len(rounds)} rounds saw a loss, as they must: {_first(broken)}"
        else:
            found = _first(broken) if broken else f"nothing in {len(rounds)} rounds broke it"
        return f"{self.name}: {'KEPT' if kept else 'BROKEN'}: {found}; {figures(whole.figures)}"


def _first(broken: list[str]) -> str:
    return "; ".join(broken[:3]) if broken else "none"


def figures(counted: Mapping[str, int]) -> str:
    """Write figures on one line."""
    return ", ".join(f"{name} {count}" for name, count in counted.items()) or "no figures"


def seed_of(seed: int, name: str, turn: int) -> int:
    """Give one round's own seed."""
    return int.from_bytes(sha256(f"{seed} {name} {turn}".encode()).digest()[:4], "big")


@dataclass(slots=True)
class Progress:
    """The rounds that were played already, by proof and seed; kept in a file that git does not see."""

    path: Path = STATE
    _known: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.exists():
            self._known = json.loads(self.path.read_text())

    def rounds(self, proof: Proof, seed: int) -> list[Round]:
        """Give the rounds of a proof with this seed."""
        kept = self._known.get(f"{proof.name} {seed}", [])
        return [Round(Counter(one["figures"]), tuple(one["broken"])) for one in kept]

    def add(self, proof: Proof, seed: int, one: Round) -> None:
        """Keep one more round."""
        rounds = self._known.setdefault(f"{proof.name} {seed}", [])
        rounds.append({"figures": dict(one.figures), "broken": list(one.broken)})
        self._save()

    def forget(self, proof: Proof, seed: int) -> None:
        """Begin a proof anew."""
        if self._known.pop(f"{proof.name} {seed}", None) is not None:
            self._save()

    def _save(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self._known, indent=1))
        new.replace(self.path)


def prove(proof: Proof, seed: int, progress: Progress) -> bool:
    """Play the rounds that are left, print each, then the verdict; gives whether the promise was kept."""
    rounds = progress.rounds(proof, seed)
    planned = "..." if proof.goal else str(proof.rounds)
    print(
        f"{proof.name}: {proof.promise} (seed {seed}, {len(rounds)} of {planned} rounds known)",
        flush=True,
    )
    while not proof.enough(rounds):
        own, began = seed_of(seed, proof.name, len(rounds)), time.monotonic()
        one = asyncio.run(_played(proof, own))
        rounds.append(one)
        progress.add(proof, seed, one)
        said = "; ".join(one.broken) or "kept"
        took = time.monotonic() - began
        print(
            f"  {len(rounds)}/{planned} seed {own}: {figures(one.figures)}: {said} ({took:.1f} s)",
            flush=True,
        )
    verdict = proof.verdict(rounds)
    print(verdict, flush=True)
    return f"{proof.name}: KEPT" in verdict


async def _played(proof: Proof, seed: int) -> Round:
    with tempfile.TemporaryDirectory(prefix="prove-") as folder:
        async with asyncio.timeout(ROUND_SECONDS):
            return await proof.play(Path(folder), seed)
