"""What work costs a server, in CPU time of its whole process tree."""

from dataclasses import dataclass
from time import perf_counter
from typing import Final

from load_tests.site import Site

FINEST: Final = 1e-4
"""CPU seconds that cannot be told from none: a process that still runs has not been charged for its slice."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work cost the server."""

    work: int
    """How many joins or relays."""
    cpu_seconds: float
    """Of the whole process tree, without what silence costs."""
    share_below: float
    """The part of that CPU time that was not the server's own process: the store's."""
    seconds: float

    @property
    def per_cpu_second(self) -> float:
        """The work done in a CPU-second."""
        return self.work / self.cpu_seconds

    @property
    def microseconds(self) -> float:
        """The CPU time of one piece of work, in microseconds."""
        return self.cpu_seconds / self.work * 1e6


class Meter:
    """The CPU time of a server while the meter runs; it starts paused."""

    def __init__(self, site: Site, idle: dict[str, float]) -> None:
        self._site = site
        self._idle = idle
        self._used = dict.fromkeys(idle, 0.0)
        self._seconds = 0.0

    def resume(self) -> None:
        """Measure from here on."""
        self._before = self._site.tree.cpu_by_process()
        self._began = perf_counter()

    def pause(self) -> None:
        """Measure no longer."""
        self._seconds += perf_counter() - self._began
        for name, after in self._site.tree.cpu_by_process().items():
            self._used[name] += after - self._before[name]

    def cost(self, work: int) -> Cost:
        """Give what was used, without what silence would have, as the cost of so much work."""
        used = {name: self._used[name] - self._idle[name] * self._seconds for name in self._used}
        total = max(sum(used.values()), FINEST)
        return Cost(work, total, used["below"] / total, self._seconds)
