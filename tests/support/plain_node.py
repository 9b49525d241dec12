"""`python -m tests.support.plain_node FOLDER NAME PORT STORE PUBLIC`: one node of several, as a process.

They share the store and the folder, find each other by the store, and call each other by plain HTTP. Prints
`up` once it serves. A line on its input names a clinic: it is opened, and answered with keys of it, if this
node has its shard, else with `not here`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from actors.accounts import User
from engine.clinic import Clinic, StaffRole
from engine.ids import ClinicId, UserId, shard_of_clinic
from gateway.api import create_api
from gateway.auth import CLINIC_SCOPES, DIALIN
from gateway.logs import configure_logs
from gateway.node import Node, Seams, running
from gateway.serving import serve_node
from gateway.settings import Settings
from tests.support.peers import LoopbackPeers, back_door


async def main(folder: Path, name: str, port: int, store: str, public: str) -> None:
    """Serve until the input ends."""
    settings = Settings.load(
        None,
        server={
            "node": name,
            "port": port,
            "public_url": public,
            "ws_url": f"ws://127.0.0.1:{port}/ws",
            "admin_bind": "",
        },
        store={"url": store, "data_dir": folder / name},
        secrets={"folder": folder / "secrets"},
        log={"level": "error"},
    )
    configure_logs(settings.log)
    stop = asyncio.Event()
    asking: set[asyncio.Task[None]] = set()

    async def started(node: Node) -> None:
        print("up", flush=True)
        asking.add(asyncio.create_task(_answer(node, stop)))

    doors = folder / "doors"
    async with running(settings, Seams(peers=LoopbackPeers(doors), silent=True)) as node:
        app = create_api(node)
        async with back_door(node, app, doors):
            await serve_node(node, app, admin=None, started=started, stop=stop)


async def _answer(node: Node, stop: asyncio.Event) -> None:
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(await _clinic(node, ClinicId(line)), flush=True)
    stop.set()


async def _clinic(node: Node, clinic: ClinicId) -> str:
    if node.host.shard(shard_of_clinic(clinic)) is None:
        return "not here"
    made = Clinic(id=clinic, name="Bayview Clinic", dial_in=("+15550100",))
    if await node.desk.save_clinic(made) is not None:
        return "not here"
    await node.auth.accounts.add_user(
        User(
            id=UserId(f"u-{clinic}"),
            email=f"rivera@{clinic}.example",
            name="Dr. Rivera",
            role=StaffRole.PROVIDER,
            clinic=clinic,
            password="",
        )
    )
    _, key = await node.auth.add_key(clinic, "test", CLINIC_SCOPES)
    _, dialin = await node.auth.add_key(clinic, "test dial-in", frozenset({DIALIN}))
    return json.dumps({"clinic": clinic, "key": key, "dialin": dialin})


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]))
