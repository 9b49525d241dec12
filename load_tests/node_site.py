"""Our server as a load sees it: providers signed in, visits made over REST, people over sockets."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from load_tests.clinics import VISIT, Access, Clinics, Ready
from load_tests.dialects import VESTIBULE
from load_tests.processes import ProcessTree, started
from load_tests.rest import Rest
from load_tests.site import CLINICS, Booked
from load_tests.visitor import PATIENCE_SECONDS, Door, Visitor, connect


@dataclass(frozen=True, slots=True)
class NodeServer:
    """A node that runs, before anybody has signed in."""

    tree: ProcessTree
    port: int
    access: Access
    data_dir: Path

    @property
    def url(self) -> str:
        """Where people open it."""
        return f"http://127.0.0.1:{self.port}"


class NodeSite:
    """A node, with every clinic's provider signed in."""

    dialect = VESTIBULE

    def __init__(self, server: NodeServer, clinics: Clinics) -> None:
        self.tree = server.tree
        self.port = server.port
        self._clinics = clinics

    @classmethod
    async def signed_in(cls, server: NodeServer) -> Self:
        """Sign in everywhere."""
        rest = Rest(Door.of(server.url))
        return cls(server, await Clinics.signed_in(rest, server.access.accounts))

    async def book(self, count: int) -> list[Booked]:
        """Plan visits that start now."""
        return await self._clinics.book([(number % CLINICS, VISIT) for number in range(count)])

    async def provider_hellos(self, booked: Sequence[Booked]) -> list[bytes]:
        """Get a one-use ticket for each provider's seat."""
        tickets = await self._clinics.tickets([(one.clinic, {"visit": one.visit}) for one in booked])
        return [self.dialect.frame("hello.staff", id=1, ticket=one, page=one[:8]) for one in tickets]

    async def dashboards(self) -> list[Visitor]:
        """Open each clinic's dashboard."""
        tickets = await self._clinics.tickets([(clinic, {}) for clinic in range(CLINICS)])
        visitors = await connect(self.dialect, self.port, CLINICS)
        await asyncio.gather(*map(_watch, visitors, tickets))
        return visitors

    async def finish(self, visitors: Sequence[Visitor]) -> None:
        """Let the providers complete their visits, which closes every connection to them."""
        for number, visitor in enumerate(visitors):
            visitor.write(self.dialect.frame("complete", id=9, op=f"complete-{number}"))
        if visitors:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.wait({visitor.closed for visitor in visitors})


async def _watch(visitor: Visitor, ticket: str) -> None:
    await visitor.ask("hello.staff", id=1, ticket=ticket, page="dashboard")
    await visitor.ask("watch.board", id=2)


@contextmanager
def node(
    *, all_at_once: bool = True, admin_bind: str = "", inside: Path | None = None, **environment: str
) -> Iterator[NodeServer]:
    """Run a node for a `with`, in a folder of its own, made `inside` another if that is said; `all_at_once`:
    with no limit on how many may come; `admin_bind`: where its /metrics are, if anywhere; `environment`:
    further settings.
    """
    with tempfile.TemporaryDirectory(prefix="vestibule-load-", dir=inside) as folder:
        command = [sys.executable, "-m", "load_tests.node", folder, "--admin-bind", admin_bind]
        every = [*command, "--all-at-once"] if all_at_once else command
        with started(every, silent=False, **environment) as (tree, line):
            ready = msgspec.json.decode(line, type=Ready)
            yield NodeServer(tree, ready.port, ready.access, Path(folder))
