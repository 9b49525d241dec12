"""The service levels: what share of which events has to be good (B9), and how fast a budget may burn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from gateway.metrics.names import PREFIX

Severity = Literal["page", "ticket"]

OURS: Final = "try_later|busy|other"
"""Refusals that are our fault. A wrong PIN, an expired link, a full visit is not; those are charted apart."""


@dataclass(frozen=True, slots=True)
class Burn:
    """So many times too fast over both windows: the long one says that it matters, the short one that it is
    still so.
    """

    factor: float
    long: str
    short: str
    severity: Severity
    few: int
    """Fewer bad events than this in the long window wake nobody, however little traffic there was."""


BURNS: Final = (
    Burn(14.4, "1h", "5m", "page", 5),
    Burn(6, "6h", "30m", "page", 5),
    Burn(3, "1d", "2h", "ticket", 5),
    Burn(1, "3d", "6h", "ticket", 5),
)
"""Of a budget for 30 days: 2 % in an hour, 5 % in six, 10 % in a day, 10 % in three days."""

MONTH: Final = "30d"


@dataclass(frozen=True, slots=True)
class Level:
    """A service level. `all` and `bad` count events in a window `{w}`; `runbook` names its alert, too."""

    name: str
    runbook: str
    promise: str
    target: float
    all: str
    bad: str

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        return 1 - self.target

    @property
    def percent(self) -> str:
        """The target, as people say it."""
        return f"{100 * self.target:g} %"


def _count(name: str, labels: str = "") -> str:
    return f"sum(increase({PREFIX}_{name}{{{labels}}}[{{w}}]))".replace("{}", "")


def _late(name: str, bound: float, labels: str = "") -> str:
    """Count what took longer than a bound, which must be one of the histogram's."""
    within = f'{labels}{"," if labels else ""}le="{bound:.1f}"'
    return f"({_count(f'{name}_count', labels)} - {_count(f'{name}_bucket', within)})"


def _timely(name: str, runbook: str, promise: str, target: float, *parts: tuple[str, float, str]) -> Level:
    """Make a level of times that must be within bounds: histogram, bound in seconds, labels."""
    every = " + ".join(_count(f"{histogram}_count", labels) for histogram, _, labels in parts)
    late = " + ".join(_late(*part) for part in parts)
    return Level(name, runbook, promise, target, every, late)


LEVELS: Final = (
    Level(
        "joins",
        "VestibuleJoinsFail",
        "who may join, joins",
        0.999,
        _count("joins_total", f'reason=~"|{OURS}"'),
        _count("joins_total", f'reason=~"{OURS}"'),
    ),
    _timely(
        "join_speed",
        "VestibuleJoinsSlow",
        "joined by a browser within 2 s, by telephone within 5 s of the PIN",
        0.99,
        ("hello_seconds", 2, 'kind=~"link|staff"'),
        ("join_seconds", 5, 'channel="phone"'),
    ),
    _timely(
        "presence",
        "VestibulePresenceLate",
        "a change of presence is on the dashboard within 1 s",
        0.99,
        ("presence_staleness_seconds", 1, ""),
    ),
    _timely(
        "losses",
        "VestibuleLossesLate",
        "a lost connection is shown within 8 s",
        0.995,
        ("loss_noticed_seconds", 8, ""),
    ),
    _timely(
        "expiry",
        "VestibuleExpiryLate",
        "expiry and other deadlines take effect within 1 s",
        0.9999,
        ("expiry_lag_seconds", 1, ""),
    ),
    _timely(
        "returns",
        "VestibuleReturnsLate",
        "who dropped out is back on their seat within 30 s",
        0.99,
        ("resume_seconds", 30, ""),
    ),
    _timely(
        "takeovers",
        "VestibuleTakeoversSlow",
        "a dead node's visits are served by others within 3 s",
        0.99,
        ("takeover_seconds", 3, ""),
    ),
)
