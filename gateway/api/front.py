"""The front of the house: pages and health at once, REST as soon as it is put together.

Putting REST together (a framework, its models, its routes) takes longer than all else of a start. So it is
done in a thread once the node serves; a call that comes before waits for it, and none is refused.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

from gateway.api import health
from gateway.api.forwarding import Forwarding
from gateway.api.guard import Guard
from gateway.api.pages import Pages
from gateway.api.plain import Answer, Asgi, Receive, Scope, Send, problem
from gateway.api.static import STATIC

if TYPE_CHECKING:
    from gateway.node import Node

_ONE_AT_A_TIME: Final = threading.Lock()
"""Where several nodes share a process, for the framework sets aside the process's warnings while it works."""

PUT_TOGETHER_AFTER: Final = 0.1
"""Seconds for which the first pages have the processor to themselves."""


def create_api(node: Node, *, demo: bool = False) -> Asgi:
    """Make the application for the port that people use; `demo` adds demo visits, /metrics and /docs."""
    front = Forwarding(
        _Front(node, demo=demo),
        node.host,
        node.host.peers,
        node.settings.server.node,
        node.metrics.forwarded,
    )
    return Guard(front, node.settings, node.origins)


def create_admin(node: Node) -> Asgi:
    """Make the application for the operator's port: health in detail and metrics."""

    async def admin(scope: Scope, _: Receive, send: Send) -> None:
        answer = await _operators(scope, node)
        await (answer or problem(404)).send(scope, send)

    return Guard(admin, node.settings, node.origins, any_host=True)


async def _operators(scope: Scope, node: Node) -> Answer | None:
    """Answer what only operators are told."""
    match scope["path"]:
        case "/healthz":
            return health.alive()
        case "/readyz":
            return health.readiness(node, details=True)
        case "/metrics":
            return await health.metrics(node.metrics)
    return None


class _Front:
    """Sends each request where it belongs."""

    def __init__(self, node: Node, *, demo: bool) -> None:
        self._node = node
        self._demo = demo
        self._pages = Pages(STATIC)
        self._rest: asyncio.Task[Asgi] | None = None
        node.host.tasks.start(self._put_together_later())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(("/api/", "/hooks/")) or path == "/openapi.json" or self._demo_only(path):
            rest = await asyncio.shield(self._put_together())
            await rest(scope, receive, send)
            return
        answer = await self._at_once(scope)
        await answer.send(scope, send)

    async def _at_once(self, scope: Scope) -> Answer:
        if self._demo and (answer := await _operators(scope, self._node)) is not None:
            return answer
        match scope["path"]:
            case "/healthz":
                return health.alive()
            case "/readyz":
                return health.readiness(self._node, details=False)
        return self._pages.answer(scope)

    def _demo_only(self, path: str) -> bool:
        return self._demo and (path == "/docs" or path.startswith(("/demo/", "/dev/")))

    async def _put_together_later(self) -> None:
        await asyncio.sleep(PUT_TOGETHER_AFTER)
        await self._put_together()

    def _put_together(self) -> asyncio.Task[Asgi]:
        if self._rest is None:
            self._rest = asyncio.create_task(self._make(), name="put REST together")
        return self._rest

    async def _make(self) -> Asgi:
        return await asyncio.to_thread(_rest, self._node, self._demo)


def _rest(node: Node, demo: bool) -> Asgi:
    from gateway.api.rest import make

    with _ONE_AT_A_TIME:
        return make(node, demo=demo)
