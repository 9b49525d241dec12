"""One port for HTTP and sockets: uvicorn around a running node, and its drain."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog

from actors.numbers import as_read
from gateway.api import Asgi
from gateway.http_server import HttpServer, http_server
from gateway.node import Node

DRAIN_WITHIN: Final = 5.0
"""Seconds that sockets get to close before they are cut."""

log = structlog.get_logger("vestibule")

Started = Callable[[Node], Awaitable[None]]
"""Called once the node serves: prints the URLs, seeds a demo."""


async def serve_node(
    node: Node, main: Asgi, *, admin: Asgi | None, started: Started, stop: asyncio.Event
) -> None:
    """Serve a running node's pages, API and sockets until `stop` is set, then drain it.

    `admin` is what stands at the operator's door, if there is one.
    """
    settings = node.settings
    servers = [_server(main, settings.server.bind, settings.server.port, node)]
    if admin is not None and settings.admin is not None:
        servers.append(_server(admin, *settings.admin, None))
    serving = [asyncio.create_task(server.serve()) for server in servers]
    try:
        await _up(servers, serving)
        node.host.tasks.start(_get_ready_to_read_numbers())
        node.host.serves()
        node.host.on_superseded(partial(_superseded, node, stop))
        await started(node)
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait([waiting, *serving], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await _drain(node)
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*serving)


def _superseded(node: Node, stop: asyncio.Event) -> None:
    log.error("superseded", node=node.settings.server.node)
    stop.set()


async def _drain(node: Node) -> None:
    node.conversations.open = False
    await node.host.drain()
    log.info("draining", sockets=len(node.endpoint))
    await node.endpoint.drain(timeout=DRAIN_WITHIN)


async def _get_ready_to_read_numbers() -> None:
    """Load what knows the world's telephone numbers aside, so that nobody waits for it: neither for a start,
    nor for a first number.
    """
    await asyncio.to_thread(as_read, "")


async def _up(servers: list[HttpServer], serving: list[asyncio.Task[None]]) -> None:
    """Wait until every server listens; a port that is taken ends the start."""
    while not all(server.started for server in servers):
        for task in serving:
            if task.done():
                task.result()
                raise PortTaken
        await asyncio.sleep(0.005)


class PortTaken(Exception):
    """The address is in use; uvicorn has said which."""


def _server(app: Asgi, host: str, port: int, node: Node | None) -> HttpServer:
    tls = node.settings.server if node is not None else None
    return http_server(
        app,
        host,
        port,
        sockets=node.endpoint if node is not None else None,
        tls_cert=tls.tls_cert if tls is not None else None,
        tls_key=tls.tls_key if tls is not None else None,
    )
