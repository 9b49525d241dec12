"""The composition root: a node, its API and pages, and one port over both; start, drain, stop.

Stop (SIGTERM, SIGINT): refuse new connections, close sockets with 1012 and a jittered hint, let saves
finish, release the shards, stop the store; within 10 s.
"""

import asyncio
import gc
import signal
from collections.abc import Callable
from typing import Final

import uvloop

from gateway.api import Asgi, create_admin, create_api
from gateway.node import Seams, running
from gateway.serving import Started, serve_node
from gateway.settings import Settings

SETTLED_AFTER: Final = 3.0
"""Seconds after the start when everything that stays is in memory."""


def run(settings: Settings, *, demo: bool, started: Started) -> None:
    """Serve until SIGTERM or SIGINT."""
    uvloop.run(_until_told(settings, demo=demo, started=started))


async def _until_told(settings: Settings, *, demo: bool, started: Started) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, demo=demo, started=started, stop=stop)


async def serve(
    settings: Settings,
    *,
    demo: bool,
    started: Started,
    stop: asyncio.Event,
    seams: Seams | None = None,
    made: Callable[[Asgi], None] | None = None,
) -> None:
    """Start everything, wait until `stop` is set, stop everything. `demo`: the operator's pages stand on the
    main port too. `made` is given what answers on that port.
    """
    async with running(settings, seams, demo=demo) as node:
        main = create_api(node, demo=demo)
        if made is not None:
            made(main)
        admin = None if demo else create_admin(node)
        asyncio.get_running_loop().call_later(SETTLED_AFTER, _settle)
        await serve_node(node, main, admin=admin, started=started, stop=stop)


def _settle() -> None:
    """Take what lives as long as the process out of the collector's rounds, which it would make long; from
    now on there are such rounds, where the start had none (gateway.cli).
    """
    gc.collect()
    gc.freeze()
    gc.enable()
