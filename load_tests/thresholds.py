"""What a run must keep to pass, written as people say it: `join.p99<=500`, `failed<=0`, `cpu.mean<=0.9`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

_WRITTEN: Final = re.compile(r"([a-z_]+(?:\.[a-z0-9_]+)?)\s*(<=|>=)\s*([0-9]+(?:\.[0-9]+)?)")


class NotAThreshold(ValueError):
    """A threshold that cannot be read."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound on one figure of a run: durations in milliseconds, shares of a core, counts, MiB."""

    figure: str
    at_most: bool
    bound: float

    @classmethod
    def read(cls, written: str) -> Self:
        """Read `figure<=number` or `figure>=number`. Raises NotAThreshold."""
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise NotAThreshold(f"{written!r} is no threshold; one is like join.p99<=500 or failed<=0.")
        return cls(found[1], found[2] == "<=", float(found[3]))

    def __str__(self) -> str:
        return f"{self.figure}{'<=' if self.at_most else '>='}{self.bound:g}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A threshold and what was measured."""

    threshold: Threshold
    measured: float | None
    """None when there was nothing of the kind, which breaks no upper bound and reaches no lower one."""

    @property
    def met(self) -> bool:
        """Whether it was kept."""
        if self.measured is None:
            return self.threshold.at_most
        bound = self.threshold.bound
        return self.measured <= bound if self.threshold.at_most else self.measured >= bound


def chosen(own: Sequence[str], asked: Sequence[str]) -> list[Threshold]:
    """Give a scenario's own thresholds; one that is asked for takes its own one's place."""
    read = [Threshold.read(one) for one in (*own, *asked)]
    return list({(one.figure, one.at_most): one for one in read}.values())


def judged(thresholds: Sequence[Threshold], figures: Mapping[str, float]) -> list[Judged]:
    """Hold each threshold against what was measured."""
    return [Judged(one, figures.get(one.figure)) for one in thresholds]
