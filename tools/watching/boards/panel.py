"""A board, its rows of panels, and the queries that come again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["lines", "stack", "number", "share", "state"]
"""`lines`: one line for each series; `stack`: they add up; `number`: the value of now; `share`: of a budget;
`state`: a word for 0 and one for 1.
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. `queries`: PromQL and what a series of it is called, `{{label}}` for a label's value."""

    title: str
    says: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: Kind = "lines"
    wide: int = 8


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard. `one_node`: it shows the node that is chosen at its top."""

    name: str
    title: str
    says: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]
    one_node: bool = False

    def panels(self) -> Iterator[Panel]:
        """Give all panels in order."""
        for _, row in self.rows:
            yield from row


def rate(metric: str, *by: str, where: str = "") -> str:
    """Count events a second, by these labels."""
    labels = f"{{{where}}}" if where else ""
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} (rate(vestibule_{metric}{labels}[$__rate_interval]))"


WITHIN: Final = ((0.5, "half within"), (0.99, "99 % within"))


def quantiles(
    metric: str, where: str = "", by: str = "", parts: tuple[tuple[float, str], ...] = WITHIN
) -> tuple[tuple[str, str], ...]:
    """Give the times within which half of all were, and 99 %; by a label, if one is named."""
    labels = f"{{{where}}}" if where else ""
    grouped = f"le, {by}" if by else "le"
    named = f" {{{{{by}}}}}" if by else ""
    return tuple(
        (
            f"histogram_quantile({quantile}, sum by ({grouped})"
            f" (rate(vestibule_{metric}_bucket{labels}[$__rate_interval])))",
            f"{name}{named}",
        )
        for quantile, name in parts
    )


def now(query: str, called: str = "") -> tuple[tuple[str, str], ...]:
    """Give one query, and what its series are called."""
    return ((query, called),)
