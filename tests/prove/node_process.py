"""A real node as a process of its own, with a clinic to try things on; it can be killed like any other.

    python -m tests.prove.node_process --data-dir DIR --port N [--store-url URL] [--ahead MS]

It prints one JSON line once it serves (`Doors`), and one for each bug. Further settings come from the
environment, as ever. On its input it takes `later MS`: the one clock is set ahead, what is due is done, and a
line says what time it is. At the end of its input it stops in order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import uvloop

from actors.accounts import User
from engine.clinic import Clinic, StaffRole
from engine.ids import ClinicId, UserId, shard_of_clinic
from gateway.api import create_api
from gateway.auth import CLINIC_SCOPES, DIALIN
from gateway.logs import configure_logs, where
from gateway.node import Node, Seams, running
from gateway.serving import serve_node
from gateway.settings import Settings
from tests.support.node import NUMBER, ZONE, SteeredClock

CLINIC: Final = ClinicId("c-proof")
QUIET_CLINIC: Final = ClinicId("c-quiet")
QUIET_NUMBER: Final = "+15550109"
"""A number without any PIN: every guess there counts, up to a thousand a day."""
SEED_SECONDS: Final = 30.0
DOCTOR: Final = User(
    id=UserId("u-rivera"),
    email="rivera@proof.example",
    name="Dr. Rivera",
    role=StaffRole.PROVIDER,
    clinic=CLINIC,
    password="",
)


@dataclass(frozen=True, slots=True)
class Doors:
    """How people and programs get in: a provider's session, the clinic's API key, a dial-in client's key."""

    session: str
    api_key: str
    dialin_key: str


async def seeded(node: Node) -> Doors:
    """Make the clinics, unless they are there, and open the doors; the keys are the same after each start."""
    await _found(
        node, Clinic(id=CLINIC, name="Bayview Clinic", zone=ZONE, phone="555-0123", dial_in=(NUMBER,))
    )
    await _found(node, Clinic(id=QUIET_CLINIC, name="Quiet Clinic", zone=ZONE, dial_in=(QUIET_NUMBER,)))
    auth = node.auth
    await auth.accounts.add_user(DOCTOR)
    signed_in = await auth.open_session(DOCTOR)
    if signed_in is None:
        raise RuntimeError("the provider could not be signed in")
    _, api = await auth.add_key(CLINIC, "A program", CLINIC_SCOPES, auth.derived("proof api"))
    _, dialin = await auth.add_key(CLINIC, "Dial-in", frozenset({DIALIN}), auth.derived("proof dialin"))
    return Doors(signed_in.token, api, dialin)


async def _found(node: Node, clinic: Clinic) -> None:
    shard = shard_of_clinic(clinic.id)
    async with asyncio.timeout(SEED_SECONDS):
        while node.host.clinic(clinic.id) is None:
            if node.host.shard(shard) is None and node.host.owner(shard) is not None:
                return  # another node has it, and has made it
            if await node.desk.save_clinic(clinic) is not None:  # a store under test may be slow
                await asyncio.sleep(0.1)


def tell(**facts: object) -> None:
    """Print one line for whoever started us."""
    print(json.dumps(facts), flush=True)


async def serve(settings: Settings, clock: SteeredClock) -> None:
    """Serve until SIGTERM, SIGINT or the end of the input."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def bug(error: BaseException) -> None:
        tell(bug=type(error).__name__, where=where(error))

    async def started(node: Node) -> None:
        tell(**asdict(await seeded(node)))

    async with running(settings, Seams(clock=clock, report=bug)) as node:
        obeying = asyncio.create_task(obey(node, clock, stop))
        await serve_node(node, create_api(node, demo=True), admin=None, started=started, stop=stop)
        obeying.cancel()


async def obey(node: Node, clock: SteeredClock, stop: asyncio.Event) -> None:
    """Do what the input says, line by line."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        clock.ahead += int(line.removeprefix(b"later "))
        node.host.tend()
        tell(now=node.host.now())
    stop.set()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store-url", default=None)
    parser.add_argument("--ahead", type=int, default=0)
    given = parser.parse_args()
    level = os.environ.get("VESTIBULE_LOG__LEVEL", "warning")
    settings = Settings.load(
        None,
        server={"port": given.port, "admin_bind": ""},
        store={"data_dir": given.data_dir, "url": given.store_url},
        log={"format": "json", "level": level},
    )
    configure_logs(settings.log)
    clock = SteeredClock()
    clock.ahead = given.ahead
    uvloop.run(serve(settings, clock))


if __name__ == "__main__":
    main()
