"""Our server as a load sees it: providers signed in, visits made over REST, people over sockets."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from load_tests.dialects import VESTIBULE, Fields
from load_tests.node import PASSWORD, email
from load_tests.processes import ProcessTree, started
from load_tests.rest import Rest
from load_tests.site import CLINICS, Booked
from load_tests.visitor import PATIENCE_SECONDS, Visitor, connect

VISIT: Fields = {"patient": {"name": "Rosa Delgado"}, "start": "now", "minutes": 60}


class NodeServer:
    """A node that runs, before anybody has signed in."""

    def __init__(self, tree: ProcessTree, port: int, data_dir: Path) -> None:
        self.tree = tree
        self.port = port
        self.data_dir = data_dir


class NodeSite:
    """A node, with every clinic's provider signed in."""

    dialect = VESTIBULE

    def __init__(self, server: NodeServer, rest: Rest, cookies: list[str]) -> None:
        self.tree = server.tree
        self.port = server.port
        self._rest = rest
        self._cookies = cookies

    @classmethod
    async def signed_in(cls, server: NodeServer) -> Self:
        """Sign in everywhere."""
        rest = Rest(server.port)
        return cls(server, rest, await rest.sign_in([email(one) for one in range(CLINICS)], PASSWORD))

    async def book(self, count: int) -> list[Booked]:
        """Plan visits that start now."""
        clinics = [number % CLINICS for number in range(count)]
        made = await self._rest.post_all([("visits", VISIT, self._cookies[one]) for one in clinics])
        return [
            Booked(visit["id"], clinic, _token(visit["patient_link"]), _token(visit["panel"]["link"]))
            for clinic, visit in zip(clinics, made, strict=True)
        ]

    async def provider_hellos(self, booked: Sequence[Booked]) -> list[bytes]:
        """Get a one-use ticket for each provider's seat."""
        tickets = await self._tickets([(one.clinic, {"visit": one.visit}) for one in booked])
        return [self.dialect.frame("hello.staff", id=1, ticket=one, page=one[:8]) for one in tickets]

    async def dashboards(self) -> list[Visitor]:
        """Open each clinic's dashboard."""
        tickets = await self._tickets([(clinic, {}) for clinic in range(CLINICS)])
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

    async def _tickets(self, asked: Sequence[tuple[int, Fields]]) -> list[str]:
        answers = await self._rest.post_all(
            [("tickets", fields, self._cookies[clinic]) for clinic, fields in asked]
        )
        return [answer["ticket"] for answer in answers]


async def _watch(visitor: Visitor, ticket: str) -> None:
    await visitor.ask("hello.staff", id=1, ticket=ticket, page="dashboard")
    await visitor.ask("watch.board", id=2)


def _token(link: str) -> str:
    return link.partition("#")[2]


@contextmanager
def node() -> Iterator[NodeServer]:
    """Run a node for a `with`, in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-bench-") as folder,
        started([sys.executable, "-m", "load_tests.node", folder]) as (tree, port),
    ):
        yield NodeServer(tree, int(port), Path(folder))
