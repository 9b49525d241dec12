"""What the sockets tell: whom we cut and how late, whom we refused, which bugs ended one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from gateway.metrics.names import PREFIX, SILENCE
from gateway.websocket import Cut, Rejection

REFUSALS: Final = (400, 403, 404, 503)
"""Shown at 0 from the start: a first burst has to be seen to rise."""


class SocketMetrics:
    """The observer of the sockets; frames and bytes are counted by the endpoint itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._cut = Counter(f"{PREFIX}_cut", "Connections that we ended", ["reason"], registry=registry)
        for why in Cut:
            self._cut.labels(why.value)
        self._silence = Histogram(
            f"{PREFIX}_loss_noticed_seconds",
            "From a peer's last sign of life to its being cut for silence",
            buckets=SILENCE,
            registry=registry,
        )
        self._refused = Counter(
            f"{PREFIX}_handshakes_refused", "Openings refused", ["status"], registry=registry
        )
        for status in REFUSALS:
            self._refused.labels(str(status))
        self._failed = Counter(f"{PREFIX}_socket_failures", "Bugs met on a socket", registry=registry)
        self._report: Callable[[Exception], None] = lambda _: None

    def on_failure(self, report: Callable[[Exception], None]) -> None:
        """Say who logs bugs."""
        self._report = report

    def opened(self) -> None:
        """Look away: the endpoint counts them."""

    def closed(self, code: int) -> None:
        """Look away: the peer chooses the code."""

    def cut(self, why: Cut) -> None:
        """A connection was cut."""
        self._cut.labels(why.value).inc()

    def silent(self, seconds: float) -> None:
        """A connection is cut for its silence."""
        self._silence.observe(seconds)

    def refused(self, rejection: Rejection) -> None:
        """An opening was refused."""
        self._refused.labels(str(rejection.status)).inc()

    def failed(self, error: Exception) -> None:
        """A bug ended a socket."""
        self._failed.inc()
        self._report(error)
