"""The plain room servers as sites: what one writes with `websockets`, and with Node.js and `ws`."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files

from load_tests.dialects import NODE_ROOMS, ROOMS, Dialect
from load_tests.processes import ProcessTree, started
from load_tests.site import CLINICS, Booked, leave
from load_tests.visitor import Visitor, connect
from tools.node import WEB, command


class RoomsSite:
    """One of the baselines: load_tests/rooms_baseline.py, or rooms_baseline.cjs."""

    def __init__(self, dialect: Dialect, tree: ProcessTree, port: int) -> None:
        self.dialect = dialect
        self.tree = tree
        self.port = port

    async def book(self, count: int) -> list[Booked]:
        """Make rooms over one connection, one after the other."""
        [desk] = await connect(self.dialect, self.port, 1)
        made = []
        for number in range(count):
            clinic = number % CLINICS
            answer = await desk.ask("create", clinic=f"c{clinic}", patient="Rosa Delgado", id=None)
            tokens = answer["tokens"]
            made.append(
                Booked(answer["visit"], clinic, tokens["patient"], tokens["guest"], tokens["provider"])
            )
        desk.transport.abort()
        return made

    async def provider_hellos(self, booked: Sequence[Booked]) -> list[bytes]:
        """Make hellos: here a provider has a token like everybody else."""
        return [
            self.dialect.frame("hello.link", id=1, token=one.provider, name="Dr. Amara Osei")
            for one in booked
        ]

    async def dashboards(self) -> list[Visitor]:
        """Open each clinic's dashboard."""
        visitors = await connect(self.dialect, self.port, CLINICS)
        await asyncio.gather(
            *(visitor.ask("watch", id=1, clinic=f"c{clinic}") for clinic, visitor in enumerate(visitors))
        )
        return visitors

    async def finish(self, visitors: Sequence[Visitor]) -> None:
        """Let everybody leave; the last one ends the room."""
        await leave(self.dialect, visitors)


@contextmanager
def rooms() -> Iterator[RoomsSite]:
    """Run the baseline on `websockets` for a `with`."""
    with started([sys.executable, "-m", "load_tests.rooms_baseline"]) as (tree, port):
        yield RoomsSite(ROOMS, tree, int(port))


@contextmanager
def node_rooms() -> Iterator[RoomsSite]:
    """Run the baseline on Node.js and `ws`, which is one of the pages' own packages, for a `with`."""
    script = str(files("load_tests") / "rooms_baseline.cjs")
    packages = str(WEB / "node_modules")
    with started(command("node", [script]), NODE_PATH=packages) as (tree, port):
        yield RoomsSite(NODE_ROOMS, tree, int(port))
