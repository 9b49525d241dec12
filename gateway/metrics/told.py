"""A node's metrics as one: what actors, sockets and the edge tell, and the page that Prometheus reads."""

from __future__ import annotations

from typing import Final

from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from gateway.metrics.census import taken
from gateway.metrics.names import QUICK
from gateway.metrics.people import People
from gateway.metrics.scraped import Bridged, House, PinSpaces, Sockets, Watched
from gateway.metrics.shards import Shards
from gateway.metrics.sockets import SocketMetrics

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class Metrics(People, Shards):
    """The node's metrics; tells nobody else's, for each has a registry of its own.

    It is the Observer of the actors; `sockets` is the one of the sockets. Nothing here waits or raises.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sockets = SocketMetrics(self.registry)
        kinds = ("link", "staff", "seat", "phone", "bridge")
        self._hellos = self._tallied("hello_seconds", "From a hello to its `ready`", QUICK, "kind", kinds)
        self._forwarded = self._counter("forwarded", "Requests that were another node's, by result", "result")
        for result in ("answered", "later"):
            self._forwarded.labels(result)
        self._put_off = self._counter("hellos_put_off", "Hellos that were asked to come again later")
        self._sign_ins = self._counter("sign_ins", "Tries to sign in", "result")
        self._turns = self._histogram("loop_lag_seconds", "How late the event loop is", QUICK)
        self._pin_spaces = PinSpaces(self.registry)
        ProcessCollector(registry=self.registry)
        self._watched: Watched | None = None
        self._house: House | None = None

    def watch(self, watched: Watched) -> None:
        """Read this from now on at each scrape. Call it once."""
        self._watched = watched
        self._house = House(watched.host, watched.version)
        for one in (self._house, Sockets(watched.totals, watched.buffered), Bridged(watched.bridge)):
            self.registry.register(one)

    async def page(self) -> bytes:
        """Make the page that Prometheus reads."""
        if self._house is not None and self._watched is not None:
            await self._pin_spaces.read(self._watched.host)
            self._house.census = await taken(self._watched.host)
        return generate_latest(self.registry)

    # ------------------------------------------------------------ what the edge tells

    def greeted(self, kind: str, seconds: float) -> None:
        """A hello was answered `ready`."""
        self._hellos[kind].observe(seconds)

    def forwarded(self, result: str) -> None:
        """A request went to the node that has its clinic, or was to be tried later."""
        self._forwarded.labels(result).inc()

    def put_off(self) -> None:
        """Somebody was asked to come again, because very many come."""
        self._put_off.inc()

    def sign_in(self, result: str) -> None:
        """Somebody tried to sign in: ok, refused or slow."""
        self._sign_ins.labels(result).inc()

    def turn(self, late: float) -> None:
        """The event loop was so many seconds late."""
        self._turns.observe(late)
