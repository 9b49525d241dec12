"""What the server and the clients cost while a run goes on: processor and memory, second by second."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from load_tests.processes import ProcessTree


@dataclass(frozen=True, slots=True)
class Sample:
    """One second of a server: shares of one core, and resident bytes of its own process."""

    second: int
    own: float
    """Of the server's own process."""
    below: float
    """Of the processes that it started: the store, and the bridge once somebody calls."""
    resident: int


class Sampling:
    """Looks at a server each second; without one it only looks at our own clients."""

    def __init__(self, server: ProcessTree | None, clients: Sequence[int]) -> None:
        self._server = server
        self._clients = [ProcessTree(pid) for pid in clients]
        self.samples: list[Sample] = []
        self.cpu_seconds = 0.0
        """Of the server's process tree, for the whole run."""
        self.client_share = 0.0
        """Of one core, of all clients together, for the whole run."""
        self._client_seconds = 0.0

    async def follow(self, began: float) -> None:
        """Look each second, until it is cancelled."""
        await asyncio.sleep(max(0.0, began - monotonic()))
        clients = self._clients_cpu()
        used, at = self._cpu(), monotonic()
        first = used
        while True:
            await asyncio.sleep(max(0.0, began + len(self.samples) + 1 - monotonic()))
            now, now_at = self._cpu(), monotonic()
            self._sample(used, now, now_at - at)
            self.cpu_seconds = sum(now.values()) - sum(first.values())
            if (by_clients := self._clients_cpu() - clients) > self._client_seconds:  # none has ended yet
                self._client_seconds, self.client_share = by_clients, by_clients / (now_at - began)
            used, at = now, now_at

    def _sample(self, before: dict[str, float], after: dict[str, float], took: float) -> None:
        self.samples.append(
            Sample(
                len(self.samples),
                (after["server"] - before["server"]) / took,
                max(0.0, after["below"] - before["below"]) / took,
                self._server.resident_bytes() if self._server is not None else 0,
            )
        )

    def _cpu(self) -> dict[str, float]:
        return self._server.cpu_by_process() if self._server is not None else {"server": 0.0, "below": 0.0}

    def _clients_cpu(self) -> float:
        return sum(tree.cpu_seconds() for tree in self._clients)
