"""What a run came to: figures by name, thresholds kept or not, one JSON object."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from load_tests.asked import OF_THE_SERVER, PERCENTILES, Asked
from load_tests.histogram import Histogram
from load_tests.sampling import Sample
from load_tests.site import CLINICS
from load_tests.tally import Record
from load_tests.thresholds import Judged, judged

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run that is over."""

    asked: Asked
    record: Record
    samples: list[Sample]
    cpu_seconds: float
    client_share: float
    resident_before: int
    load_average: float
    """Of the machine in its last minute; above its processors somebody waits for one."""

    @property
    def judged(self) -> list[Judged]:
        """Each threshold, and what was measured."""
        figures = self.figures()
        for one in self.asked.thresholds:
            if "." not in one.figure:
                figures.setdefault(one.figure, 0.0)  # a count of what never happened
        return judged(self.asked.thresholds, figures)

    @property
    def passed(self) -> bool:
        """Whether every threshold was kept."""
        return all(one.met for one in self.judged)

    @property
    def most_here(self) -> int:
        """The most connections that were open at the end of a second."""
        return max((self.record.here(second) for second in self.record.here_in), default=0)

    def figures(self) -> dict[str, float]:
        """Give all figures by name: durations in ms, shares of a core, MiB, counts."""
        record, found = self.record, dict[str, float]()
        for what, histogram in record.took.items():
            found |= {f"{what}.{name}": value for name, value in in_ms(histogram).items()}
        found |= record.counts
        found["relays_lost"] = record.done("signals") - record.done("relay")
        if self.samples and self.samples[-1].resident:
            shares = [one.own + one.below for one in self.samples]
            found |= {
                "cpu.mean": sum(shares) / len(shares),
                "cpu.max": max(shares),
                "cpu.ms_per_visit": self.cpu_seconds * 1000 / self.asked.visits,
                "memory.begin": self.resident_before / MIB,
                "memory.max": max(one.resident for one in self.samples) / MIB,
            }
        return found

    def as_fields(self) -> dict[str, Any]:
        """Give everything for a program."""
        asked, record = self.asked, self.record
        figures = self.figures()
        return {
            "scenario": asked.scenario,
            "passed": self.passed,
            "visits": asked.visits,
            "minutes": asked.minutes,
            "clinics": CLINICS,
            "processes": asked.processes,
            "seed": asked.seed,
            "target": asked.target or "a node of its own",
            "thresholds": [
                {"threshold": str(one.threshold), "measured": _short(one.measured), "met": one.met}
                for one in self.judged
            ],
            "latencies_ms": {
                what: {name: _short(value) for name, value in in_ms(histogram).items()}
                for what, histogram in sorted(record.took.items())
            },
            "counts": dict(sorted(record.counts.items())),
            "failures": dict(sorted(record.reasons.items())),
            "server": {name: _short(value) for name, value in figures.items() if name in OF_THE_SERVER},
            "connections_at_most": self.most_here,
            "clients_core_share": _short(self.client_share),
            "machine": {
                "processors": os.cpu_count(),
                "load_average": _short(self.load_average),
                "system": platform.platform(),
                "python": platform.python_version(),
            },
        }

    def lines(self) -> Iterator[str]:
        """Say it to a person at a terminal, 100 columns wide."""
        fields = self.as_fields()
        yield f"{'ms, from when it was meant to be':<34}" + "".join(
            f"{name:>11}" for name in ("count", *PERCENTILES)
        )
        for what, found in fields["latencies_ms"].items():
            yield f"{what:<34}" + "".join(f"{found[name]:>11,.10g}" for name in ("count", *PERCENTILES))
        yield ""
        for group in ("counts", "failures", "server"):
            for name, value in fields[group].items():
                yield f"{name:<34}{value:>11,.10g}"
        yield f"{'connections at most':<34}{fields['connections_at_most']:>11,}"
        yield f"{'clients, share of a core':<34}{fields['clients_core_share']:>11,.10g}"
        yield ""
        yield from (said(one) for one in self.judged)


def in_ms(histogram: Histogram) -> dict[str, float]:
    """Give count and percentiles of a histogram, in milliseconds."""
    return {"count": float(histogram.total)} | {
        name: histogram.percentile(percent) * 1000 for name, percent in PERCENTILES.items()
    }


def said(one: Judged) -> str:
    """Say how a threshold was kept."""
    measured = "none" if one.measured is None else f"{_short(one.measured):,.10g}"
    return f"{'met' if one.met else 'NOT MET':<9}{one.threshold!s:<25}{measured:>11}"


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}") if value != int(value) else int(value)
